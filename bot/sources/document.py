"""What one answer of a source holds, before anybody knows which of it is new.

`Draft` is an item that lacks only its keys; `Document` is what `scan` makes and `items` takes back. Plain data:
nothing here parses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from bot.item_identity import Identity
from bot.model import Hints

if TYPE_CHECKING:
    from lxml.etree import _Element

Shape = Literal["feed", "sitemap", "index", "page", "telegram"]  # what an answer turned out to be

MOST = 500  # items of one document that are looked at: the newest by position


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
