"""Text handling that never surprises: folding, words with their places, scripts, cutting.

Text of any kind comes in; words come out whose offsets cut the ORIGINAL text. Folding removes what a reader does
not count as a difference: case, accents, ё/е, soft hyphens, zero-width characters, compatibility forms. Nothing
here raises on any input, knows a language's grammar, or does I/O.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import accumulate
from typing import Final, Literal

from bot.text.numbers import DECIMAL, THOUSANDS, ascii_digits, plain_numbers

Script = Literal["latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "unspaced", "other"]

# Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, Kana, Han. They match as substrings.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Ignorable inside a word: soft hyphen, zero-width and bidirectional controls, variation selectors, tatweel.
_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0"
)
# Marks whose absence a reader forgives: accents, Hebrew points, Arabic vowels. Indic and Kana marks are spelling.
_ACCENTS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_MARKS: Final = f"{_INVISIBLE}{_ACCENTS}\u0711\u0730-\u074a\u07a6-\u07b0\u0900-\u0903\u0f18-\u0f3e\u0f71-\u0fbc"
# Letters and digits of the world by block, as one class: five times as fast as \\w less the exceptions above.
_LETTERS: Final = (
    "A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0370-\u0374\u0376\u0377\u037b-\u037d\u037f\u0386"
    "\u0388-\u0481\u048a-\u0556\u0560-\u0588\u05d0-\u05ea\u05ef-\u05f2\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3"
    "\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff\u0710\u0712-\u072f\u074d-\u07a5\u07b1\u07ca-\u07ea\u0800-\u0815\u0840-\u0858"
    "\u0860-\u0887\u08a0-\u08c9\u0904-\u0963\u0971-\u0df3\u0f40-\u0f6c\u10a0-\u10fa\u10fc-\u115e\u1161-\u135a\u1380-\u13fd"
    "\u1401-\u166c\u166f-\u167f\u1681-\u169a\u16a0-\u16ea\u1700-\u1734\u1820-\u18f5\u1900-\u1a1b\u1b00-\u1bf3\u1c00-\u1c37"
    "\u1c4d-\u1c7d\u1c80-\u1cbf\u1d00-\u1dbf\u1e00-\u1fbc\u1fbe\u1fc2-\u1ffc\u2071\u207f\u2090-\u209c\u210a-\u2113\u2115"
    "\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u2160-\u2188\u2c00-\u2ce4\u2d00-\u2dff\ua000-\ua48c\ua4d0-\ua60c"
    "\ua610-\ua66e\ua674-\ua6f1\ua722-\ua788\ua78d-\ua827\ua840-\uabea\uac00-\ud7fb\ufb00-\ufb28\ufb2a-\ufbb1"
    "\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc\uff21-\uff3a\uff41-\uff5a\uffa1-\uffdc\U00010000-\U0001cfff"
    "\U0001d400-\U0001d7ff\U0001df00-\U0001eeff"
)
_DIGITS: Final = (
    "0-9\u00b2\u00b3\u00b9\u00bc-\u00be\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u0966-\u096f\u0f20-\u0f33\u2070\u2074-\u2079"
    f"\u2080-\u2089\u2460-\u249b\uabf0-\uabf9\uff10-\uff19{THOUSANDS}{DECIMAL}"
)
_W: Final = f"[{_LETTERS}{_DIGITS}]"
_L: Final = f"[{_LETTERS}]"
# A word; then what belongs to it in U.S., AT&T, C++, C#, Disney+.
_WORD: Final = re.compile(
    rf"({_W}[{_LETTERS}{_DIGITS}{_MARKS}]*"
    rf"(?:(?=[.&+#])(?:(?<={_L})(?<!{_W}{_W})(?:\.{_L}(?!{_W}))+\.?"
    rf"|(?<!{_W}{_W}{_W}{_W})&{_W}{{1,3}}(?!{_W})"
    rf"|\+{{1,2}}(?!{_W})"
    rf"|(?<!{_W}{_W})#(?!{_W})))?)"
)
_HAS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_UNSPACED_RUN: Final = re.compile(f"[{_UNSPACED}]+")
_SIMPLE: Final = re.compile("[a-zа-яіїєґ0-9 ]+")  # nothing in these folds any further
_UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"})  # of Unicode's categories
_BLANK: Final = frozenset(map(chr, (0x2800, *range(0xE0000, 0xE1000), 0xFFFE, 0xFFFF)))  # the empty Braille cell, tags
_UNSEEN: Final = re.compile(f"[{_INVISIBLE}]+")
_STRIP: Final = re.compile(f"[{_INVISIBLE}{_ACCENTS}]+")
# й, ї and ў are letters of their own: their marks survive the stripping of accents.
_KEPT: Final = re.compile("[иіу][\u0306\u0308]")
_KEPT_LETTERS: Final = {"и\u0306": "й", "і\u0308": "ї", "у\u0306": "ў"}
_APOSTROPHES: Final = (
    "\u2018\u2019\u201a\u201b\u02bc\u02b9\u02bb\u02bd\u02be\u02bf\u02c8\u0060\u00b4\u2032\u055a\u05f3\uff07\ua78b\ua78c"
)
_SPACES: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\t\n\r\v\f\u0085\u2028\u2029"
)
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u058a\u05be\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys(_SPACES, " "),
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŧ": "t",
        "ӏ": "і", "ى": "ي",
    }
)  # fmt: skip
# Umlauts of German and their like of the Nordic languages, as written without their keys: in addresses, by agencies.
_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
DIGRAPH: Final = "~"  # begins the spelling of a word that is written with an umlaut: no word begins so
_ACRONYMS: Final = re.compile("[A-Z][A-Z0-9]+s")
_SCRIPTS: Final = (
    ("latin", re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]")),
    ("cyrillic", re.compile("[\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]")),
    ("unspaced", _HAS_UNSPACED),
    ("arabic", re.compile("[\u0620-\u063f\u0641-\u064a\u066e-\u06d5\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")),
    ("greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("hebrew", re.compile("[\u05d0-\u05f2\ufb1d-\ufb4f]")),
    ("hangul", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
)  # fmt: skip


def fold(text: str) -> str:
    """Return the text as it is compared: equal results mean that a reader sees the same words. Idempotent."""
    if text.isascii():
        return text.lower().translate(_SAME) if "`" in text or not text.isprintable() else text.lower()
    lowered = text.lower()
    if _SIMPLE.fullmatch(lowered):
        return lowered
    folded = _fold_once(text)
    while (again := _fold_once(folded)) != folded:  # a few compatibility forms need a second round
        folded = again
    return folded


def _fold_once(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_SAME)
    kept = _KEPT.sub(lambda found: _KEPT_LETTERS.get(found[0], found[0][0]), decomposed)
    return unicodedata.normalize("NFC", _STRIP.sub("", kept))


class Tokens:
    """The words of a text: `words` as written; `span` says where each stands in it."""

    __slots__ = ("_ends", "_parts", "words")

    def __init__(self, text: str) -> None:
        self._parts = _WORD.split(text)  # gap, word, gap, word, …, gap
        self.words = self._parts[1::2]
        self._ends: list[int] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Return the offsets in the original text of word `first`, or of the stretch from it to word `last`."""
        if self._ends is None:
            self._ends = list(accumulate(map(len, self._parts)))
        return self._ends[2 * first], self._ends[2 * (first if last is None else last) + 1]

    def gap(self, word: int) -> str:
        """Return what stands between this word and the next."""
        return self._parts[2 * word + 2]

    def folded(self) -> list[str]:
        """Return the words as they are compared."""
        return [variants(word)[0] for word in self.words]


def tokens(text: str) -> Tokens:
    """Find the words of a text. Parts around hyphens, apostrophes and underscores are words of their own."""
    return Tokens(text)


def variants(word: str) -> tuple[str, ...]:
    """Return the folded spellings under which a word of a text is found, the fullest first.

    `U.S.` is also `us`, and `US` in capitals also `u.s`; `Disney+` is also `disney`; `MPs` is also `mp`; a number with
    marks in it is written plainly; `Schäuble` is also `~schaeuble`, which only queries that may mean it ask for; `G7`
    is only itself.
    """
    if word[-1:].isdigit() or DECIMAL in word or THOUSANDS in word:
        return _variants_of_number(word)
    folded = fold(word)
    if "." in folded:
        dotted = folded.rstrip(".")
        return dotted, dotted.replace(".", "")
    if folded[-1:] == "+" and len(folded.rstrip("+")) > 1:
        return folded, folded.rstrip("+")
    more: tuple[str, ...] = ()
    if word[-1:] == "s" and _ACRONYMS.fullmatch(word):
        more = (folded[:-1],)
    elif 1 < len(word) <= 5 and word.isupper() and word.isalpha():  # noqa: PLR2004 - as long as dotted acronyms get
        more = (".".join(folded),)
    if not word.isascii() and (spelled := spell_out(word)):
        more = (DIGRAPH + spelled, *more)
    return (folded, *more)


def _variants_of_number(word: str) -> tuple[str, ...]:
    return plain_numbers(fold(word if word.isascii() else ascii_digits(word)))


def spell_out(word: str) -> str | None:
    """Return a word with umlauts, å or ø as it is written where there are none, folded: Müller as mueller, Åbo as aabo.

    None for a word that has none. The reverse is never done to a text: ae, oe and ue are mostly no umlaut.
    """
    if word.isascii():
        return None
    lowered = unicodedata.normalize("NFC", word).lower()
    spelled = lowered.translate(_DIGRAPHS)
    return fold(spelled) if spelled != lowered else None


def bare(word: str) -> str:
    """Return the word in its exact spelling and case, without what cannot be seen."""
    if word.isascii():
        return word
    if DECIMAL in word or THOUSANDS in word:
        return plain_numbers(word)[0]
    return unicodedata.normalize("NFC", _UNSEEN.sub("", word))


def unspaced(text: str) -> bool:
    """Return whether the text has a letter of a script without spaces between words."""
    return not text.isascii() and _HAS_UNSPACED.search(text) is not None


def unspaced_runs(text: str) -> list[str]:
    """Return the stretches of a text that are of scripts without spaces between words."""
    return _UNSPACED_RUN.findall(text)


def visible(text: str) -> bool:
    """Return whether a reader sees anything of the text: controls, spaces, fillers and marks alone are nothing."""
    if text.isalnum() and text.isascii():
        return True
    return any(char not in _BLANK and unicodedata.category(char) not in _UNSEEN_KINDS for char in fold(text))


def script(text: str) -> Script:
    """Return the script that most of the first letters are in, `other` where there is none we know."""
    sample = text[:400]
    if sample.isascii():
        return "latin" if re.search("[A-Za-z]", sample) else "other"
    found: Counter[Script] = Counter({name: len(letters.findall(sample)) for name, letters in _SCRIPTS})  # type: ignore[misc]  # the names are those of Script
    name, count = found.most_common(1)[0]
    return name if count else "other"


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its characters and its end, the offset in the original.

    A character with the marks after it is folded as one, so a place is always the edge of what a reader sees.
    """
    pieces: list[str] = []
    places: list[int] = []
    for found in _CLUSTER.finditer(text):
        piece = fold(found[0])
        pieces.append(piece)
        places.extend([found.start()] * len(piece))
    places.append(len(text))
    return "".join(pieces), places


_CLUSTER: Final = re.compile(rf"[\s\S][{_MARKS}\u3099\u309a\uff9e\uff9f]*")


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, never ending inside a character with its marks."""
    if len(text) <= limit:
        return text
    end = max(limit, 0)
    while end > 0 and (
        unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0e\ufe0f" or text[end - 1] == "\u200d"
    ):
        end -= 1
    return text[: end or max(limit, 0)]
