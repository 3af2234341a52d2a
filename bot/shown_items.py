"""What the last document of a source showed, packed for the record: about thirty bytes an item.

Identities come in, bytes go out, and come back as what `item_changes` compares with. Numbers are cut to 32 bits: among
the few hundred items of one source that is enough. Bytes of another version, or that cannot be read, are nothing.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.item_identity import Identity

HOUR = timedelta(hours=1)
LEAST = HOUR / 60  # no interval counts as shorter: two polls in a row do not make a rate of a thousand
SHARE = 0.3  # of the usual rate that each poll with news replaces

_VERSION = 1
_HEAD = struct.Struct("<BHf")  # version, items, new ones an hour (NaN: unknown)
_ITEM = struct.Struct("<IIIIB")  # guid, link, title, text, words that follow
_MASK = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An entry as it stood there: 32 bits of its title, of its text (0 = none), and its telling words."""

    title: int
    text: int
    words: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """The items by their guids and links, their titles, how many there were, and how many are new in a usual hour."""

    items: Mapping[int, ShownItem] = field(default_factory=dict)
    titles: frozenset[int] = frozenset()
    count: int = 0
    rate: float | None = None

    def find(self, key: int | None) -> ShownItem | None:
        """Return the item that had this key as its guid or link."""
        return None if key is None else self.items.get(key & _MASK)


def next_rate(rate: float | None, new: int, since: timedelta | None) -> float | None:
    """Return how many items are new in a usual hour, after a poll that brought some; `since` the last that did."""
    if not new or since is None:
        return rate
    found = new / (max(since, LEAST) / HOUR)
    return found if rate is None else rate + SHARE * (found - rate)


def pack_shown(entries: Sequence[Identity], rate: float | None) -> bytes:
    """Return the document as bytes."""
    parts = [_HEAD.pack(_VERSION, min(len(entries), 0xFFFF), math.nan if rate is None else rate)]
    for entry in entries:
        marks = ((entry.guid or 0) & _MASK, (entry.link or 0) & _MASK, entry.title, entry.text)
        parts.append(_ITEM.pack(*marks, len(entry.words)) + struct.pack(f"<{len(entry.words)}H", *entry.words))
    return b"".join(parts)


def unpack_shown(data: bytes) -> ShownDocument | None:
    """Return the document; None where there is none that can be read."""
    try:
        version, count, rate = _HEAD.unpack_from(data)
        rows = list(_rows(data)) if version == _VERSION else None
    except struct.error:
        return None
    if rows is None:
        return None
    items: dict[int, ShownItem] = {}
    for guid, link, item in rows:
        items |= {key: item for key in (link, guid) if key}
    titles = frozenset(item.title for *_, item in rows)
    return ShownDocument(items, titles, count, None if math.isnan(rate) else rate)


def _rows(data: bytes) -> Iterable[tuple[int, int, ShownItem]]:
    at = _HEAD.size
    while at < len(data):
        guid, link, title, text, words = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        yield guid, link, ShownItem(title, text, struct.unpack_from(f"<{words}H", data, at))
        at += 2 * words
