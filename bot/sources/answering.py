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

from bot.errors import ParseError
from bot.sources import feed, kinds
from bot.sources.child import DEADLINE, LENGTHS
from bot.sources.document import Document, Draft

MEMORY = 320 * 1024 * 1024  # bytes of data that a child may hold
KEPT = 16  # documents


def main() -> None:
    """Answer one question after the other."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kept: OrderedDict[int, Document] = OrderedDict()
    while lengths := sys.stdin.buffer.read(LENGTHS.size):
        question, data = (sys.stdin.buffer.read(length) for length in LENGTHS.unpack(lengths))
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + 2 * DEADLINE), resource.RLIM_INFINITY))
        answer = _answer(json.loads(question), data, kept)
        answer["memory"] = _resident()
        out = json.dumps(answer).encode()
        sys.stdout.buffer.write(LENGTHS.pack(len(out), 0) + out)
        sys.stdout.buffer.flush()


def _resident() -> int:
    """Return the bytes of memory in use now; the kernel's own maximum begins with that of our parent."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _answer(question: dict[str, Any], data: bytes, kept: OrderedDict[int, Document]) -> dict[str, Any]:
    verbs = {"ready": _ready, "scan": _scan, "kept": _kept, "some": _some, "whole": _whole}
    try:
        return verbs[question["verb"]](question, data, kept)
    except ParseError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a parser does to itself is the document's fault
        return {"error": f"the document cannot be read ({type(error).__name__})"}


def _kept(question: dict[str, Any], _data: bytes, kept: OrderedDict[int, Document]) -> dict[str, Any]:
    document = kept.pop(question["document"], None)
    return {"drafts": _rows(feed.some(document, question["wanted"]).drafts)} if document else {}


def _some(question: dict[str, Any], data: bytes, _kept: OrderedDict[int, Document]) -> dict[str, Any]:
    found = feed.scan(data, question["url"], question["content_type"], datetime.now(UTC))
    drafts = feed.some(found, question["wanted"]).drafts if isinstance(found, Document) else ()
    return {"drafts": _rows(drafts)}


def _whole(question: dict[str, Any], data: bytes, _kept: OrderedDict[int, Document]) -> dict[str, Any]:
    reading = kinds.whole(data, question["url"], question["content_type"], question["found"], question["select"])
    about = {"home": reading.home, "version": reading.version, "skipped": reading.skipped}
    return {"drafts": _rows(reading.drafts), **about, "further": reading.further, "bare": reading.bare}


def _scan(question: dict[str, Any], data: bytes, kept: OrderedDict[int, Document]) -> dict[str, Any]:
    now = datetime.fromisoformat(question["now"])
    found = feed.scan(data, question["url"], question["content_type"], now)
    if isinstance(found, feed.Broken):
        return {"broken": found.why}
    kept[question["document"]] = found
    while len(kept) > KEPT:
        kept.popitem(last=False)
    identities = [(one.keys, one.known_by[len(one.keys) :], one.page) for one in found.identities]
    every, skips = found.hints.every, found.hints.skips
    hints = [every and every.total_seconds(), skips]
    return {"identities": identities, "note": found.note, "hints": hints}


def _rows(drafts: Iterable[Draft]) -> list[tuple[object, ...]]:
    return [
        (*texts, published and published.isoformat(), language) for *texts, published, language in map(astuple, drafts)
    ]


def _ready(_question: dict[str, Any], _data: bytes, _kept: OrderedDict[int, Document]) -> dict[str, Any]:
    import feedparser  # noqa: F401 - loaded now, not within the first document's time
    from lxml import etree  # noqa: F401 - the same

    return {}
