"""What one answer of a source holds, before anybody knows which of it is new.

`Draft` is an item that lacks only its keys; `Document` is what `scan` makes and `items` takes back. Plain data:
nothing here parses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.identity import Identity

if TYPE_CHECKING:
    from lxml.etree import _Element

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


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed answer. `identities` are in document order, which is newest first with nearly all publishers."""

    url: str
    identities: tuple[Identity, ...]
    note: str | None = None  # for the owner: what was wrong with it, and what was done about it
    drafts: tuple[Draft, ...] | None = None  # when all of it is read already
    data: bytes = field(default=b"", repr=False)  # otherwise the document, well-formed and UTF-8
    tree: _Element | None = field(default=None, repr=False)  # the same, taken apart, where that is small
