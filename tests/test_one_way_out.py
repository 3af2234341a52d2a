"""Case 119: nothing but the guarded client opens connections to the web, and nothing reads what is not ours to read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parents[1] / "bot"
FILES = sorted(BOT.rglob("*.py"))
FORBIDDEN = (
    "requests",
    "urllib.request",
    "http.client",
    "httpx",
    "urllib3",
    "ftplib",
    "socketserver",
    "pickle",
    "marshal",
)
# The health check that asks our own server on this machine.
EXEMPT = {"http.client": ("web/healthcheck.py",)}
# The others are the ways to the Bot API, to a language model and to webhooks, whose addresses are the operator's.
CLIENTS = {
    "fetch/sessions.py",
    "notify/telegram/transport.py",
    "notify/webhook/send.py",
    "language_model/chat_completions.py",
}


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of what a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield calls with their dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(BOT)))
def test_case_119_only_fetch_reaches_the_web(path: Path) -> None:
    """Case 119: no other module makes a web client, and none evaluates, unpickles or opens what it is told to."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = path.relative_to(BOT).as_posix()
    for name in imports(tree):
        for forbidden in FORBIDDEN:
            exempt = any(where.startswith(start) for start in EXEMPT.get(forbidden, ()))
            assert exempt or (name != forbidden and not name.startswith(f"{forbidden}.")), f"{where} imports {name}"
    for name, _call in calls(tree):
        assert name not in {"eval", "exec", "os.system", "yaml.load"}, f"{where} calls {name}"
        client = name.endswith(("ClientSession", "TCPConnector", "open_connection"))
        assert where in CLIENTS or not client, f"{where} opens connections by {name}"
        assert where == "sources/feeds/feed_reader.py" or not name.endswith("feedparser.parse"), f"{where} calls {name}"
        assert not name.endswith("trafilatura.fetch_url"), f"{where} lets an extractor fetch"


def test_case_119_feedparser_gets_bytes_only() -> None:
    """Case 119: feedparser would open what a string or plain bytes name, so it gets a stream of them."""
    tree = ast.parse((BOT / "sources" / "feeds" / "feed_reader.py").read_text(encoding="utf-8"))
    (call,) = [call for name, call in calls(tree) if name == "feedparser.parse"]
    assert ast.unparse(call.args[0]).startswith("BytesIO(")
