"""What a report is compared by: a kilobyte of hashes made of its headline, its opening and its wording.

Texts come in, numbers go out: `Sketch` and its bytes, and the index numbers by which like reports find one another.
No word survives in them. Nothing here decides what belongs together, and nothing here raises.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations
from math import log
from zlib import crc32

from bot.agency import credited
from bot.text import fold, tokens, unspaced
from bot.urls import canonical

_VERSION = 1
_TITLE = 500  # characters of a headline
_OPENING = 800  # characters of the text whose words count; 400 to 1,000 measured the same
_WORDING = 6_000  # characters of the text that are shingled
_SHINGLE = 4  # words
_KEPT = 128  # shingles kept of a text: 64 of a copy cut to half still tell .5 from .8
_HEAD = 120  # words: a copy cut to its opening keeps these
_TOPS = 8  # words whose pairs lead to candidates: measured, 90 % of the pairs that tell one event share a pair
_STEM = 5  # letters; on Russian and English pairs as good as Snowball, and it needs to know no language
_NAME = 1.3  # a capital inside a sentence is a name; 1.0 to 1.6 measured the same
_MOST = 120  # stems of a sketch

# Words that tell no event from another; in one set, because short texts do not say their language.
_COMMON = frozenset(
    word
    for row in (
        "the and for with from was were been has have had its this that these those his her their who which will would",
        "can could after before over under about into out down not but new more than said says say year years day days",
        "two one first last also when what how why you him them our your are they she all some just now get like here",
        "год года году лет что как это так его нее них она они оно мы вы при для под над без или уже еще также который",
        "которая которые которое был была были было есть после чтобы если только сообщил сообщила сообщили сообщает",
        "заявил заявила заявили сказал сказала рассказал рассказали новости время дня этом того том все всех ним",
        "рік року роки що як його вона вони від про але або вже ще який яка які був після повідомив",
        "der die das und den von mit ist fur auf ein eine des sich dem nicht auch werden aus hat dass sie",
        "nach wird bei",
        "einer noch wie einem einen uber zum war haben nur oder aber vor zur bis",
        "les une aux pour par dans sur est que qui elle pas plus sont ete son ses avec",
        "los las del con por para como mas fue han pero sus este esta",
        "gli che per non dei nel alla sono della dal piu come anche",
        "nie jest dla jak przez ale byl oraz tym roku jego het een van dat voor met zijn niet aan ook naar",
        "uma com nao mais dos das foi pelo pela seu sua bir icin ile olarak olan cok daha kadar sonra",
    )
    for word in row.split()
)
_HEADER = struct.Struct("<BBBHIIQ5H")


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
        return head + struct.pack(f"<{len(hashes)}I", *hashes) + weights


def unpack(raw: bytes) -> Sketch | None:
    """Return the sketch, None for bytes that another version wrote."""
    if len(raw) < _HEADER.size or raw[0] != _VERSION:
        return None
    _, agency, sampled, words, norm, headline, page, *sizes = _HEADER.unpack_from(raw)
    if len(raw) != _HEADER.size + 4 * sum(sizes) + sizes[3]:
        return None
    hashes = struct.unpack_from(f"<{sum(sizes)}I", raw, _HEADER.size)
    parts: list[tuple[int, ...]] = []
    at = 0
    for size in sizes:
        parts.append(hashes[at : at + size])
        at += size
    title, marks, numbers, opening, shingles = parts
    weights = raw[_HEADER.size + 4 * sum(sizes) :]
    return Sketch(
        page, headline, agency, words, norm, sampled, frozenset(title), frozenset(marks), frozenset(numbers),
        dict(zip(opening, weights, strict=True)), frozenset(shingles),
    )  # fmt: skip


def sketch(title: str, text: str, url: str | None) -> tuple[Sketch, tuple[int, ...]]:
    """Return the sketch of a report and its index: at most 40 signed 64-bit numbers; like reports share some."""
    title, text = title[:_TITLE], text[:_WORDING]
    heading = _words(title)
    opened = _words(text[:_OPENING])
    opening, names = _stems(heading, opened)
    folded = [word for word, _ in _words(fold(text), folded=True)]
    joined = [" ".join(folded[at : at + _SHINGLE]) for at in range(len(folded) - _SHINGLE + 1)]
    shingles = [(crc32(each.encode("utf-8", "replace")), each) for each in joined]
    kept = {number for number, _ in shingles}
    sampled = 0
    while len(kept) > _KEPT:
        sampled += 1
        kept = {number for number in kept if not number % (1 << sampled)}
    page = _page(url)
    stems = {stem for word, _ in heading if (stem := _stem(word))}
    made = Sketch(
        page=page,
        headline=crc32(" ".join(word for word, _ in heading).encode("utf-8", "replace")),
        agency=credited(text),
        words=min(len(folded), 65535),
        norm=sum(weight * weight for weight in opening.values()),
        sampled=sampled,
        title=_hashes(sorted(stems)),
        marks=_hashes(_marks(heading, names)),
        numbers=_hashes(sorted({w for w, _ in opened if w[0].isdigit()})[:40]),
        opening={crc32(stem.encode("utf-8", "replace")): weight for stem, weight in opening.items()},
        shingles=frozenset(kept),
    )
    lowest = [each for _, each in sorted(shingles[: _HEAD - _SHINGLE + 1])[:5]]
    lowest += [each for _, each in sorted(shingles)[:6]]
    tops = sorted(opening, key=lambda stem: (-opening[stem], -len(stem), stem))[:_TOPS]
    index = {_key("p", str(page))} if page else set()
    index |= {_key("w", each) for each in lowest}
    index |= {_key("e", f"{one} {two}") for one, two in combinations(sorted(tops), 2)}
    return made, tuple(sorted(index))


def telling(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the stems of the words that tell something, in order, each with whether its word begins with a capital."""
    return tuple((stem, capital) for word, capital in _words(text) if (stem := _stem(word)))


def _words(text: str, *, folded: bool = False) -> list[tuple[str, bool]]:
    """Return the words folded, each with whether it begins with a capital; unspaced scripts as pairs of signs."""
    found: list[tuple[str, bool]] = []
    for word in tokens(text).words:
        plain = (word if folded else fold(word)).replace(".", "")
        if len(plain) > 2 and unspaced(plain):  # noqa: PLR2004 -- two signs are one pair
            found += [(plain[at : at + 2], False) for at in range(len(plain) - 1)]
        elif plain:
            found.append((plain, word[0].isupper()))
    return found


def _stem(word: str) -> str:
    """Return what is compared of a word; empty for words that tell nothing."""
    if word[0].isdigit():
        return word[:12]
    if word in _COMMON or (len(word) < 3 and not unspaced(word)):  # noqa: PLR2004 -- particles
        return ""
    plural = len(word) > 3 and word.endswith("s") and word[-2] not in "su" and word.isascii()  # noqa: PLR2004 -- "gas"
    return word[:-1][:_STEM] if plural else word[:_STEM]


def _stems(heading: list[tuple[str, bool]], opening: list[tuple[str, bool]]) -> tuple[dict[str, int], set[str]]:
    """Return the stems of headline and opening with their weights, and which of them are names."""
    counted: Counter[str] = Counter()
    names: set[str] = set()
    for word, _ in heading:
        if stem := _stem(word):
            counted[stem] += 2  # a headline says it shortest
    for word, capital in opening:
        if stem := _stem(word):
            counted[stem] += 1
            if capital:
                names.add(stem)
    weights = {
        stem: min(255, round(16 * (1 + log(count)) * (_NAME if stem in names else 1)))
        for stem, count in counted.items()
    }
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST]), names


def _marks(heading: list[tuple[str, bool]], names: set[str]) -> list[str]:
    """Return numbers and names of a headline. Where every word has a capital, those that are names in the text."""
    long = [capital for word, capital in heading if len(word) > 3]  # noqa: PLR2004 -- "of" and "the" are small anyway
    cased = sum(long) <= len(long) * 3 / 4
    return [
        stem
        for word, capital in heading
        if (stem := _stem(word)) and (word[0].isdigit() or (capital and (cased or stem in names)))
    ]


def _page(url: str | None) -> int:
    """Return a number for the page; 0 where the address is none or a site's front page."""
    address = canonical(url) if url else ""
    path = address.partition("://")[2].partition("/")[2]
    return int.from_bytes(blake2b(address.encode("utf-8", "replace"), digest_size=8).digest()) if path else 0


def _hashes(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(crc32(text.encode("utf-8", "replace")) for text in texts)


def _key(kind: str, text: str) -> int:
    """Return a signed 64-bit index number."""
    digest = blake2b(f"{kind} {text}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
