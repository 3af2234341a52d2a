"""What a report is compared by: a kilobyte of hashes made of its headline, its opening and its wording.

Texts come in, numbers go out: `Sketch` and its bytes, and the index numbers by which like reports find one another.
No word survives in them. Nothing here decides what belongs together, and nothing here raises.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, combinations
from math import sqrt
from typing import NamedTuple
from zlib import crc32

from bot.model import Probe, Signature
from bot.stories import terms
from bot.stories.agency import find_agency
from bot.stories.language_number import language
from bot.stories.semantic import Meaning
from bot.text.tokens import fold
from bot.urls import canonical_url

_VERSION = 2  # 1 had no tail: neither language nor meaning
_TITLE = 500  # characters of a headline
_OPENING = 800  # characters of the text whose words count; 400 to 1,000 measured the same
_WORDING = 6_000  # characters of the text that are shingled
_SHINGLE = 4  # words
_KEPT = 128  # shingles kept of a text: 64 of a copy cut to half still tell .5 from .8
_HEAD = 120  # words: a copy cut to its opening keeps these

# Candidates are reports that share a pair of their heaviest stems, or of their nearest topics. A report is found under
# the pairs of few and looks under the pairs of more: of labelled English pairs 97 of 100 share one so (8 and 8: 86), of
# those across languages 98, of which 94 are among the 200 that are compared; it costs no row more.
_STEMS_KEPT, _STEMS_ASKED = 8, 20
_TOPICS_KEPT, _TOPICS_ASKED = 6, 12
_BY_WORDS = (40, 20)  # newest reports looked at for each number, reports compared in the end
_BY_MEANING = (100, 200)  # the same: topics tell less than stems

_HEADER = struct.Struct("<BBBHIIQ5H")
_TAIL = struct.Struct("<BBH")  # language, whether the headline stands apart, bytes of the vector


class SketchHeader(NamedTuple):
    """What of a sketch is read first: most candidates are something else by their meaning already."""

    page: int  # of the canonical URL; 0 = none, or a home page
    language: int = 0  # see language; 0 = unknown
    apart: bool = False  # the headline is not just how the text begins
    vector: bytes = b""  # what it means, where the extra is there


@dataclass(frozen=True, slots=True)
class Sketch:
    """A report as hashes. Weights are in sixteenths."""

    page: int  # of the canonical URL; 0 = none, or a home page
    headline: int  # of the folded words of the title, in order
    agency: int  # number of the agency that the opening credits; 0 = none
    words: int  # of the text
    norm: int  # of the opening's weights: the sum of their squares
    sampled: int  # of the shingles, those divisible by 2 ** sampled are kept
    title: frozenset[int]  # stems
    marks: frozenset[int]  # numbers and names of the title
    numbers: frozenset[int]  # of the opening
    opening: dict[int, int]  # stems of title and opening -> weight
    shingles: frozenset[int]
    language: int = 0  # see language; 0 = unknown
    apart: bool = False  # the headline is not just how the text begins
    vector: bytes = b""  # what it means, where the extra is there

    def pack(self) -> bytes:
        """Return the bytes that are kept on record."""
        parts = (self.title, self.marks, self.numbers, self.opening, self.shingles)
        head = _HEADER.pack(
            _VERSION,
            self.agency,
            self.sampled,
            min(self.words, 65535),
            self.norm,
            self.headline,
            self.page,
            *map(len, parts),
        )
        hashes = [number for part in parts for number in sorted(part)]
        weights = bytes(self.opening[stem] for stem in sorted(self.opening))
        tail = _TAIL.pack(self.language, self.apart, len(self.vector)) + self.vector
        return head + struct.pack(f"<{len(hashes)}I", *hashes) + weights + tail


def read_header(raw: bytes) -> SketchHeader | None:
    """Return what is read of a sketch first, at a tenth of the price of all of it; None for bytes that are none."""
    if len(raw) < _HEADER.size or raw[0] not in {1, _VERSION}:
        return None
    version, _, _, _, _, _, page, *sizes = _HEADER.unpack_from(raw)
    end = _HEADER.size + 4 * sum(sizes) + sizes[3]
    if version != _VERSION or len(raw) < end + _TAIL.size:
        return SketchHeader(page) if len(raw) == end else None
    spoken, apart, size = _TAIL.unpack_from(raw, end)
    end += _TAIL.size
    return SketchHeader(page, spoken, bool(apart), raw[end:]) if len(raw) == end + size else None


def opening_similarity(mine: Sketch, raw: bytes) -> tuple[float, bool]:
    """Return the cosine of two openings, and whether the texts share a shingle: a fifth of the price of `unpack`.

    The bytes are those that `read_header` could read.
    """
    _, _, _, _, norm, _, _, *sizes = _HEADER.unpack_from(raw)
    before, hashed = sum(sizes[:3]), sum(sizes)
    hashes = struct.unpack_from(f"<{hashed - before}I", raw, _HEADER.size + 4 * before)
    theirs, weights = hashes[: sizes[3]], _HEADER.size + 4 * hashed
    common = mine.opening.keys() & theirs
    dot = sum(mine.opening[stem] * raw[weights + theirs.index(stem)] for stem in common)
    return dot / sqrt(mine.norm * norm) if dot else 0.0, not mine.shingles.isdisjoint(hashes[sizes[3] :])


def unpack(raw: bytes) -> Sketch | None:
    """Return the sketch, also of version 1; None for bytes that are none."""
    glance = read_header(raw)
    if glance is None:
        return None
    _, agency, sampled, words, norm, headline, page, *sizes = _HEADER.unpack_from(raw)
    hashes = struct.unpack_from(f"<{sum(sizes)}I", raw, _HEADER.size)
    title, marks, numbers, opening = accumulate(sizes[:4])
    weights = raw[_HEADER.size + 4 * len(hashes) :]  # what follows them is cut by zip
    return Sketch(
        page, headline, agency, words, norm, sampled, frozenset(hashes[:title]), frozenset(hashes[title:marks]),
        frozenset(hashes[marks:numbers]), dict(zip(hashes[numbers:opening], weights, strict=False)),
        frozenset(hashes[opening:]), glance.language, glance.apart, glance.vector,
    )  # fmt: skip


def containment(mine: Sketch, theirs: Sketch) -> tuple[float, float]:
    """Return which part of the shorter text the other has, and about how many of its shingles that is."""
    level = max(mine.sampled, theirs.sampled)
    step = 1 << level
    one = mine.shingles if mine.sampled == level else {each for each in mine.shingles if not each % step}
    two = theirs.shingles if theirs.sampled == level else {each for each in theirs.shingles if not each % step}
    fewer = min(len(one), len(two))
    both = len(one & two)
    return (both / fewer, float(both * step)) if fewer else (0.0, 0.0)


def make_signature(title: str, text: str, url: str | None, meaning: Meaning | None) -> Signature:
    """Return what a report is compared by, and the signed 64-bit numbers by which like reports find one another."""
    title, text = title[:_TITLE], text[:_WORDING]
    heading = terms.words(title)
    opened = terms.words(text[:_OPENING])
    opening, names = terms.weigh_stems(heading, opened)
    folded = [word for word, _ in terms.words(fold(text), folded=True)]
    joined = [" ".join(folded[at : at + _SHINGLE]) for at in range(len(folded) - _SHINGLE + 1)]
    shingles = [(crc32(each.encode("utf-8", "replace")), each) for each in joined]
    sampled, kept = _sample({number for number, _ in shingles})
    page = _page(url)
    made = Sketch(
        page=page,
        headline=crc32(" ".join(word for word, _ in heading).encode("utf-8", "replace")),
        agency=find_agency(text),
        words=min(len(folded), 65535),
        norm=sum(weight * weight for weight in opening.values()),
        sampled=sampled,
        title=hash_stems(sorted({stem for word, _ in heading if (stem := terms.stem_of(word))})),
        marks=hash_stems(terms.names_and_numbers(heading, opened, names)),
        numbers=hash_stems(sorted({w for w, _ in opened if w[0].isdigit()})[:40]),
        opening={crc32(stem.encode("utf-8", "replace")): weight for stem, weight in opening.items()},
        shingles=kept,
        language=language(f"{title} {text}"[:_OPENING], [word for word, _ in (*heading, *opened)]),
        apart=bool(heading) and not text.lstrip().startswith(title.strip()),
        vector=meaning.vector if meaning else b"",
    )
    heaviest = sorted(opening, key=lambda stem: (-opening[stem], -len(stem), stem))
    same = {_key("p", str(page))} if page else set()
    same |= {_key("w", each) for each in _lowest(shingles)}
    topics = [str(each) for each in meaning.topics] if meaning else []
    kept_by = same | _pairs("e", heaviest[:_STEMS_KEPT]) | _pairs("m", topics[:_TOPICS_KEPT])
    probes = [Probe(tuple(sorted(same | _pairs("e", heaviest[:_STEMS_ASKED]))), *_BY_WORDS)]
    if topics:
        probes.append(Probe(tuple(sorted(_pairs("m", topics[:_TOPICS_ASKED]))), *_BY_MEANING))
    return Signature(tuple(sorted(kept_by)), made.pack(), tuple(probes))


def _sample(shingles: set[int]) -> tuple[int, frozenset[int]]:
    """Return at which level shingles are kept, and those: such as any other text would keep of the same ones."""
    sampled = 0
    while len(shingles) > _KEPT:
        sampled += 1
        shingles = {number for number in shingles if not number % (1 << sampled)}
    return sampled, frozenset(shingles)


def _lowest(shingles: Sequence[tuple[int, str]]) -> list[str]:
    """Return the shingles that a copy is found by: the lowest ones of its beginning, and of all of it."""
    of_head = sorted(shingles[: _HEAD - _SHINGLE + 1])[:5]
    return [each for _, each in (*of_head, *sorted(shingles)[:6])]


def _page(url: str | None) -> int:
    """Return a number for the page; 0 where the address is none or a site's front page."""
    address = canonical_url(url) if url else ""
    path = address.partition("://")[2].partition("/")[2]
    return int.from_bytes(blake2b(address.encode("utf-8", "replace"), digest_size=8).digest()) if path else 0


def hash_stems(texts: Iterable[str]) -> frozenset[int]:
    """Return stems as a sketch holds them."""
    return frozenset(crc32(text.encode("utf-8", "replace")) for text in texts)


def _pairs(kind: str, each: Iterable[str]) -> set[int]:
    """Return the index numbers of all pairs, in whatever order they come."""
    return {_key(kind, f"{one} {two}") for one, two in combinations(sorted(each), 2)}


def _key(kind: str, text: str) -> int:
    """Return a signed 64-bit index number."""
    digest = blake2b(f"{kind} {text}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
