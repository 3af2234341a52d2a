"""Which items are one and the same, and when so many look new that the source was rebuilt.

Marks of all entries of one document come in, identity keys go out: signed 64-bit numbers, an item being known
when one of its keys is on record. A changed guid, title or date alone never makes an item new; what several
entries of a document share identifies none of them. Dates are never asked. Nothing here knows a store.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from bot.urls import canonical_url, is_front_page

BRAKE_SIZE = 20  # items on record, and items shown, from which on the brake may act
BRAKE_SHARE = 0.6  # of the items shown that look new
DAY = 86_400  # seconds; a title counts today and tomorrow
TITLE_WORDS = 4  # "Daily brief" names no item
TITLE_LETTERS = 16  # the same for scripts that do not part words

_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class EntryMarks:
    """What names one entry of a document, as published: `link` absolute, `title` plain text; "" where absent."""

    guid: str = ""
    link: str = ""
    title: str = ""  # or, without one, the beginning of its text


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of one item, strongest first: `keys` go on record, `known_by` are those to look up (a superset)."""

    keys: tuple[int, ...]
    known_by: tuple[int, ...]
    page: int | None = None  # of its address and title together: unknown of a known item whose title was changed


@dataclass(frozen=True, slots=True)
class NewEntries:
    """Positions of the items that are new, or of those that look so and are to be taken as known without an alert."""

    new: tuple[int, ...]
    baseline: tuple[int, ...] = ()


def identify_entries(
    marks: Sequence[EntryMarks], now: datetime, *, homes: Collection[str] = ()
) -> tuple[Identity, ...]:
    """Return the identity of each entry of one document, in order.

    `homes` are the addresses of the site and of the document itself: as an item's link they identify nothing,
    no more than a front page does. `now` is an aware time: a title alone identifies for a day or two only.
    """
    front = {canonical_url(home) for home in homes if home}
    named = [_name(mark, front) for mark in marks]
    once = set(named)  # an entry that stands there twice is one entry
    guids, addresses, titles = (_shared(once, pick) for pick in (_guids, _addresses, _titles))
    today = int(now.timestamp()) // DAY
    return tuple(_identity(name, guids, addresses, titles, today) for name in named)


def select_new(entries: Sequence[Identity], known: frozenset[int], on_record: int) -> NewEntries:
    """Say which items are new, given which of their keys are on record, and apply the brake.

    `on_record` counts the items of the source on record. When a known source shows mostly new ones, although links
    and titles were compared too, it was rebuilt or we were away for long: nothing of it is told.
    """
    taken: set[int] = set()
    new: list[int] = []
    shown = 0
    for position, entry in enumerate(entries):
        again = not taken.isdisjoint(entry.keys[:1])
        taken.update(entry.keys[:1])
        shown += not again
        if not again and known.isdisjoint(entry.known_by):
            new.append(position)
    if on_record < BRAKE_SIZE or shown < BRAKE_SIZE or len(new) <= BRAKE_SHARE * shown:
        return NewEntries(tuple(new))
    return NewEntries((), tuple(new))


@dataclass(frozen=True, slots=True)
class _Name:
    """Normalised marks; "" where a mark is absent or names the site rather than the item."""

    guid: str
    page: str  # the guid as an address
    link: str
    address: str  # the link, unless it is the site's
    title: str


def _name(mark: EntryMarks, front: Collection[str]) -> _Name:
    guid = " ".join(mark.guid.split())
    link = canonical_url(mark.link) if mark.link else ""
    page = (link if guid == mark.link else canonical_url(guid)) if guid[:4].lower() == "http" else ""
    if page in front or is_front_page(page):  # but `https://site/#12` is a guid as good as any
        page, guid = "", guid if "#" in guid else ""
    address = "" if link in front or is_front_page(link) else link
    return _Name(guid, page, link, address, _plain(mark.title))


def _identity(
    name: _Name, guids: Collection[str], addresses: Collection[str], titles: Collection[str], today: int
) -> Identity:
    strong = [_key("address", address) for address in _addresses(name) if address and address not in addresses]
    if name.guid and name.guid not in guids and (not name.page or name.page in addresses):
        strong.insert(0, _key("guid", name.guid))
    # Shared marks may together still tell entries apart. Always kept: what is shared today may not be tomorrow.
    weak = [_key("page", f"{name.link or name.guid} {name.title}")] if name.title or not strong else []
    dated = name.title not in titles and _is_telling(name.title)
    recorded = (*strong, *weak, *([_key("title", f"{today} {name.title}")] if dated else ()))
    yesterday = (_key("title", f"{today - 1} {name.title}"),) if dated else ()
    return Identity(recorded, recorded + yesterday, weak[0] if weak and name.title else None)


def _shared(names: Iterable[_Name], pick: Callable[[_Name], Iterable[str]]) -> frozenset[str]:
    counts = Counter(mark for name in names for mark in pick(name))
    return frozenset(mark for mark, count in counts.items() if count > 1)


def _guids(name: _Name) -> tuple[str, ...]:
    return (name.guid,)


def _addresses(name: _Name) -> tuple[str, ...]:
    return (name.page, name.address) if name.page != name.address else (name.page,)


def _titles(name: _Name) -> tuple[str, ...]:
    return (name.title,)


def _plain(title: str) -> str:
    title = title[:500]
    return _NOT_WORD.sub(
        " ", title.lower() if title.isascii() else unicodedata.normalize("NFKC", title).casefold()
    ).strip()


def _is_telling(title: str) -> bool:
    return title.count(" ") + 1 >= TITLE_WORDS or (not title.isascii() and len(title) >= TITLE_LETTERS)


def _key(kind: str, value: str) -> int:
    digest = blake2b(f"{kind} {value}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
