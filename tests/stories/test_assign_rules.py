"""The rules by which two reports are compared, each at its border, on sketches made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model import Candidate, Report, Signature
from bot.stories import assign
from bot.stories.assign import Placement
from bot.stories.semantic import Closeness
from bot.stories.sketch import Sketch, containment

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sketch(**changes: Any) -> Sketch:
    """Return the sketch of a report of 100 words with a headline of five stems, all of them in the text."""
    stems = range(1, 21)
    made: dict[str, Any] = {
        "page": 0,
        "headline": 7,
        "agency": 0,
        "words": 100,
        "norm": 20 * 16,
        "sampled": 0,
        "title": frozenset(range(1, 6)),
        "marks": frozenset(),
        "numbers": frozenset(),
        "opening": dict.fromkeys(stems, 4),
        "shingles": frozenset(range(1000, 1100)),
        "apart": True,
    }
    return Sketch(**made | changes)


def report(publisher: str = "a.example", headline: str = "Storm hits the coast", minutes: int = 0) -> Report:
    """Return a report."""
    return Report(publisher, publisher, headline, None, AT + timedelta(minutes=minutes))


def verdict(mine: Sketch, theirs: Sketch, *, same: bool = False, meaning: float | None = None) -> tuple[int, float]:
    """Return what two reports are to each other, of one publisher or of two."""
    other = report("a.example" if same else "b.example")
    found = assign._judge(report(), mine, other, theirs, None if meaning is None else Closeness(meaning))
    return found.rank, round(found.score, 6)


def test_words_and_meaning_are_mixed_four_to_six() -> None:
    """Words alone are put on the scale of meaning; with meaning they count for four tenths."""
    assert assign._mixed(0.25, None) == pytest.approx(0.57)
    assert assign._mixed(0.25, Closeness(0.8)) == pytest.approx(0.4 * 0.57 + 0.6 * 0.8)
    assert assign._mixed(0.0, Closeness(0.5)) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("title", "opening", "apart", "share"),
    [
        (range(1, 11), range(1, 3), True, 0.5),  # two of the four that ten stems ask for
        (range(1, 11), range(1, 5), True, 1.0),
        (range(1, 11), range(1, 8), True, 1.0),
        (range(1, 11), range(50, 60), True, 0.0),
        (range(1, 12), range(50, 60), True, 1.0),  # too long to be a headline
        ((), range(50, 60), True, 1.0),
        (range(1, 11), range(50, 60), False, 1.0),  # just how the text begins
        ((1,), (1,), True, 1.0),
        ((1,), (2,), True, 0.0),
    ],
)
def test_a_headline_is_found_in_the_other_report_by_its_stems(
    title: Any, opening: Any, apart: bool, share: float
) -> None:
    """Four tenths of a headline's stems are enough; what is no headline of its own asks for nothing."""
    mine, theirs = sketch(title=frozenset(title), apart=apart), sketch(opening=dict.fromkeys(opening, 4))
    assert assign._headed(mine, theirs) == share


def test_a_headline_that_the_other_report_has_not_costs_half() -> None:
    """The worse of the two directions counts."""
    mine = sketch()
    theirs = sketch(title=frozenset(range(50, 60)))
    assert assign._agreement(mine, mine, 0.25, None)[0] == pytest.approx(0.57)
    assert assign._agreement(mine, theirs, 0.25, None)[0] == pytest.approx(0.07)
    assert assign._agreement(theirs, mine, 0.25, None)[0] == pytest.approx(0.07)


OTHER = {"opening": dict.fromkeys(range(21, 41), 4), "shingles": frozenset(range(5000, 5100))}


def test_one_page_is_one_item_where_the_texts_are_a_little_alike_or_one_has_none() -> None:
    """A page that two feeds link with texts that have nothing in common proves nothing, nor does no page."""
    assert verdict(sketch(page=9), sketch(page=9)) == (3, 1.0)
    assert verdict(sketch(page=9), sketch(page=9, **OTHER))[0] == 0
    assert verdict(sketch(page=9), sketch(page=9, opening={}, shingles=frozenset())) == (3, 1.0)
    assert verdict(sketch(page=9, opening={}), sketch(page=9, shingles=frozenset())) == (3, 1.0)
    assert verdict(sketch(page=8, opening={}), sketch(page=9, **OTHER))[0] == 0
    assert verdict(sketch(page=0, opening={}), sketch(page=0, **OTHER))[0] == 0
    slightly = dict.fromkeys((1, 2, *range(21, 39)), 4)  # two of twenty: exactly at the border
    assert verdict(sketch(page=9), sketch(page=9, opening=slightly, shingles=OTHER["shingles"]))[0] == 0
    more = dict.fromkeys((1, 2, 3, *range(21, 38)), 4)
    assert verdict(sketch(page=9), sketch(page=9, opening=more, shingles=OTHER["shingles"])) == (3, 1.0)


def test_the_same_page_is_read_however_little_the_words_agree() -> None:
    """A candidate of the same page is compared in full; another page with nothing in common is passed over."""
    mine, bare = sketch(page=9), sketch(page=9, opening={}, norm=0, title=frozenset(), shingles=frozenset())
    there = Candidate(5, report("b.example"), bare.pack())
    ((found, _),) = assign._judged(report(), mine, [there])
    assert found.rank == 3
    for page in (0, 8):
        other = Candidate(5, report("b.example"), sketch(page=page, **OTHER).pack())
        ((found, _),) = assign._judged(report(), sketch(page=0 if page == 0 else 9), [other])
        assert (found.rank, found.reason) == (0, "something else")
    near = sketch(page=8, opening=dict.fromkeys((1, 2, 3, *range(21, 38)), 4), title=frozenset(range(70, 75)))
    far = replace(near, shingles=frozenset(range(5000, 5100)))
    ((found, _),) = assign._judged(report(), mine, [Candidate(5, report("b.example"), far.pack())])
    assert found.score == pytest.approx(1.14 * 0.15**0.5)  # as much as there can be, without its headline


def test_a_publishers_same_item_scores_nine_tenths_at_least() -> None:
    """Its rank is that of the same item, and another item of it is never at one."""
    thin = dict.fromkeys((*range(1, 6), *range(21, 36)), 4)
    retouched = sketch(opening=thin, headline=7)
    assert verdict(sketch(), retouched, same=True)[0] == 3
    rank, score = verdict(
        sketch(), sketch(opening=thin, shingles=frozenset((*range(1000, 1050), *range(9000, 9050)))), same=True
    )
    assert (rank, score) == (3, 0.9)
    assert verdict(sketch(), sketch(numbers=frozenset({3})), same=True) == (0, 0.99)


@pytest.mark.parametrize(
    ("changes", "contained", "shared", "likeness", "same"),
    [
        ({}, 0.5, 50.0, 0.0, True),  # long texts: half of the wording under one headline
        ({}, 0.49, 49.0, 1.0, False),
        ({"numbers": frozenset({9})}, 1.0, 100.0, 1.0, False),
        ({"title": frozenset({1, 2, 3, 4, 5, 6}), "marks": frozenset({6})}, 1.0, 100.0, 1.0, False),
        ({"title": frozenset({1, 2, 3}), "headline": 8}, 0.5, 50.0, 0.0, True),  # one headline is a part of the other
        ({"title": frozenset({1, 2, 3, 4, 5, 6}), "headline": 8}, 0.5, 50.0, 0.0, True),
        (
            {"title": frozenset({1, 2, 3, 6}), "headline": 8},
            0.9,
            90.0,
            1.0,
            False,
        ),  # neither: the text must be the same
        ({"title": frozenset({1, 2, 3, 6}), "headline": 8}, 1.0, 100.0, 1.0, True),
        ({"title": frozenset({1, 2, 3, 66}), "headline": 8}, 1.0, 100.0, 1.0, False),  # and have what differs
        ({"title": frozenset({1, 2, 3, 66}), "headline": 7}, 0.5, 50.0, 0.0, True),  # the same words, hashed alike
        ({"title": frozenset()}, 0.9, 60.0, 0.0, True),  # no headline: nine tenths of sixty words
        ({"title": frozenset()}, 0.89, 60.0, 1.0, False),
        ({"title": frozenset()}, 0.9, 59.0, 1.0, False),
    ],
)
def test_a_retouched_item_has_the_same_numbers_names_and_text(
    changes: dict[str, Any], contained: float, shared: float, likeness: float, same: bool
) -> None:
    """Of one publisher; the order of the two does not matter."""
    mine, theirs = sketch(), sketch(**changes)
    assert assign._is_retouched(mine, theirs, contained, shared, likeness) is same
    assert assign._is_retouched(theirs, mine, contained, shared, likeness) is same


@pytest.mark.parametrize(
    ("words", "title", "likeness", "same"),
    [
        ((19, 19), 3, 0.81, True),
        ((19, 19), 3, 0.79, False),
        ((19, 19), 2, 1.0, False),  # two stems prove nothing
        ((19, 20), 3, 0.0, True),  # one is long enough to be compared by its wording
        ((20, 20), 3, 0.0, True),
    ],
)
def test_short_items_are_the_same_by_their_words(
    words: tuple[int, int], title: int, likeness: float, same: bool
) -> None:
    """Of fewer than 20 words the likeness decides, and the headline has three stems at least."""
    stems = frozenset(range(1, title + 1))
    mine, theirs = (sketch(words=number, title=stems) for number in words)
    assert assign._is_retouched(mine, theirs, 0.5, 10.0, likeness) is same


def copy_of(shared: int, **changes: Any) -> Sketch:
    """Return a report with so many of the shingles of `sketch()`, and nothing else in common but its headline."""
    return sketch(shingles=frozenset((*range(1000, 1000 + shared), *range(9000, 9100 - shared))), **changes)


def test_a_copy_has_half_of_the_wording_and_enough_of_it() -> None:
    """Half, with 35 shared words; with 20 only where each has a fifth of the other's headline."""
    strange = {"title": frozenset(range(70, 75)), "opening": dict.fromkeys(range(21, 41), 4)}
    assert verdict(sketch(), copy_of(50, **strange)) == (2, 0.5)
    assert verdict(sketch(), copy_of(49, **strange))[0] == 0
    short = {"shingles": frozenset(range(1000, 1035)), "words": 90}
    assert verdict(sketch(), sketch(**strange, **short)) == (2, 1.0)
    shorter = {"shingles": frozenset(range(1000, 1034)), "words": 90}
    assert verdict(sketch(), sketch(**strange, **shorter))[0] == 0
    anchored = {"opening": {1: 4, **dict.fromkeys(range(21, 40), 4)}, "title": frozenset({1, 71, 72, 73, 74})}
    few = {"shingles": frozenset(range(1000, 1020)), "words": 90}
    assert verdict(sketch(), sketch(**anchored, **few)) == (2, 1.0)
    fewer = {"shingles": frozenset(range(1000, 1019)), "words": 90}
    assert verdict(sketch(), sketch(**anchored, **fewer))[0] != 2


def test_the_same_text_as_a_whole_is_a_copy_from_sixty_words_on() -> None:
    """What is word for word the same under foreign headlines may be boilerplate, unless it is long."""
    strange = {"title": frozenset(range(70, 75)), "opening": dict.fromkeys(range(21, 41), 4)}
    for words, rank in ((59, 0), (60, 2)):
        shingles = frozenset(range(1000, 1000 + words))
        assert verdict(sketch(shingles=shingles), sketch(shingles=shingles, **strange))[0] == rank


def test_shingles_are_compared_at_the_coarser_sampling() -> None:
    """Of a text that was sampled, every second shingle stands for two."""
    fine = sketch(shingles=frozenset(range(1000, 1100)))
    coarse = sketch(shingles=frozenset(range(1000, 1100, 2)), sampled=1)
    assert containment(fine, coarse) == (1.0, 100.0)
    assert containment(coarse, fine) == (1.0, 100.0)
    assert containment(coarse, coarse) == (1.0, 100.0)
    assert containment(sketch(shingles=frozenset()), fine) == (0.0, 0.0)
    uneven = sketch(shingles=frozenset((*range(1000, 1040, 2), *range(1001, 1161, 2))))
    assert containment(uneven, coarse) == containment(coarse, uneven) == (1.0, 40.0)


def placed(*held: tuple[int, Report, Sketch]) -> Placement:
    """Place the report of `sketch()` beside these."""
    signature = Signature((1,), sketch(page=9).pack())
    return assign.place(report(), signature, [Candidate(story, one, made.pack()) for story, one, made in held])


def test_the_strongest_likeness_comes_first_then_the_nearest_then_the_oldest() -> None:
    """The same item before a copy, more of the wording before less, and the earlier report of equal ones."""
    copy, page = report("b.example"), report("c.example", minutes=5)
    strange = {"title": frozenset(range(70, 75)), "opening": dict.fromkeys(range(21, 41), 4)}
    assert placed((1, copy, copy_of(60)), (2, page, sketch(page=9, opening={}, shingles=frozenset()))).story == 2
    assert placed((1, copy, copy_of(50, **strange)), (2, page, copy_of(70, **strange))).story == 2
    assert placed((1, page, copy_of(60, **strange)), (2, copy, copy_of(60, **strange))).story == 2
