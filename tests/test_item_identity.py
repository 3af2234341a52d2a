"""Identity: what makes an item known, and the brake for rebuilt sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.item_changes import compare
from bot.item_identity import EntryMarks, Identity, identify_entries

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOME = "https://courier.example/"
TITLE = "Kremlin says a summit cannot be ruled out"
MARKS = EntryMarks("tag:1", "https://courier.example/2026/summit.html", TITLE)


def on_record(*documents: list[EntryMarks], at: datetime = NOW) -> frozenset[int]:
    """Return the keys that are on record after these documents."""
    return frozenset(
        key for marks in documents for one in identify_entries(marks, at, homes=[HOME]) for key in one.keys
    )


def new(marks: list[EntryMarks], known: frozenset[int], at: datetime = NOW, items: int = 5) -> tuple[int, ...]:
    """Return the positions of what is new in a document."""
    return compare(identify_entries(marks, at, homes=[HOME]), known, None, on_record=items).new


@pytest.mark.parametrize(
    "changed",
    [
        {"guid": "tag:other"},
        {"guid": ""},
        {"title": "An altogether different headline, edited by night"},
        {"title": ""},
        {"link": "https://courier.example/other-place/summit.html"},
        {"link": ""},
        {"guid": "tag:other", "link": "http://m.courier.example/2026/summit.html?utm_source=rss"},
        {"title": "Edited, and moved as well to another place", "link": "https://courier.example/x/y.html"},
    ],
)
def test_case_62_one_changed_mark_makes_nothing_new(changed: dict[str, str]) -> None:
    """Case 62: a changed guid, link or title alone, or an edit under the same guid, is the same item."""
    assert new([replace(MARKS, **changed)], on_record([MARKS])) == ()


def test_a_title_identifies_for_a_day_or_two_only() -> None:
    """An item whose guid and link both changed is known by its title today, and next week is news."""
    moved = EntryMarks("tag:9", "https://courier.example/new-place/9.html", TITLE)
    assert new([moved], on_record([MARKS]), NOW + timedelta(hours=12)) == ()
    assert new([moved], on_record([MARKS]), NOW + timedelta(days=7)) == (0,)


def test_a_short_title_identifies_nothing() -> None:
    """“Daily brief” comes every day, with something else in it."""
    yesterday = EntryMarks("1", "https://courier.example/1.html", "Daily brief")
    assert new([EntryMarks("2", "https://courier.example/2.html", "Daily brief")], on_record([yesterday])) == (0,)


def test_a_title_that_two_items_share_identifies_neither() -> None:
    """The Kremlin telephones with the same president twice a week, and both calls are told."""
    first = EntryMarks("1", "https://kremlin.example/1.html", "Telephone conversation with the President of Türkiye")
    second = replace(first, guid="2", link="https://kremlin.example/2.html")
    assert new([second, first], on_record([first])) == (0,)


def test_case_63_a_shared_guid_identifies_nothing() -> None:
    """Case 63: items that all bear one guid are told apart by their links."""
    items = [
        EntryMarks("same", f"https://courier.example/{n}.html", f"Headline number {n} of the day") for n in range(3)
    ]
    assert new(items, frozenset()) == (0, 1, 2)
    assert new([EntryMarks("same", "https://courier.example/9.html", "A new headline"), *items], on_record(items)) == (
        0,
    )


def test_a_shared_link_identifies_nothing() -> None:
    """Items that all lead to one page are told apart by guid, or by title."""
    items = [EntryMarks("", "https://courier.example/live.html", f"Headline number {n} of the day") for n in range(3)]
    assert new(items, frozenset()) == (0, 1, 2)
    fresh = EntryMarks("", "https://courier.example/live.html", "One more headline of this very day")
    assert new([fresh, *items], on_record(items)) == (0,)


def test_what_was_shared_stays_known_when_it_stands_alone() -> None:
    """An item that shared its guid and link is no news once the others have left the document."""
    items = [
        EntryMarks("same", "https://courier.example/live.html", f"Headline number {n} of the day") for n in range(3)
    ]
    assert new(items[2:], on_record(items)) == ()
    assert new(items, on_record(items[:1])) == (1, 2)


@pytest.mark.parametrize("link", [HOME, "http://www.courier.example", "https://courier.example/?utm_source=rss"])
def test_a_link_to_the_front_page_identifies_nothing(link: str) -> None:
    """A publisher that links every item to its front page still has many items."""
    assert new(
        [EntryMarks("2", link, "Another day and another headline")], on_record([EntryMarks("1", link, TITLE)])
    ) == (0,)
    assert new([EntryMarks("", link, TITLE)], on_record([EntryMarks("", link, TITLE)])) == ()


def test_a_link_to_the_channel_identifies_nothing() -> None:
    """The page that the channel gives as its own is no item's page."""
    home = "https://courier.example/section/politics"
    first, second = ([EntryMarks(guid, home, f"Headline {guid} of this morning")] for guid in ("1", "2"))
    known = frozenset(identify_entries(first, NOW, homes=[home])[0].keys)
    assert compare(identify_entries(second, NOW, homes=[home]), known, None, on_record=5).new == (0,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://courier.example/?p=1", "https://courier.example/?p=1"),
        ("https://courier.example/a.html#0", "https://courier.example/a.html#1"),
    ],
)
def test_case_61_a_guid_that_is_an_address_may_be_respelled(before: str, after: str) -> None:
    """Case 61: http turned into https, or a revision after a #, makes no new item."""
    assert new([EntryMarks(after, "", "Edited headline of the day")], on_record([EntryMarks(before, "", TITLE)])) == ()


def test_guids_that_differ_in_their_fragment_alone_identify() -> None:
    """A publisher may number its items by fragments of one page."""
    items = [EntryMarks(f"{HOME}#{n}", HOME, "") for n in range(3)]
    assert new(items, frozenset()) == (0, 1, 2)
    assert new([EntryMarks(f"{HOME}#9", HOME, ""), *items], on_record(items)) == (0,)


def test_an_item_that_stands_there_twice_is_one() -> None:
    """A document that repeats an item brings it once."""
    assert new([MARKS, MARKS], frozenset()) == (0,)
    assert new([MARKS], on_record([MARKS, MARKS])) == ()


def test_case_64_what_returns_is_known() -> None:
    """Case 64: keys do not depend on what else a document holds, so an item that comes back is known."""
    others = [
        EntryMarks(f"t:{n}", f"https://courier.example/{n}.html", f"Headline number {n} today") for n in range(30)
    ]
    assert new([*others[5:], MARKS], on_record([MARKS, *others]), NOW + timedelta(days=80)) == ()


def test_items_without_any_mark_are_one_item() -> None:
    """Empty items cannot flood anybody."""
    assert new([EntryMarks(), EntryMarks()], frozenset()) == (0,)


texts = st.sampled_from(
    ["", "a", "b", "https://courier.example/a", "https://courier.example/b?x=1", "Some longer title here"]
)
marks = st.lists(st.builds(EntryMarks, texts, texts, texts), max_size=8)


@settings(deadline=None, max_examples=200)
@given(marks)
def test_a_document_on_record_holds_nothing_new(items: list[EntryMarks]) -> None:
    """Whatever the marks, seeing the same document again finds nothing."""
    assert new(items, on_record(items), NOW + timedelta(hours=20)) == ()


@settings(deadline=None, max_examples=200)
@given(marks)
def test_the_order_of_a_document_does_not_matter(items: list[EntryMarks]) -> None:
    """Identity is no matter of position."""
    turned = list(reversed(items))
    assert new(turned, on_record(items)) == ()
    assert set(identify_entries(items, NOW)) == set(identify_entries(turned, NOW))


def test_keys_fit_the_database() -> None:
    """Keys are signed numbers of 64 bits, and those on record are among those looked up."""
    for one in identify_entries([MARKS, EntryMarks(), EntryMarks("x")], NOW):
        assert one.keys
        assert set(one.keys) <= set(one.known_by)
        assert all(-(2**63) <= key < 2**63 for key in one.known_by)


def entries(count: int, start: int = 0) -> list[Identity]:
    """Return so many identities that have nothing in common."""
    return [Identity((n,), (n,)) for n in range(start, start + count)]


def test_case_61_the_brake_makes_a_rebuilt_source_a_baseline() -> None:
    """Case 61: when more than 60 % of at least 20 items look new, none is told; all of them are known."""
    sifted = compare(entries(50), frozenset(range(10)), None, on_record=50)
    assert sifted.new == ()
    assert sifted.baseline == tuple(range(10, 50))


@pytest.mark.parametrize(
    ("shown", "known", "on_record", "why"),
    [
        (50, 20, 50, "60 % is not more than 60 %"),
        (19, 0, 50, "so few items are no flood"),
        (50, 0, 19, "so young a source is not known well enough"),
    ],
)
def test_the_brake_is_not_applied(shown: int, known: int, on_record: int, why: str) -> None:
    """Below its limits the brake lets everything through."""
    sifted = compare(entries(shown), frozenset(range(known)), None, on_record=on_record)
    assert sifted.new == tuple(range(known, shown)), why
    assert sifted.baseline == ()


def test_case_61_a_guid_rewrite_costs_no_real_news() -> None:
    """Case 61: when every guid changes, the items are known by link, and the one that is news is told."""
    before = [EntryMarks(f"old:{n}", f"https://courier.example/{n}.html", f"Headline number {n}") for n in range(40)]
    after = [replace(one, guid=f"new:{n}") for n, one in enumerate(before)]
    fresh = EntryMarks("new:99", "https://courier.example/99.html", "What nobody knew until now")
    assert new([fresh, *after], on_record(before), items=40) == (0,)


def test_case_61_a_moved_site_costs_no_real_news_either() -> None:
    """Case 61: when guids and links change together, the items are known by their titles of these days."""
    before = [
        EntryMarks(f"old:{n}", f"https://courier.example/{n}.html", f"Headline {n} of a busy day") for n in range(40)
    ]
    after = [replace(one, guid=f"new:{n}", link=f"https://new.example/{n}") for n, one in enumerate(before)]
    fresh = EntryMarks("new:99", "https://new.example/99", "What nobody knew until now")
    assert new([fresh, *after], on_record(before), items=40) == (0,)


@pytest.mark.parametrize(
    ("title", "tells"),
    [
        ("Daily brief today", False),
        ("Daily brief of today", True),
        ("克" * 15, False),
        ("克" * 16, True),
        ("克" * 17, True),
        ("k" * 17, False),
    ],
)
def test_a_title_names_an_item_from_four_words_on_or_sixteen_letters(title: str, tells: bool) -> None:
    """Where words are not parted, letters count; one long Latin word names nothing."""
    known = on_record([EntryMarks("a", "", title)])
    assert (new([EntryMarks("b", "", title)], known) == ()) is tells
