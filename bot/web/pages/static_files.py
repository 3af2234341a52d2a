"""The style sheet and the script of the pages: under an address that holds their hash, so that browsers keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiohttp import web

FOLDER: Final = Path(__file__).parent.parent / "static"
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_HASH_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: where it is served, and what it holds."""

    path: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """All of them, by name; read once."""

    files: Mapping[str, StaticFile] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """Return where a file is served."""
        return self.files[name].path


def load_static_files(folder: Path = FOLDER) -> StaticFiles:
    """Read what browsers are given from a folder."""
    found = {}
    for file in sorted(folder.iterdir()):
        if kind := KINDS.get(file.suffix):
            body = file.read_bytes()
            path = f"/static/{sha256(body).hexdigest()[:_HASH_LENGTH]}/{file.name}"
            found[file.name] = StaticFile(path, kind, body)
    return StaticFiles(found)


def add_static_files(app: web.Application, static: StaticFiles) -> None:
    """Serve them, without a session."""
    from aiohttp import web

    by_path = {one.path: one for one in static.files.values()}

    async def give(request: web.Request) -> web.Response:
        file = by_path[request.path]
        answer = web.Response(body=file.body, content_type=file.kind, charset="utf-8", headers=_HEADERS)
        answer.enable_compression()
        return answer

    for path in by_path:
        app.router.add_get(path, give)
