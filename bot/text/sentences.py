"""Where sentences begin and end, in any of the languages that news is written in.

A text comes in, spans in that same text go out; nothing is copied, cleaned or looked up elsewhere. A line break
always ends a sentence (paragraphs are separated by newlines here). What breaks splitters is abbreviations and
initials, which are in the table `abbreviations`; its languages are merged, because short texts rarely say theirs.
"""

from __future__ import annotations

import re

from bot.text.word_tables import word_set

_CLOSE = "»«”“’‘\"')\\]}›」』）】"
_END = re.compile(  # a row of marks is read once, from its first: else a row without an end costs its square
    rf"(?<![.!?…؟۔])[.!?…؟۔]++[{_CLOSE}]*+(?=\s|$)|[。！？｡][」』）】”’]*+|[।॥]++[{_CLOSE}]*+"
    r"|(?<![.!?…])[.!?…]++[»”](?=[^\W\d_])|[\r\n\u2028\u2029\x85\v\f]++"
)
_NEXT = re.compile(r"\s*((?:[«„“”\"'‘’(\[¿¡‹—–-]\s?)*)(\w[\w’'-]*|\S)?", re.UNICODE)
_WORD = re.compile(r"(?:[^\W\d_]{1,3}\.[ -]?)*[\w№º-]*$", re.UNICODE)  # the word before a full stop, dotted pieces too
_DOTTED = re.compile(r"(?:[^\W\d_]\. ?)+[^\W\d_]$", re.UNICODE)  # U.S · т. е · z. B
_TAIL = 24  # characters looked at before a full stop: longer than any abbreviation in the tables
_REACH = 400  # `sentence_around` looks this far to each side, and cuts what is longer


def split_sentences(text: str, language: str | None = None) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of every sentence, without the white space around it, in linear time.

    `language` (ISO 639-1) only decides whether "5. " is an ordinal; every other rule holds for all.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if _ends(text, start, end, language):
            _add(spans, text, start, end.end())
            start = end.end()
    _add(spans, text, start, len(text))
    return tuple(spans)


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentence (or sentences) that holds text[start:end].

    Looks at most 400 characters to each side and returns at most about that many besides the span itself, cut at
    word borders where no sentence ends. The span is always inside the answer.
    """
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    low, high = _word_border(text, start - _REACH, start), _word_border_back(text, end + _REACH, end)
    left, right = start, end
    for first, last in split_sentences(text[low:high]):
        if last + low > start and first + low < max(end, start + 1):
            left, right = min(left, first + low), max(right, last + low)
    if right - left > max(_REACH, end - start):  # too long: the span in the middle of what is kept
        spare = max(0, _REACH - (end - start)) // 2
        cut_left = start - left > spare
        left = _word_border(text, start - spare, start) if cut_left else left
        right = _word_border_back(text, max(left + _REACH, end), end) if right - left > _REACH else right
    return left, max(right, end)


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add a span without the white space at its edges, unless nothing is left of it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _ends(text: str, start: int, mark: re.Match[str], language: str | None) -> bool:
    """Return whether a sentence that began at `start` ends with this mark."""
    sign = mark.group()
    if sign[0] in "\r\n\u2028\u2029\x85\v\f。！？｡।॥؟۔":
        return True
    following = _NEXT.match(text, mark.end(), mark.end() + 40)
    lead_in, word = (following.group(1), following.group(2) or "") if following else ("", "")
    if not word:
        return True
    if word[0].islower() or word[0] in ",;:.!?)]»…/&":
        return False
    if sign[-1] in "»”\"'’“)" and lead_in[:1] in {"—", "–"}:  # «Да!» — Песков
        return False
    if sign != ".":
        return True
    return not _goes_on(text, start, mark.start(), word, language)


def _goes_on(text: str, start: int, dot: int, word: str, language: str | None) -> bool:
    """Return whether the full stop at `dot` belongs to an abbreviation, an initial or an ordinal."""
    before = text[max(start, dot - _TAIL) : dot]
    found = _WORD.search(before)
    raw = found.group() if found else ""
    last = raw.rpartition(".")[2].strip(" -")
    if last.isdigit():
        return _is_ordinal(last, word, language, first=not text[max(start, dot - _TAIL) : dot - len(last)].strip())
    bare, short = raw.replace(" ", "").lower(), last.lower()
    if len(last) == 1 and (last.isupper() or len(word) == 1):  # an initial, or the first piece of "z. B."
        return bare == short or not _opens(word)
    if _is_listed("units", bare) or (_is_listed("before a number", short) and word[0].isdigit()):
        return word[0].isdigit()
    if _is_listed("may end", bare, short) or _DOTTED.search(raw):  # Inc. · U.N. · т. е.
        return not _opens(word)
    return _is_listed("before a name", short, bare)


def _is_ordinal(number: str, word: str, language: str | None, *, first: bool) -> bool:
    """Return whether "number." goes on: it opens a list, or counts a day or a time. Years have four digits."""
    if len(number) > 2:  # noqa: PLR2004 -- see the docstring
        return False
    if first or _is_listed("months", word.lower()):
        return True
    return language is not None and _is_listed("ordinals", language) and not _opens(word)


def _opens(word: str) -> bool:
    """Return whether this capitalised word is one that opens sentences."""
    return _is_listed("openers", word.lower()) and word[0].isupper()


def _is_listed(section: str, *words: str) -> bool:
    """Return whether one of these words, in small letters, is in a section of the table."""
    return not word_set("abbreviations", section).isdisjoint(words)


def _word_border(text: str, at: int, limit: int) -> int:
    """Return the first word's start from `at` on, `limit` at the latest."""
    if at <= 0:
        return 0
    while at < limit and not text[at - 1].isspace():
        at += 1
    return at


def _word_border_back(text: str, at: int, limit: int) -> int:
    """Return the last word's end up to `at`, `limit` at the earliest."""
    if at >= len(text):
        return len(text)
    while at > limit and not text[at].isspace():
        at -= 1
    return at
