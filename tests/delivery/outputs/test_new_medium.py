"""A medium is a folder: a new one is checked, shown to editors and sent to, without a change elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import notify
from bot.config.watchlists.watchlists_file import load
from bot.config.watchlists.watchlists_schema import schema_text
from bot.errors import ConfigError
from bot.notify.media import find_media
from tests.delivery.outputs.conftest import Desk

MEDIUM = """
from contextlib import asynccontextmanager
from pathlib import Path

from bot.notify.media import Medium
from bot.ports.output_store import Capabilities


class Writer:
    def __init__(self, address):
        self.address = address

    async def send(self, deliveries):
        with Path(self.address).open("a", encoding="utf-8") as file:
            file.writelines(f"{one.alert.headline} {one.revision}\\n" for one in deliveries)


@asynccontextmanager
async def open_sender(output, services):
    yield Writer(output.address)


MEDIUM = Medium(
    hint="A file that alerts are written to.",
    describe=lambda _: Capabilities(edit=True, length=None, markup="text", pictures=False),
    find_mistake=lambda address: None if address.startswith("/") else "a path begins with /",
    open_sender=open_sender,
)
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "media" / "paper"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "medium.py").write_text(MEDIUM, encoding="utf-8")
    monkeypatch.setattr(notify, "__path__", [*notify.__path__, str(folder.parent)])
    find_media.cache_clear()
    yield
    find_media.cache_clear()
    for name in [name for name in sys.modules if name.startswith("bot.notify.paper")]:
        del sys.modules[name]


async def test_a_new_medium_needs_a_folder_and_nothing_else(tmp_path: Path, desk: Desk) -> None:
    """From the file to the delivery."""
    text = "sources: [{name: A, url: 'http://a.example/'}]\nwatchlists: {k: {keywords: [x], also_to: [desk]}}\n"
    (tmp_path / "w.yaml").write_text(text + f"outputs: {{desk: {{paper: '{tmp_path}/out'}}}}\n", encoding="utf-8")
    desk.outputs = load(tmp_path / "w.yaml", {}).outputs
    await desk.tell(1)
    await desk.drain(minutes=1)
    await desk.grow(1)
    await desk.drain(minutes=1)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "Summit begins 1\nSummit begins 2\n"


def test_its_mistakes_and_its_key_are_known(tmp_path: Path) -> None:
    """`check` finds what the medium calls wrong, and the schema names it."""
    text = "sources: [{name: A, url: 'http://a.example/'}]\noutputs: {desk: {paper: out}}\n"
    (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="paper: a path begins with /"):
        load(tmp_path / "w.yaml", {})
    (outputs,) = json.loads(schema_text())["properties"]["outputs"]["patternProperties"].values()
    assert outputs["properties"]["paper"]["description"] == "A file that alerts are written to."
