"""Whether two headlines tell opposite things of one subject, or two rounds of one series: then they are two events.

Headlines come in, yes or no goes out. Reports of a series (a market's close, a team's matches) share nearly all their
words, so likeness alone would join Friday's fall and Monday's rise. The words are in the table `opposites`, of all
languages together. Pure; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.stories import terms
from bot.stories.sketch import hash_stems
from bot.text.word_tables import columns, read_table

READ = 300  # characters of a headline
_BEFORE, _AFTER = 4, 5  # words before the one that tells, of whom it is told, and behind it, of whom else

_SCORE = re.compile(r"(?<![\d.,:-])(\d{1,3})\s?[-–:]\s?(\d{1,3})(?![\d:-])")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a headline tells in terms of one contrast: which side of it, of whom, and what stands behind."""

    side: int
    subject: frozenset[str]
    behind: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Words:
    """Words by their spelling and by their beginning."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Return whether a folded word is among them."""
        return word in self.whole or word.startswith(self.beginnings)


def are_opposed(one: str, two: str) -> bool:
    """Return whether two headlines are of two events: they say opposite things of one subject, or have other scores.

    Who tells both sides of a contrast tells neither. What one side wins the other loses: where the subjects change
    places ("Spain beat England", "England lose to Spain") it is one event.
    """
    first, second = _split(one), _split(two)
    contrasts = [(_told(first, sides), _told(second, sides)) for sides in _contrasts("opposites")]
    results = [(_told(first, sides), _told(second, sides)) for sides in _contrasts("results")]
    if any(ours and theirs and _against(ours, theirs) for ours, theirs in (*contrasts, *results)):
        return True
    played = any(ours and theirs and ours.subject & theirs.subject for ours, theirs in results)
    scores, others = _scores(one), _scores(two)
    return played and bool(scores and others) and scores.isdisjoint(others)


def is_of_series(headline: str) -> bool:
    """Return whether a headline is one of a series that comes again every trading day."""
    words = _split(headline)
    return any(
        any(ends.has(word) for word in words) and any(ways.has(word) for word in words)
        for ends, ways in _contrasts("series")
    )


def weekdays_of(stems: Collection[int]) -> frozenset[int]:
    """Return the days (0 = Monday) that a report names, by the hashed stems of its opening."""
    return frozenset(day for day, hashed in enumerate(_weekdays()) if not hashed.isdisjoint(stems))


def _against(ours: _Told, theirs: _Told) -> bool:
    """Return whether two tell the two sides of one subject, and did not only change places."""
    if ours.side == theirs.side or not (ours.subject | ours.behind) & (theirs.subject | theirs.behind):
        return False
    return not (
        ours.subject.isdisjoint(theirs.subject) and (ours.subject & theirs.behind or theirs.subject & ours.behind)
    )


def _told(words: Sequence[str], sides: Sequence[_Words]) -> _Told | None:
    """Return what the words tell in terms of a contrast, None where they tell neither side or both."""
    found = [(at, side) for at, word in enumerate(words) for side, named in enumerate(sides) if named.has(word)]
    if not found or len({side for _, side in found}) > 1:
        return None
    places = [at for at, _ in found]
    before = frozenset(stem for at in places for stem in _stems(words[max(0, at - _BEFORE) : at], sides))
    behind = frozenset(stem for at in places for stem in _stems(words[at + 1 : at + 1 + _AFTER], sides))
    return _Told(found[0][1], before or behind, behind - before)


def _stems(words: Sequence[str], sides: Sequence[_Words]) -> Iterator[str]:
    """Yield the stems of the words that may be a subject: no numbers, and none that belongs to a series' telling."""
    told = (*sides, *(ends for ends, _ in _contrasts("series")))
    return (
        stem
        for word in words
        if not any(each.has(word) for each in told)
        if (stem := terms.stem_of(word)) and not stem[0].isdigit()
    )


def _split(headline: str) -> list[str]:
    """Return the folded words of a headline in order; of scripts without spaces every pair of signs."""
    return [word for word, _ in terms.words(headline[:READ])]


def _scores(headline: str) -> frozenset[tuple[int, ...]]:
    """Return the scores of a headline, whoever's side stands first."""
    return frozenset((*sorted(map(int, found.groups())),) for found in _SCORE.finditer(headline[:READ]))


@cache
def _contrasts(section: str) -> tuple[tuple[_Words, ...], ...]:
    """Return the two sides of each row."""
    return tuple(tuple(_read(side) for side in row) for row in columns("opposites", section))


def _read(words: str) -> _Words:
    each = words.split()
    return _Words(
        frozenset(word for word in each if not word.endswith("-")),
        tuple(word[:-1] for word in each if word.endswith("-")) or ("\0",),
    )


@cache
def _weekdays() -> tuple[frozenset[int], ...]:
    """Return of each day the hashes of its names' stems, as sketches hold them."""
    return tuple(hash_stems(map(terms.stem_of, row.split())) for row in read_table("opposites")["weekdays"])
