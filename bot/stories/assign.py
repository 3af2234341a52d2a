"""Which story a report belongs to, and why: a pure decision over the reports that may be like it.

A report, its signature and the candidates that share an index number with it come in; a Placement with its reason
in words goes out. The order of candidates never matters. Nothing is looked up, and nothing is hidden here: a report
that joins a story is still a report.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from bot.model import Candidate, Report, Signature
from bot.stories.event_probability import LIKELY, event_probability
from bot.stories.language_number import are_different
from bot.stories.opposition import are_opposed, is_of_series, weekdays_of
from bot.stories.semantic import Closeness, Meaning, closeness
from bot.stories.sketch import (
    Sketch,
    SketchHeader,
    containment,
    make_signature,
    opening_similarity,
    read_header,
    unpack,
)
from bot.text.tokens import fold, tokens
from bot.text.word_tables import word_set

# The one operating point, for all languages, with and without the extra: chosen on labelled pairs (make eval).
_EVENT = 0.52  # how much two reports of one event agree at least, as _agreement measures it
_TELLING = 1.14  # puts words on the scale of meaning: .21 of the words are as telling as .52 of it
_WORDS = 0.4  # what words count beside meaning, within one language
_HEADED, _HEADLESS = 0.4, 0.5  # part of a headline that the other report has; what it costs when it has none of it
_HEADLINE = 10  # stems: a longer one is the first sentence of a text, not its headline
_FAR = 0.3  # in meaning: no copy, no event; measured, two of 500 true pairs are below
_COPY = 0.5  # of the shorter text's shingles that the longer one has: finds copies cut to 40 % (measured)
_FEW = 20  # shared words: fewer prove nothing
_MANY, _WHOLE = 35, 60  # shared words from which the headline need not agree: of parts of texts, of the whole text
_ANCHORED = 0.2
_SHARED = 3  # stems that two reports of one event share at least
_TOLD = 12  # stems that an opening has at least for its event to be known by: teasers of two sentences are all alike
# Of the story's reports that are candidates, so many tell the same event. Measured in streams: half of them would cost
# .03 of F1 across languages, and the mean of their agreement, or what it is above that of other stories, adds nothing.
_BACKED = 0.2
_NAMED = 0.2  # of the names and numbers of a headline: who has fewer tells of another place, firm or match
_BRIEF = 0.9  # how much shorter ones agree at least: "robbed" and "reopens" of one museum reach .88
_VERBATIM = 0.9  # containment both ways: the same text

_ROUND = timedelta(hours=18)  # a market closes once a day, and outlets tell of it within hours
OPPOSED = "the opposite, or another day of one series"

_SUFFIX = re.compile(r"(?<!\s)\s++[|–—-]\s++(?=[^\d|–—]{2,40}$)(?:\S+ ?){1,4}$")
_GROUPED = re.compile(r"(?<=\d)[ ,.\u00a0\u202f](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one candidate says: `rank` 3 = the same item, 2 = a copy, 1 = the same event, 0 = something else."""

    rank: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a report belongs, and why."""

    story: int | None  # None = a new story
    score: float  # 0 … 1, the likeness to the nearest report
    reason: str


def signature(title: str, text: str, url: str | None = None, meaning: Meaning | None = None) -> Signature:
    """Return what a report is compared by: its index (at most 55 numbers) and its sketch (a kilobyte or two).

    `meaning` comes from the extra; without it a report is compared by its words alone, also with those that have one.
    """
    return make_signature(title, text, url, meaning)


def place(report: Report, signature: Signature, candidates: Sequence[Candidate]) -> Placement:
    """Return the story that the report joins, None for a new one, and why.

    The window is the caller's: every candidate counts. Score is the likeness to the nearest report, 0 … 1.
    """
    mine = unpack(signature.sketch)
    judged = [] if mine is None else _judged(report, mine, candidates)
    ours = {other.story for verdict, other in judged if other.report.publisher == report.publisher and verdict.rank}
    apart = {other.story for verdict, other in judged if other.report.publisher == report.publisher} - ours
    apart |= {other.story for verdict, other in judged if verdict.reason == OPPOSED} - ours
    nearest = max((verdict.score for verdict, _ in judged), default=0.0)
    backed = _backed(judged)
    joining = [
        (verdict, other)
        for verdict, other in judged
        if verdict.rank and other.story not in apart and (verdict.rank > 1 or other.story in backed)
    ]
    if not joining:
        blocked = any(verdict.rank and other.story in apart for verdict, other in judged)
        reason = (
            "that story has another report of this publisher, or the opposite"
            if blocked
            else "no report tells the same event"
        )
        return Placement(story=None, score=round(nearest, 3), reason=reason)
    verdict, other = min(joining, key=_preference)
    told = other.report.headline[:200]
    return Placement(other.story, round(verdict.score, 3), f"{verdict.reason}: {other.report.source}, “{told}”")


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


def _preference(found: tuple[_Verdict, Candidate]) -> tuple[int, float, float, int, str, str, str]:
    """Order candidates: the strongest kind of likeness, then the nearest, then the oldest story; never by chance."""
    verdict, other = found
    told = (other.report.publisher, other.report.headline, verdict.reason)
    return -verdict.rank, -verdict.score, other.report.at.timestamp(), other.story, *told


def _backed(judged: Sequence[tuple[_Verdict, Candidate]]) -> set[int]:
    """Return the stories of which enough reports agree: one link to another would grow a story without end."""
    there = Counter(other.story for _, other in judged)
    agree = Counter(other.story for verdict, other in judged if verdict.rank)
    return {story for story, many in agree.items() if many >= _BACKED * there[story]}


def _judged(report: Report, mine: Sketch, candidates: Sequence[Candidate]) -> list[tuple[_Verdict, Candidate]]:
    """Return what the report is to each candidate; those that cannot be of one story with it are not unpacked."""
    read = [(glance, other) for other in candidates if (glance := read_header(other.sketch)) is not None]
    known = [at for at, (glance, _) in enumerate(read) if mine.vector and glance.vector]
    near = dict(zip(known, closeness(mine.vector, [read[at][0].vector for at in known]), strict=True))
    judged = []
    for at, (glance, other) in enumerate(read):
        meaning = near.get(at)
        most, enough = _most(mine, glance, other.sketch, meaning)
        if most < enough and not (mine.page and mine.page == glance.page):
            judged.append((_Verdict(0, max(most, 0.0), "something else"), other))
        elif (theirs := unpack(other.sketch)) is not None:
            judged.append((_judge(report, mine, other.report, theirs, meaning), other))
    return judged


def _most(mine: Sketch, glance: SketchHeader, raw: bytes, meaning: Closeness | None) -> tuple[float, float]:
    """Return how much two reports agree at most, told without all of the other's sketch, and how much is needed."""
    foreign = are_different(mine.language, glance.language)
    if meaning is not None and (meaning.first < _FAR or (foreign and meaning.second is None)):
        return meaning.first, _EVENT  # across languages it alone decides
    likeness, touching = opening_similarity(mine, raw)
    if touching:
        return 1.0, 0.0
    if meaning is None or meaning.second is None:
        return _mixed(likeness, meaning), _EVENT
    return event_probability(mine, glance, likeness, meaning), LIKELY


def _judge(report: Report, mine: Sketch, other: Report, theirs: Sketch, meaning: Closeness | None) -> _Verdict:
    """Return what two reports are to each other; however alike, opposite news is not one event."""
    verdict = _compared(report, mine, other, theirs, meaning)
    if verdict.rank not in {1, 2} or _same_text(mine, theirs, *containment(mine, theirs)):
        return verdict
    if not _is_another_round(report, mine, other, theirs):
        return verdict
    return _Verdict(0, min(verdict.score, 0.99), OPPOSED)


def _compared(report: Report, mine: Sketch, other: Report, theirs: Sketch, meaning: Closeness | None) -> _Verdict:
    """Return what two reports are to each other by likeness; `meaning`: how near they are in it, if known."""
    likeness = _likeness(mine, theirs)
    contained, shared = containment(mine, theirs)
    foreign = meaning is not None and are_different(mine.language, theirs.language)
    agreement, enough_for_one = _agreement(mine, theirs, likeness, meaning)
    score = min(1.0, max(0.0, agreement, contained if shared >= _FEW else 0.0))
    if mine.page and mine.page == theirs.page and (likeness > _ANCHORED / 2 or not mine.opening or not theirs.opening):
        return _Verdict(3, 1.0, "the same page")
    if report.publisher == other.publisher:
        again = _is_retouched(mine, theirs, contained, shared, likeness)
        its = (3, max(score, _VERBATIM), "the same item, retouched")
        return _Verdict(*its) if again else _Verdict(0, min(score, 0.99), "another item of this publisher")
    anchored = min(_anchored(mine, theirs), _anchored(theirs, mine)) >= _ANCHORED
    enough = _WHOLE if _same_text(mine, theirs, contained, shared) else _MANY  # boilerplate is the same text as a whole
    if contained >= _COPY and (shared >= enough or (shared >= _FEW and anchored)):
        return _Verdict(2, contained, f"a copy of one text ({contained:.0%} of its wording)")
    told = agreement >= enough_for_one and _tells_enough(report, mine, other, theirs, agreement)
    if told and foreign:
        return _Verdict(1, score, f"the same event in another language ({agreement:.0%})")
    common = len(mine.opening.keys() & theirs.opening.keys())
    if told and not foreign and common >= _SHARED and (anchored or contained < _COPY) and not _elsewhere(mine, theirs):
        return _Verdict(1, score, f"the same names, numbers and words ({agreement:.0%})")
    return _Verdict(0, score, "something else")


def _is_another_round(report: Report, mine: Sketch, other: Report, theirs: Sketch) -> bool:
    """Return whether two reports tell opposite things of one subject, or two days of one series."""
    if are_opposed(report.headline, other.headline):
        return True
    if not (is_of_series(report.headline) and is_of_series(other.headline)):
        return False
    days, others = weekdays_of(mine.opening), weekdays_of(theirs.opening)
    if days and others:
        return days.isdisjoint(others)
    return abs((report.published or report.at) - (other.published or other.at)) > _ROUND


def _tells_enough(report: Report, mine: Sketch, other: Report, theirs: Sketch, agreement: float) -> bool:
    """Return whether there is enough of both to know an event by: teasers of a sentence or two are all alike."""
    if min(len(mine.opening), len(theirs.opening)) >= _TOLD or not corrected(report.headline, other.headline):
        return True
    return agreement >= _BRIEF and not _at_odds(mine, theirs)


def _agreement(mine: Sketch, theirs: Sketch, likeness: float, meaning: Closeness | None) -> tuple[float, float]:
    """Return how much two reports agree, and from how much on they are of one event.

    Where both encoders have read them, that is a learnt probability. Else within one language it is words and meaning,
    across languages meaning alone. A headline of which the other report has next to nothing speaks against one event:
    it is another moment of the same affair.
    """
    if meaning is not None and meaning.second is not None:
        return event_probability(mine, theirs, likeness, meaning), LIKELY
    if meaning is not None and are_different(mine.language, theirs.language):
        return meaning.first, _EVENT
    return _mixed(likeness, meaning) - _HEADLESS * (1 - min(_headed(mine, theirs), _headed(theirs, mine))), _EVENT


def _mixed(likeness: float, meaning: Closeness | None) -> float:
    """Return words and meaning on one scale."""
    words = _TELLING * sqrt(likeness)
    return words if meaning is None else _WORDS * words + (1 - _WORDS) * meaning.first


def _headed(mine: Sketch, theirs: Sketch) -> float:
    """Return whether the other report has enough of my headline, 0 … 1; one that says nothing of its own has."""
    if not mine.apart or not 0 < len(mine.title) <= _HEADLINE:
        return 1.0
    return min(1.0, len(mine.title & theirs.opening.keys()) / max(1.0, _HEADED * len(mine.title)))


def _at_odds(mine: Sketch, theirs: Sketch) -> bool:
    """Return whether each names a number, a name or a place in its headline that the other report has not."""
    ours, others = mine.marks - theirs.opening.keys(), theirs.marks - mine.opening.keys()
    return bool((ours and others) or (mine.numbers - theirs.numbers and theirs.numbers - mine.numbers))


def _elsewhere(mine: Sketch, theirs: Sketch) -> bool:
    """Return whether two headlines have names, and neither report has what the other's names: another such event."""
    if not (mine.apart and theirs.apart and mine.marks - mine.numbers and theirs.marks - theirs.numbers):
        return False
    ours, others = mine.marks & theirs.opening.keys(), theirs.marks & mine.opening.keys()
    return len(ours) <= _NAMED * len(mine.marks) and len(others) <= _NAMED * len(theirs.marks)


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


def _anchored(mine: Sketch, theirs: Sketch) -> float:
    """Return which part of my headline's words the other report has; all of none."""
    return len(mine.title & theirs.opening.keys()) / len(mine.title) if mine.title else 1.0


def _one_voice(mine: Sketch, theirs: Sketch) -> bool:
    """Return whether two reports are the word of one: the same agency, or the same text."""
    contained, shared = containment(mine, theirs)
    return (0 < mine.agency == theirs.agency) or (contained >= _COPY and shared >= _FEW)


def _content(headline: str) -> list[str]:
    """Return the words of a headline that say something, in alphabetical order."""
    words = (fold(word) for word in tokens(_GROUPED.sub("", headline[:2000])).words)
    small = word_set("small_words", "in headlines")
    return sorted(
        word for word in words if word not in small and (len(word) > 1 or not word.isascii() or word.isdigit())
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
