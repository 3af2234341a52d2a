"""Which story a report belongs to, and why: a pure decision over the reports that may be like it.

A report, its signature and the candidates that share an index number with it come in; a Placement with its reason
in words goes out. The order of candidates never matters. Nothing is looked up, and nothing is hidden here: a report
that joins a story is still a report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.model import Candidate, Placement, Report, Signature
from bot.sketch import Sketch, sketch, unpack
from bot.text import fold, tokens

_EVENT = 0.28  # likeness of headline and opening; one point for all languages, chosen on labelled pairs (make eval)
_COPY = 0.5  # of the shorter text's shingles that the longer one has: finds copies cut to 40 % (measured)
_FEW = 20  # shared words: fewer prove nothing
_MANY, _WHOLE = 35, 60  # shared words from which the headline need not agree: of parts of texts, of the whole text
_ANCHORED = 0.2
_SHARED = 5  # stems that two reports of one event share at least
_TOLD = 12  # stems that an opening has at least for its event to be known by: teasers of two sentences are all alike
_VERBATIM = 0.9  # containment both ways: the same text

_SMALL = frozenset(
    word
    for row in (
        "a an the of in on at to by for with and or as is are was were be been der die das den dem des ein eine einen",
        "und im zu von mit le la les l un une de du et en au aux el los las y del al il lo gli i e di o os as um uma",
        "w z na do het een van op te bir ve в во на с со по за из от до о об у к и а но что как же бы з із",
        "та й від про",
    )
    for word in row.split()
)
_SUFFIX = re.compile(r"\s+[|–—-]\s+(?=[^\d|–—]{2,40}$)(?:\S+ ?){1,4}$")
_GROUPED = re.compile(r"(?<=\d)[ ,.\u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one candidate says: `rank` 3 = the same item, 2 = a copy, 1 = the same event, 0 = something else."""

    rank: int
    score: float
    reason: str


def signature(title: str, text: str, url: str | None = None) -> Signature:
    """Return what a report is compared by: its index (at most 40 numbers) and its sketch (about a kilobyte)."""
    made, index = sketch(title, text, url)
    return Signature(index=index, sketch=made.pack())


def place(report: Report, signature: Signature, candidates: Sequence[Candidate]) -> Placement:
    """Return the story that the report joins, None for a new one, and why.

    The window is the caller's: every candidate counts. Score is the likeness to the nearest report, 0 … 1.
    """
    mine = unpack(signature.sketch)
    judged = [
        (_judge(report, mine, other.report, theirs), other)
        for other in candidates
        if mine is not None and (theirs := unpack(other.sketch)) is not None
    ]
    ours = {other.story for verdict, other in judged if other.report.publisher == report.publisher and verdict.rank}
    apart = {other.story for verdict, other in judged if other.report.publisher == report.publisher} - ours
    nearest = max((verdict.score for verdict, _ in judged), default=0.0)
    joining = [(verdict, other) for verdict, other in judged if verdict.rank and other.story not in apart]
    if not joining:
        blocked = any(verdict.rank for verdict, _ in judged)
        reason = "this publisher has another report in that story" if blocked else "no report tells the same event"
        return Placement(story=None, score=round(nearest, 3), reason=reason)
    verdict, other = min(joining, key=_preference)
    told = other.report.headline[:200]
    return Placement(other.story, round(verdict.score, 3), f"{verdict.reason}: {other.report.publisher}, “{told}”")


def voices(candidates: Iterable[Candidate]) -> int:
    """Return how many independent publishers tell a story: copies of one text, or of one agency, count once."""
    groups: list[tuple[set[str], list[Sketch]]] = []
    for candidate in candidates:
        made = unpack(candidate.sketch)
        publishers, texts = {candidate.report.publisher}, [made] if made else []
        apart = []
        for group in groups:
            if publishers & group[0] or any(_one_voice(one, two) for one in texts for two in group[1]):
                publishers |= group[0]
                texts = [*texts, *group[1]]
            else:
                apart.append(group)
        groups = [*apart, (publishers, texts)]
    return len(groups)


def corrected(old: str, new: str) -> bool:
    """Return whether the headline says something else now: another number, name, negation or content word.

    Articles, case, punctuation, inflection, order and an outlet's suffix never count.
    """
    before = {tuple(_content(each)) for each in (old, _SUFFIX.sub("", old))}
    after = {tuple(_content(each)) for each in (new, _SUFFIX.sub("", new))}
    return not any(_same_words(one, two) for one in before for two in after)


def _preference(found: tuple[_Verdict, Candidate]) -> tuple[int, float, float, int]:
    """Order candidates: the strongest kind of likeness, then the nearest, then the oldest story."""
    verdict, other = found
    return -verdict.rank, -verdict.score, other.report.at.timestamp(), other.story


def _judge(report: Report, mine: Sketch, other: Report, theirs: Sketch) -> _Verdict:
    """Return what two reports are to each other."""
    likeness = _likeness(mine, theirs)
    contained, shared = _containment(mine, theirs)
    score = max(likeness, contained if shared >= _FEW else 0.0)
    if mine.page and mine.page == theirs.page and (likeness > _ANCHORED / 2 or not mine.opening or not theirs.opening):
        return _Verdict(3, 1.0, "the same page")
    if report.publisher == other.publisher:
        if _is_retouched(mine, theirs, contained, shared, likeness):
            return _Verdict(3, max(score, _VERBATIM), "the same item, retouched")
        return _Verdict(0, min(score, 0.99), "another item of this publisher")
    anchored = min(_anchored(mine, theirs), _anchored(theirs, mine)) >= _ANCHORED
    enough = _WHOLE if _same_text(mine, theirs, contained, shared) else _MANY  # boilerplate is the same text as a whole
    if contained >= _COPY and (shared >= enough or (shared >= _FEW and anchored)):
        return _Verdict(2, contained, f"a copy of one text ({contained:.0%} of its wording)")
    common = len(mine.opening.keys() & theirs.opening.keys())
    told = min(len(mine.opening), len(theirs.opening)) >= _TOLD or not corrected(report.headline, other.headline)
    if told and likeness >= _EVENT and common >= _SHARED and (anchored or contained < _COPY):
        return _Verdict(1, likeness, f"the same names, numbers and words ({likeness:.0%})")
    return _Verdict(0, score, "something else")


def _is_retouched(mine: Sketch, theirs: Sketch, contained: float, shared: float, likeness: float) -> bool:
    """Return whether one publisher's two items are one: no other number, name or place, and the same text."""
    if mine.numbers != theirs.numbers:
        return False
    extra = mine.title ^ theirs.title
    if extra & (mine.marks | theirs.marks):
        return False
    if not mine.title or not theirs.title:
        return contained >= _VERBATIM and shared >= _WHOLE
    if mine.headline == theirs.headline or mine.title <= theirs.title or theirs.title <= mine.title:
        short = max(mine.words, theirs.words) < _FEW
        return likeness >= _VERBATIM - 0.1 and len(mine.title) >= _SHARED if short else contained >= _COPY
    in_both = mine.opening.keys() & theirs.opening.keys()
    return _same_text(mine, theirs, contained, shared) and extra <= in_both  # what differs stands in the text


def _same_text(mine: Sketch, theirs: Sketch, contained: float, shared: float) -> bool:
    """Return whether two texts are word for word the same."""
    return contained == 1.0 and shared >= _FEW and abs(mine.words - theirs.words) <= mine.words / 50


def _likeness(mine: Sketch, theirs: Sketch) -> float:
    """Return the cosine of the weighted stems of headline and opening."""
    if not mine.norm or not theirs.norm:
        return 0.0
    ours, others = mine.opening, theirs.opening
    return sum(ours[stem] * others[stem] for stem in ours.keys() & others.keys()) / sqrt(mine.norm * theirs.norm)


def _containment(mine: Sketch, theirs: Sketch) -> tuple[float, float]:
    """Return which part of the shorter text the other has, and about how many of its shingles that is."""
    level = max(mine.sampled, theirs.sampled)
    step = 1 << level
    one = mine.shingles if mine.sampled == level else {each for each in mine.shingles if not each % step}
    two = theirs.shingles if theirs.sampled == level else {each for each in theirs.shingles if not each % step}
    fewer = min(len(one), len(two))
    both = len(one & two)
    return (both / fewer, float(both * step)) if fewer else (0.0, 0.0)


def _anchored(mine: Sketch, theirs: Sketch) -> float:
    """Return which part of my headline's words the other report has; all of none."""
    return len(mine.title & theirs.opening.keys()) / len(mine.title) if mine.title else 1.0


def _one_voice(mine: Sketch, theirs: Sketch) -> bool:
    """Return whether two reports are the word of one: the same agency, or the same text."""
    contained, shared = _containment(mine, theirs)
    return (0 < mine.agency == theirs.agency) or (contained >= _COPY and shared >= _FEW)


def _content(headline: str) -> list[str]:
    """Return the words of a headline that say something, in alphabetical order."""
    words = (fold(word) for word in tokens(_GROUPED.sub("", headline[:2000])).words)
    return sorted(
        word for word in words if word not in _SMALL and (len(word) > 1 or not word.isascii() or word.isdigit())
    )


def _same_words(one: Sequence[str], two: Sequence[str]) -> bool:
    """Return whether two headlines have the same words, but for their endings."""
    left, right = list(one), list(two)
    for word in one:
        if word in right:
            left.remove(word)
            right.remove(word)
    for word in tuple(left):
        twin = next((other for other in right if _same_but_ending(word, other)), None)
        if twin is not None:
            left.remove(word)
            right.remove(twin)
    return not left and not right


def _same_but_ending(one: str, two: str) -> bool:
    """Return whether two words differ in their ending at most: kill, kills; Песков, Пескова."""
    stem = min(len(one), len(two)) - 1
    return stem >= 3 and one[:stem] == two[:stem] and abs(len(one) - len(two)) <= 2 and not one[0].isdigit()  # noqa: PLR2004 -- shorter ones share by chance
