"""The inside of a child process: questions from standard input, answers to standard output, within limits.

It keeps the last documents it listed, so that their items need not be parsed again. It imports everything at its
start, opens nothing afterwards, and ends when nobody asks any more.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.articles.extraction import extract
from bot.articles.lead import LeadTexts, lead_from_texts
from bot.errors import ParseError
from bot.model import Evidence
from bot.ports.hub_store import HubLink
from bot.sources import kinds
from bot.sources.document import Document, Draft
from bot.sources.feeds import feed
from bot.sources.workers.worker_pool import DEADLINE, LENGTHS, MEGABYTE, MODEST

KEPT = 16  # documents, and …
KEPT_BYTES = 2 * MEGABYTE  # … bytes of them: a tree takes four times as much

Kept = OrderedDict[int, Document]


def main() -> None:
    """Answer one question after the other."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kept: Kept = OrderedDict()
    while lengths := sys.stdin.buffer.read(LENGTHS.size):
        question, data = (sys.stdin.buffer.read(length) for length in LENGTHS.unpack(lengths))
        asked = json.loads(question)
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        seconds = int(used + asked.get("seconds", 2 * DEADLINE)) + 1
        _limit(resource.RLIMIT_CPU, seconds)
        _limit(resource.RLIMIT_DATA, asked.get("memory", MODEST))
        answer = _answer(asked, data, kept)
        answer["memory"] = _held()
        _write(answer)


def _limit(what: int, most: int) -> None:
    """Set a limit for the next question; where the machine allows less, that is the limit."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _write(answer: dict[str, Any]) -> None:
    out = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
    sys.stdout.buffer.write(LENGTHS.pack(len(out), 0))
    sys.stdout.buffer.write(out)
    sys.stdout.buffer.flush()


def _held() -> int:
    """Return the bytes of private data in use, as RLIMIT_DATA counts them; 0 where the kernel does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _answer(question: dict[str, Any], data: bytes, kept: Kept) -> dict[str, Any]:
    verbs = {"ready": _ready, "scan": _scan, "kept": _kept, "some": _some, "whole": _whole}
    verbs |= {"article": _article, "leads": _leads}
    try:
        return verbs[question["verb"]](question, data, kept)
    except ParseError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a parser does to itself is the document's fault
        return {"error": f"the document cannot be read ({type(error).__name__})"}


def _kept(question: dict[str, Any], _data: bytes, kept: Kept) -> dict[str, Any]:
    document = kept.pop(question["document"], None)
    return {"drafts": _rows(feed.read_entries(document, question["wanted"]).drafts)} if document else {}


def _some(question: dict[str, Any], data: bytes, _kept: Kept) -> dict[str, Any]:
    found = feed.scan_feed(data, question["url"], question["content_type"], datetime.now(UTC))
    drafts = feed.read_entries(found, question["wanted"]).drafts if isinstance(found, Document) else ()
    return {"drafts": _rows(drafts)}


def _whole(question: dict[str, Any], data: bytes, _kept: Kept) -> dict[str, Any]:
    reading = kinds.read_document(
        data, question["url"], question["content_type"], question["found"], question["select"]
    )
    about: dict[str, Any] = {"home": reading.home, "version": reading.version, "skipped": reading.skipped}
    return {
        "drafts": _rows(reading.drafts),
        **about,
        "further": reading.further,
        "bare": reading.bare,
        "hub": _pair(reading.hub),
    }


def _scan(question: dict[str, Any], data: bytes, kept: Kept) -> dict[str, Any]:
    now = datetime.fromisoformat(question["now"])
    found = feed.scan_feed(data, question["url"], question["content_type"], now)
    if isinstance(found, feed.BrokenFeed):
        return {"broken": found.why}
    kept[question["document"]] = found
    while len(kept) > KEPT or (len(kept) > 1 and sum(len(one.data) for one in kept.values()) > KEPT_BYTES):
        kept.popitem(last=False)
    identities = [astuple(one) for one in found.identities]
    every, skips = found.hints.every, found.hints.skips
    hints = [every and every.total_seconds(), skips]
    return {"identities": identities, "note": found.note, "hints": hints, "hub": _pair(found.hub)}


def _article(question: dict[str, Any], data: bytes, _kept: Kept) -> dict[str, Any]:
    page = extract(data, question["url"], kinds.charset_of(question["content_type"]))
    published = page.published and page.published.isoformat()
    return {"article": (page.url, page.title, page.text, page.language, published, page.image)}


def _leads(question: dict[str, Any], _data: bytes, _kept: Kept) -> dict[str, Any]:
    texts = [
        LeadTexts(title, feed_text, page_text, tuple(Evidence(*each) for each in evidence))
        for title, feed_text, page_text, evidence in question["texts"]
    ]
    return {"leads": [lead_from_texts(one) for one in texts]}


def _pair(hub: HubLink | None) -> tuple[str, str] | None:
    return (hub.hub, hub.topic) if hub else None


def _rows(drafts: Iterable[Draft]) -> list[tuple[object, ...]]:
    return [
        (*texts, published and published.isoformat(), language, origin)
        for *texts, published, language, origin in map(astuple, drafts)
    ]


def _ready(_question: dict[str, Any], _data: bytes, _kept: Kept) -> dict[str, Any]:
    import feedparser  # noqa: F401 - loaded now, not within the first document's time
    from lxml import etree  # noqa: F401 - the same
    from trafilatura import bare_extraction  # noqa: F401 - the same

    lead_from_texts(LeadTexts("", "It was closed on Jan. 5. It opened.", "", ()))  # reads the tables of words
    return {}
