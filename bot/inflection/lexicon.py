"""Which forms a word has, asked of simplemma's dictionaries without ever loading one.

Words of one language come in; the forms of their lemmas go out. A dictionary is a sorted, front-coded stream of
(form, lemma) that takes seconds and a hundred megabytes to load; here one regex finds where each beginning of a
word starts, and only the stretches that matter are decoded: all twelve languages in about a second.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

_MAGIC: Final = b"SMFC1"
_SAME: Final = 254  # in place of a length: the lemma is that of the form before
_WHOLE: Final = 255  # the lemma is spelled out
_STEM: Final = 4  # bytes that begin a stretch; twice as many where a letter takes two
_TWO_BYTES: Final = frozenset({"uk", "ru", "ar", "he", "el"})
_UMLAUTS: Final = {plain.encode(): umlaut.encode() for plain, umlaut in zip("AOUaou", "ÄÖÜäöü", strict=True)}
_LONGEST: Final = 127  # bytes of a lemma: with more, its length would take two bytes, and no dictionary has such a word
_TAIL: Final = 3  # bytes of a lemma that tell an irregular form: men -> m + an, Häuser -> H + aus


@dataclass(frozen=True, slots=True)
class KnownForms:
    """What the dictionary of one language knows of a word; all empty where it does not know it."""

    own: frozenset[str] = frozenset()  # its forms, when it is the word that dictionaries list
    other: frozenset[str] = frozenset()  # the forms of the words that it is a form of
    taken: frozenset[str] = frozenset()  # of the guesses that were asked about, those that are forms of other words
    listed: frozenset[str] = frozenset()  # of the guesses, those that it lists as words, without a form of theirs


def version() -> str:
    """Return the version of the dictionaries, for keys of a cache."""
    from importlib.metadata import version as installed

    return installed("simplemma")


def read_dictionary(language: str) -> bytes:
    """Return the dictionary of a language as simplemma brings it, unpacked: up to 20 MB, a tenth of a second."""
    import lzma
    from importlib.util import find_spec

    spec = find_spec("simplemma")  # finds the package without importing it
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("simplemma is not installed")
    folder = Path(spec.origin).parent / "strategies" / "dictionaries" / "data"
    with lzma.open(folder / f"{language}.plzma") as stream:
        return stream.read()


def look_up_forms(
    language: str, words: Mapping[str, Iterable[str]], read: Callable[[str], bytes] = read_dictionary
) -> dict[str, KnownForms]:
    """Return what the dictionary of the language knows of each word, in any capitals; `words` maps them to guesses.

    `read` returns the dictionary as `read_dictionary` does.
    """
    spelled = {word: {word, word.lower(), word.capitalize()} for word in words}
    spellings = {each for every in spelled.values() for each in every}
    stream = _Stream(language, read(language))
    forms, lemmas = stream.decode(spellings, spellings.union(*words.values()))
    bases = {
        word: {lemma for each in every for lemma in lemmas.get(each, ()) if lemma not in every}
        for word, every in spelled.items()
        if not any(each in forms for each in every)
    }
    more, _ = stream.decode({base for every in bases.values() for base in every}, ())
    return {
        word: KnownForms(
            frozenset(form for each in every for form in forms.get(each, ())),
            frozenset(form for base in bases.get(word, ()) for form in more.get(base, ())),
            frozenset(guess for guess in words[word] if not lemmas.get(guess, every) <= {guess, *every}),
            frozenset(guess for guess in words[word] if guess in lemmas.get(guess, ()) and guess not in every),
        )
        for word, every in spelled.items()
    }


class _Stream:
    """One dictionary, unpacked but not decoded."""

    def __init__(self, language: str, data: bytes) -> None:
        self._data = data
        self._size = _STEM * (2 if language in _TWO_BYTES else 1)
        indexes = _known_indexes()
        if language not in indexes:
            indexes[language] = _index(data, self._size)
        self._starts, self._beginnings = indexes[language]

    def decode(self, wanted: set[str], keys: Iterable[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Return the forms of the wanted lemmas, and the lemmas of the wanted forms `keys`."""
        lemmas_wanted = {word.encode(errors="replace") for word in wanted if word}
        keys_wanted = {word.encode(errors="replace") for word in keys}
        forms: dict[str, set[str]] = {}
        lemmas: dict[str, set[str]] = {}
        stretches = self._stretches(lemmas_wanted)
        stretches.update(number for key in keys_wanted for number in self._beginning_with(key[: self._size]))
        for stretch in sorted(stretches):
            for form, lemma in self._records(stretch):
                if lemma in lemmas_wanted:
                    forms.setdefault(lemma.decode(), set()).add(form.decode())
                if form in keys_wanted:
                    lemmas.setdefault(form.decode(), set()).add(lemma.decode())
        return forms, lemmas

    def _stretches(self, words: set[bytes]) -> set[int]:
        """Return the stretches that hold the forms of these lemmas: those that begin alike, and irregular ones."""
        beginnings = {word[: self._size] for word in words}
        found = {number for each in beginnings for number in self._beginning_with(each)}
        for short in (each for each in beginnings if len(each) < self._size):
            found.update(self._beginning_with(short, whole=False))
        tails: dict[bytes, tuple[bytes, ...]] = {}
        for word in words:
            for head, tail in self._tails(word):
                tails[tail] = (*tails.get(tail, ()), head)
        if tails:
            from ahocorasick_rs import BytesAhoCorasick

            endings = list(tails)
            for ending, start, _ in BytesAhoCorasick(endings).find_matches_as_indexes(self._data, overlapping=True):
                number = bisect_right(self._starts, start) - 1
                if number >= 0 and self._beginning(number).startswith(tails[endings[ending]]):
                    found.add(number)
        for number in tuple(found):  # forms of one lemma may run on into the next stretches
            while number + 1 < len(self._starts) and self._goes_on(number + 1):
                number += 1  # noqa: PLW2901 - walks on from there
                found.add(number)
        return found

    def _beginning(self, stretch: int) -> bytes:
        """Return the first bytes that the forms of a stretch have in common."""
        return self._beginnings[stretch * self._size : (stretch + 1) * self._size].rstrip(b"\0")

    def _beginning_with(self, beginning: bytes, *, whole: bool = True) -> Iterator[int]:
        """Give the stretches of this beginning, or of any that begins so.

        They are looked for in one run of bytes: a list of them takes longer to make than all that is asked of it.
        """
        wanted = beginning.ljust(self._size, b"\0") if whole else beginning
        at = self._beginnings.find(wanted)
        while at >= 0:
            if at % self._size == 0:
                yield at // self._size
            at = self._beginnings.find(wanted, at + 1)

    def _goes_on(self, stretch: int) -> bool:
        """Return whether a stretch begins with the lemma that the one before it ended with."""
        start = self._starts[stretch]
        return self._data[start + 2 + self._data[start + 1]] == _SAME

    def _tails(self, word: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Give the endings under which a lemma is stored beside a form that parts from it after this beginning."""
        if len(word) > _LONGEST:
            return
        if first := _UMLAUTS.get(word[:1]):
            yield first, bytes((len(word),)) + word  # Ärzte -> Arzt
        shortest = 1 if self._size > _STEM else 2  # half a letter is a common ending only where letters have two halves
        for kept in range(1, min(self._size, len(word) - shortest + 1)):
            tail = word[kept:]
            if len(tail) >= _TAIL:
                yield word[:kept], bytes((len(tail),)) + tail
            else:
                for trimmed in range(len(tail), len(tail) + 6):
                    yield word[:kept], bytes((trimmed, len(tail))) + tail

    def _records(self, stretch: int) -> Iterator[tuple[bytes, bytes]]:
        """Decode the (form, lemma) pairs of a stretch; one that begins with "same lemma" needs those before it."""
        data = self._data
        end = self._starts[stretch + 1] if stretch + 1 < len(self._starts) else len(data)
        first = stretch
        while first and self._goes_on(first):
            first -= 1
        at, form, lemma = self._starts[first], self._beginning(first), b""
        wanted_from = self._starts[stretch]
        while at < end:
            start = at
            shared, at = _number(data, at)
            length, at = _number(data, at)
            form = form[:shared] + data[at : at + length]
            trimmed = data[at + length]
            at += length + 1
            if trimmed != _SAME:
                length, at = _number(data, at)
                kept = form[: len(form) - trimmed] if trimmed != _WHOLE else b""
                lemma = kept + data[at : at + length]
                at += length
            if start >= wanted_from:
                yield form, lemma


@lru_cache(maxsize=1)
def _known_indexes() -> dict[str, tuple[array[int], bytes]]:
    """Return the indexes of dictionaries that were made so far, by language.

    Kept for the life of the process, for one takes half of the time that a word takes, and all of them are 2 MB.
    """
    return {}


def _index(data: bytes, size: int) -> tuple[array[int], bytes]:
    """Return where each stretch starts, and the beginnings of all, each filled up with zeros to `size` bytes."""
    starts, beginnings, beginning = array("I"), bytearray(), b""
    for found in _stretch_pattern(size).finditer(data, _header(data)):
        start = found.start()
        shared, length = data[start], data[start + 1]
        beginning = (beginning[:shared] + data[start + 2 : start + 2 + length])[:size]
        starts.append(start)
        beginnings += beginning.ljust(size, b"\0")
    return starts, bytes(beginnings)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; return it and where it ends."""
    value = shift = 0
    while data[at] > 127:  # noqa: PLR2004 - the high bit says that more follows
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
    return value | data[at] << shift, at + 1


def _header(data: bytes) -> int:
    """Return where the records begin, behind the magic, a flag byte and their number."""
    if not data.startswith(_MAGIC) or data[len(_MAGIC)] & 1:
        raise ValueError("simplemma's dictionaries have changed their format")
    return _number(data, len(_MAGIC) + 1)[1]


@lru_cache(maxsize=2)
def _stretch_pattern(size: int) -> re.Pattern[bytes]:
    """Return a pattern for one stretch: a record that shares under `size` bytes with the one before, and its train."""
    counted = b"|".join(rb"\x%02x[\x20-\xf4]{%d}" % (length, length) for length in range(1, 128))
    record = rb"(?:%s)(?:\xfe|[\x00-\x7f](?:\x00|%s))" % (counted, counted)
    return re.compile(rb"[\x00-\x%02x]%s(?:[\x%02x-\x7f]%s)*+" % (size - 1, record, size, record), re.DOTALL)
