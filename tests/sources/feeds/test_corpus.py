"""Feeds as the world writes them: every file of a collection, polled twice, against feedparser alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import ParseError
from bot.item_changes import compare
from bot.model import Fetched
from bot.sources.document import Document
from bot.sources.parse import Parser
from tests.plugins.rig import Rig

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "feeds"
HEADER = re.compile(rb"Header:\s*Content-type:\s*([^\r\n]+)", re.IGNORECASE)  # what feedparser's own files ask for
COMMENT = b"\n<!-- the same again, in other bytes -->"
SOME = 250

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the labelled feeds are not on this machine")


def files(number: int | None) -> list[Path]:
    """Return so many XML files of the collection, always the same ones; None = all of them."""
    found = sorted(path for path in CORPUS.rglob("*") if path.suffix in {".xml", ".rss", ".atom", ".rdf"})
    return found if number is None else random.Random(7).sample(found, min(number, len(found)))


def content_type(body: bytes) -> str:
    """Return the header that the file wants to be served with."""
    wanted = HEADER.search(body[:4096])
    return wanted[1].decode("latin-1").strip() if wanted else "application/xml"


def entries(body: bytes) -> int:
    """Return how many entries feedparser alone finds."""
    import feedparser

    headers = {"content-type": content_type(body)}
    return len(feedparser.parse(BytesIO(body), response_headers=headers, resolve_relative_uris=False).entries)  # noqa: TID251 - the measure


async def scanned(parser: Parser, answer: Callable[..., Fetched], body: bytes, now: datetime) -> Document | None:
    """Return the document, or None where there is none."""
    try:
        return await parser.scan(answer(body, content_type(body)), now, "auto")
    except ParseError:
        return None


@pytest.mark.parametrize("number", [SOME, pytest.param(None, marks=pytest.mark.soak)], ids=["some", "all"])
async def test_the_corpus_reads_like_feedparser_alone(
    parser: Parser, answer: Callable[..., Fetched], now: datetime, number: int | None
) -> None:
    """Every real feed has as many items as feedparser finds, stable keys, the same items cut down, and nothing new."""
    for path in files(number):
        body = path.read_bytes()
        count = entries(body)
        document = await scanned(parser, answer, body, now)
        if document is None or count != len(document.identities):  # a last item that is not all there
            assert count == 0 or "incomplete" in path.name, path
            continue
        items = await parser.items(document, range(count))
        again = await scanned(parser, answer, body, now)
        assert again is not None
        assert again.identities == document.identities, path
        if count:
            assert await parser.items(again, [count - 1]) == items[-1:], path
        later = await scanned(parser, answer, body + COMMENT, now)
        if later is None:
            assert entries(body + COMMENT) == 0, path  # the comment broke an encoding of several bytes
            continue
        on_record = frozenset(key for entry in document.identities for key in entry.keys)
        assert not compare(later.identities, on_record, None, on_record=count).new, path


@pytest.mark.parametrize("number", [60, pytest.param(None, marks=pytest.mark.soak)], ids=["some", "all"])
async def test_the_corpus_is_polled_twice_and_brings_nothing_new(rig: Rig, number: int | None) -> None:
    """Served over HTTP and polled by the loop: no exception, and nothing new though every byte stream changed."""
    site, bodies = await rig.site(), {f"/{n}.xml": path.read_bytes() for n, path in enumerate(files(number))}
    tail = b""

    async def serve(request: web.Request) -> web.Response:
        body = bodies[request.path]
        return web.Response(body=body + tail, headers={"Content-Type": content_type(body)})

    site.pages = dict.fromkeys(bodies, serve)
    await rig.set_up(
        "defaults: {full_text: never}\nsources:\n"
        + "".join(f"  - {{name: '{path}', url: '{site.url(path)}', every: 1m}}\n" for path in bodies)
        + "watchlists: {k: {keywords: [Kremlin]}}\n"
    )
    first = await rig.poll(deadline=600)
    assert first.polled == len(bodies)
    assert not [reason for reason in first.failures.values() if "internal error" in reason]
    empty = {path for path in first.failures if entries(bodies[path])}
    assert len(empty) <= len(bodies) // 200, {path: first.failures[path] for path in empty}  # half items, no more
    before = rig.rows("SELECT count(*) FROM items")
    tail = COMMENT
    rig.now = rig.now.replace(hour=14)
    second = await rig.poll(force=True, deadline=600)
    assert (second.polled, second.new) == (len(bodies), 0)
    healed = rig.rows("SELECT count(*) FROM items")[0][0] - before[0][0]
    assert healed <= len(bodies) // 200  # a half item that a comment makes whole is a baseline's
