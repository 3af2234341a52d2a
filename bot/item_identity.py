"""What names an entry of a document: its marks come in, its keys go out.

Keys are signed 64-bit numbers, of which a source's record is a set. What several entries of a document share
identifies none of them. What follows from known and unknown keys is decided in `item_changes`. Nothing here knows a
store.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

from bot.urls import canonical_url, is_front_page

DAY = 86_400  # seconds; a title counts today and tomorrow
TEXT = 4_000  # characters of a text that are compared
WORDS = 16  # of a title that are compared
STEM = 5  # letters: what most languages keep of a word in all its forms
SHORTEST = 3  # letters of a word that says something
TITLE_WORDS = 4  # "Daily brief" names no item
TITLE_LETTERS = 16  # the same for scripts that do not part words

_NOT_WORD = re.compile(r"[\W_]+")
_DENSE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")  # scripts that do not part words
# What newsrooms put before the title of a thing that goes on; no word of what it is about.
_LABELS = frozenset(
    {"actualización", "aktualisiert", "aktualizacja", "alerte", "breaking", "corrected", "correction", "direct"}
    | {"direkt", "diretta", "eilmeldung", "exclusive", "hora", "latest", "live", "liveblog", "liveticker"}
    | {"newest", "now", "pilne", "recast", "refile", "ticker", "upd", "update", "updated", "updates", "urgent"}
    | {"urgente", "video", "vivo", "watch", "última", "últimas", "видео", "відео", "дополнено", "молния", "наживо"}
    | {"обновление", "обновлено", "онлайн", "оновлено", "прямой", "срочно", "терміново", "эфир"}
)


@dataclass(frozen=True, slots=True)
class EntryMarks:
    """What names one entry of a document, as published: `link` absolute, `title` plain text; "" where absent."""

    guid: str = ""
    link: str = ""
    title: str = ""  # or, without one, the beginning of its text
    date: str = ""  # RFC 822 or ISO 8601, as written
    text: str = ""  # its description, in any form, as long as it is always the same one


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of one entry, strongest first: `keys` go on record, `known_by` are those to look up (a superset).

    Those of `guid` and `link` are among them, None where that mark is absent or names nothing by itself. A guid that is
    the item's own address is no mark of its own, so `guid` is None then.
    """

    keys: tuple[int, ...]
    known_by: tuple[int, ...]
    page: int | None = None  # of its address and title together: unknown of a known item whose title was changed
    guid: int | None = None
    link: int | None = None
    titles: tuple[int, ...] = ()  # of a telling title, today and yesterday
    title: int = 0  # 32 bits of the title, whatever it tells; 0 = none
    text: int = 0  # 32 bits of title and text, numbers left out; 0 = none
    words: tuple[int, ...] = ()  # of the title: see `title_words`
    date: str = ""


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
    shared = (_shared(once, _guids), _shared(once, _addresses), _shared(once, _titles))
    today = int(now.timestamp()) // DAY
    return tuple(_identity(name, mark, shared, today) for name, mark in zip(named, marks, strict=True))


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
    name: _Name, mark: EntryMarks, shared: tuple[Collection[str], Collection[str], Collection[str]], today: int
) -> Identity:
    guids, addresses, titles = shared
    strong = [_key("address", address) for address in _addresses(name) if address and address not in addresses]
    link = _key("address", name.address) if name.address and name.address not in addresses else None
    guid = None
    if name.guid and name.guid not in guids and (not name.page or name.page in addresses):
        guid = _key("guid", name.guid)
        strong.insert(0, guid)
    elif name.page and name.page != name.address and name.page not in addresses:
        guid = strong[0]
    # Shared marks may together still tell entries apart. Always kept: what is shared today may not be tomorrow.
    weak = [_key("page", f"{name.link or name.guid} {name.title}")] if name.title or not strong else []
    telling = name.title not in titles and _is_telling(name.title)
    days = tuple(_key("title", f"{day} {name.title}") for day in (today, today - 1)) if telling else ()
    recorded = (*strong, *weak, *days[:1])
    title = name.title.encode(errors="replace")
    text = mark.text[:TEXT].encode(errors="replace").translate(None, b"0123456789")
    return Identity(
        recorded,
        recorded + days[1:],
        weak[0] if weak and name.title else None,
        guid,
        link,
        days,
        crc32(title),
        crc32(text) if text else 0,
        title_words(name.title),
        mark.date,
    )


def title_words(title: str) -> tuple[int, ...]:
    """Return 16 bits of each word of a normalised title that says what it is about, however it is inflected.

    Numbers, times and labels such as "UPDATE 2" and "Live" say nothing of it, and of a word its beginning counts.
    Scripts that do not part words are taken by pairs of letters.
    """
    found: dict[int, None] = {}
    for word in title.split():
        if not word.isalpha() or word in _LABELS:
            continue
        dense = _DENSE.search(word) is not None
        for piece in pairwise(word) if dense and len(word) > 1 else [word[:STEM]]:
            if dense or len(piece) >= SHORTEST:
                found[crc32("".join(piece).encode(errors="replace")) & 0xFFFF] = None
    return tuple(found)[:WORDS]


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
