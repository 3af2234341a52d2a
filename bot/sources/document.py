"""What one answer of a source holds, before anybody knows which of it is new.

`Draft` is an item that lacks only its keys; `Document` is what `scan` makes and `items` takes back. Plain data:
nothing here parses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from bot.item_identity import Identity
from bot.model import Hints
from bot.ports.hub_store import HubLink

if TYPE_CHECKING:
    from lxml.etree import _Element

Shape = Literal["feed", "sitemap", "index", "page", "telegram"]  # what an answer turned out to be

MOST = 500  # items of one document that are looked at: the newest, see `select_newest`
_OLDEST = datetime.min.replace(tzinfo=UTC)


def select_newest(dates: Sequence[datetime | None], most: int = MOST) -> list[int]:
    """Return the positions of the newest of so many items, in their order; `dates` are aware.

    An item without a date counts as the one before it, so that it stays among its neighbours. Where dates do not tell
    (most items have none, or they are alike), the news is at one end of the document or at the other: half of each.
    """
    count = len(dates)
    if count <= most:
        return list(range(count))
    known = [date for date in dates if date is not None]
    last, filled = next(iter(known), _OLDEST), []
    for date in dates:
        last = last if date is None else date
        filled.append(last if 2 * len(known) > count else _OLDEST)
    outermost = sorted(range(count), key=lambda at: min(at, count - 1 - at))
    return sorted(sorted(outermost, key=lambda at: filled[at], reverse=True)[:most])


@dataclass(frozen=True, slots=True)
class Draft:
    """One item as read: plain text, `link` absolute http(s) or "", `guid` as published."""

    guid: str = ""
    link: str = ""
    title: str = ""
    lead: str = ""
    body: str = ""
    published: datetime | None = None  # aware UTC
    language: str | None = None  # ISO 639-1
    origin: str = ""  # the address of the outlet that a gathered entry is from, where it names one


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed answer. `identities` are in document order, which is newest first with nearly all publishers.

    Its items are read already (`drafts`), or can be read from `data` (or `tree`, which is `data` taken apart), or
    are kept by a child process under the number `kept`.
    """

    url: str
    identities: tuple[Identity, ...]
    note: str | None = None  # for the owner: what was wrong with it, and what was done about it
    drafts: tuple[Draft, ...] | None = None
    data: bytes = field(default=b"", repr=False)
    content_type: str = ""  # of the data, where its own word on its encoding is not all there is
    tree: _Element | None = field(default=None, repr=False)
    kept: tuple[int, int] | None = None  # (the process, the number it gave the document)
    shape: Shape = "feed"
    further: tuple[str, ...] = ()  # addresses that hold items: sitemaps of an index, feeds that a page names
    bare: bool = False  # the titles are only what links say: the pages behind them tell more
    hints: Hints = field(default_factory=Hints)  # how often it wants to be asked
    hub: HubLink | None = None  # that sends its news, where it names one
