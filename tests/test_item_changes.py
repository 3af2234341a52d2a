"""What became of the entries of a document since it was read last, case by case, and the brake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.item_changes import Changes, are_related, compare
from bot.item_identity import EntryMarks, identify_entries, title_words
from bot.shown_items import next_rate, pack_shown, unpack_shown

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAST = NOW - timedelta(minutes=5)
OLD = (NOW - timedelta(days=3)).isoformat()
TITLE = "Kremlin says a summit cannot be ruled out"
OTHER = "Harbour workers strike over night shifts again"
ITEM = EntryMarks("g1", "https://courier.example/1", TITLE, (NOW - timedelta(hours=3)).isoformat(), "Text 1.")


class Reading:
    """A source that is read again and again; remembers what the record and the last document would."""

    def __init__(self, *documents: list[EntryMarks], rate: float | None = None) -> None:
        self.known: set[int] = set()
        self.shown, self.rate = b"", rate
        for document in documents:
            self.read(document)

    def read(self, marks: list[EntryMarks], *, on_record: int = 5, every: timedelta = NOW - LAST) -> Changes:
        """Read a document; say what became of its entries."""
        entries = identify_entries(marks, NOW)
        last = unpack_shown(self.shown)
        changes = compare(entries, self.known, last, on_record=on_record, polled_at=NOW - every, now=NOW)
        self.known |= {key for entry in entries for key in entry.keys}
        if last is not None:
            self.rate = next_rate(self.rate, len(changes.new) + len(changes.baseline), every)
        self.shown = pack_shown(entries, self.rate)
        return changes


def verdict(before: list[EntryMarks], after: EntryMarks, *more: EntryMarks) -> str:
    """Return what became of an entry."""
    changes = Reading(before).read([after, *more])
    return "new" if 0 in changes.new else "changed" if 0 in changes.changed else "same"


NEXT = NOW.isoformat()
LINK = "https://courier.example/2"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "same"),
        ({"date": NEXT}, "same"),
        ({"text": "Text 2."}, "same"),
        ({"text": "Another text."}, "changed"),
        ({"title": OTHER}, "changed"),
        ({"title": OTHER, "date": NEXT}, "changed"),
        ({"guid": "g2"}, "same"),
        ({"guid": "g2", "date": NEXT}, "same"),
        ({"guid": "g2", "title": TITLE + ", aide says"}, "changed"),
        ({"guid": "g2", "title": "UPDATE 2-" + TITLE}, "changed"),
        ({"guid": "g2", "title": "14:05 " + TITLE}, "changed"),
        ({"guid": "g2", "title": OTHER}, "new"),
        ({"guid": "g2", "title": OTHER, "date": ""}, "new"),
        ({"guid": "g2", "title": OTHER, "date": OLD}, "changed"),
        ({"guid": "", "title": OTHER}, "changed"),
        ({"link": LINK}, "same"),
        ({"link": LINK, "title": TITLE + " today"}, "changed"),
        ({"link": LINK, "title": OTHER}, "new"),
        ({"link": LINK, "title": OTHER, "date": OLD}, "changed"),
        ({"link": "", "title": OTHER}, "changed"),
        ({"guid": "g2", "link": LINK}, "same"),
        ({"guid": "g2", "link": LINK, "date": NEXT}, "new"),
        ({"guid": LINK, "link": LINK, "date": NEXT}, "same"),
        ({"guid": "g2", "link": LINK, "title": OTHER}, "new"),
        ({"guid": "g2", "link": LINK, "title": OTHER, "date": OLD}, "new"),
    ],
)
def test_case_62_what_follows_from_the_marks_that_changed(changed: dict[str, str], expected: str) -> None:
    """The table of `item_changes`: a document with one entry, and with a neighbour that stays."""
    assert verdict([ITEM], replace(ITEM, **changed)) == expected
    neighbour = EntryMarks("g9", "https://courier.example/9", "Another thing that stays as it was", OLD)
    if changed != {"guid": "g2", "link": LINK}:
        assert verdict([ITEM, neighbour], replace(ITEM, **changed), neighbour) == expected


@pytest.mark.parametrize("date", ["", NEXT])
@pytest.mark.parametrize("link", ["https://status.example/now", "https://status.example/{}"])
def test_a_title_that_comes_again_is_told(link: str, date: str) -> None:
    """Down, up, down: the second "down" is news, under links of their own and under one page."""
    titles = ["Kremlin site is down right now", "Everything works again since noon", "Kremlin site is down right now"]
    states = [EntryMarks(f"s{n}", link.format(n), title, date) for n, title in enumerate(titles)]
    one = Reading([states[0]])
    assert [one.read([state]).new for state in states[1:]] == [(0,), (0,)]
    assert one.read([states[2]]).new == ()
    every = Reading(states[:1])
    assert every.read(states[1::-1]).new == (0,)
    assert every.read(states[::-1]).new == (0,)
    assert every.read(states[::-1]).new == ()


@pytest.mark.parametrize("count", [2, 10, 60])
@pytest.mark.parametrize(
    "changed", [("guid",), ("guid", "date"), ("link", "guid"), ("link", "guid", "date"), ("link",)]
)
def test_case_61_a_rewritten_source_tells_nothing_but_its_news(count: int, changed: tuple[str, ...]) -> None:
    """Case 61: whatever marks of all items are rewritten at once, they are known by the others."""
    before = [
        EntryMarks(f"g{n}", f"https://courier.example/{n}", f"Report of the harbour, part {n} of many", OLD)
        for n in range(count)
    ]
    new = {"guid": "other:{}", "link": "https://new.example/{}", "date": NEXT}
    after = [replace(one, **{mark: new[mark].format(n) for mark in changed}) for n, one in enumerate(before)]
    fresh = EntryMarks("other:x", "https://new.example/x", "What nobody knew until now", NEXT)
    assert Reading(before).read([fresh, *after], on_record=count) == Changes(new=(0,))


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        ("Kremlin live: first post about talks", "Peskov denies a second round is planned", False),
        ("Threat level: severe", "Threat level: moderate", False),
        ("Storm warning", "Storm warning lifted", True),
        ("Five dead in blast", "Seven dead in blast", False),
        ("5 dead in blast", "7 dead in blast", True),
        ("UPDATE 1-Kremlin hopes for talks", "UPDATE 3-Kremlin hopes for talks in Geneva", True),
        ("12:05", "13:10", True),
        ("Кремль подтвердил встречу в Женеве", "Кремль подтвердил встречи в Женеве", True),
        ("Кремль подтвердил встречу в Женеве", "В порту бастуют докеры", False),
        ("СРОЧНО: Кремль подтвердил встречу", "Кремль подтвердил встречу", True),
        ("克里姆林宫证实总统将会见", "克里姆林宫证实总统将于周一会见", True),
        ("克里姆林宫证实总统将会见", "港口工人罢工进入第三天", False),
        ("", "Kremlin", True),
    ],
)
def test_titles_are_related_when_one_may_be_the_other_edited(one: str, other: str, related: bool) -> None:
    """By their telling words, in any language; numbers, times and labels tell nothing."""
    words = [identify_entries([EntryMarks(title=title)], NOW)[0].words for title in (one, other)]
    assert are_related(*words) is are_related(*words[::-1]) is related


def test_words_are_few_and_short() -> None:
    """A title of any length costs a few numbers of 16 bits."""
    assert len(title_words("harbour " + " ".join(f"word{chr(97 + n)}" for n in range(26)))) <= 16


def wire(first: int, count: int, *, dated: bool, order: int = 1) -> list[EntryMarks]:
    """Return the window of a wire from its report of this number on, the newest first or, with order -1, last."""
    return [
        EntryMarks(
            f"w{n}",
            f"https://wire.example/{n}",
            f"Report number {n} on something",
            (NOW + timedelta(seconds=n)).isoformat() if dated else "",
        )
        for n in range(first + count, first, -1)
    ][::order]


@pytest.mark.parametrize("count", [20, 50, 500])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("share", "dated"), [(0.61, True), (0.9, True), (1.0, True), (1.5, True), (0.61, False), (0.9, False)]
)
def test_a_busy_wire_never_meets_the_brake(count: int, order: int, share: float, dated: bool) -> None:
    """However much of its window is new at each poll, dated items are news, and undated ones beside known ones."""
    reading = Reading(wire(0, count, dated=dated, order=order))
    for poll in range(1, 4):
        document = wire(int(poll * share * count), count, dated=dated, order=order)
        changes = reading.read(document, on_record=count)
        assert not changes.baseline
        assert len(changes.new) >= min(count, int(share * count))


def test_an_undated_wire_that_turns_over_wholly_meets_the_brake_once() -> None:
    """Nothing tells it from a rebuilt source the first time; from then on its pace is known."""
    reading = Reading(wire(0, 30, dated=False))
    polls = [reading.read(wire(poll * 40, 30, dated=False), on_record=30) for poll in range(1, 5)]
    assert [len(poll.baseline) for poll in polls] == [30, 0, 0, 0]


@pytest.mark.parametrize("date", ["", OLD])
def test_case_61_what_cannot_be_news_meets_the_brake(date: str) -> None:
    """Case 61: other items than before, old or undated, of a source that is not known to be fast, are a baseline."""
    first, second = (
        [
            EntryMarks(f"{name}{n}", f"https://{name}.example/{n}", f"{name} writes about {n} things", date)
            for n in range(40)
        ]
        for name in ("one", "two")
    )
    assert len(Reading(first).read(second, on_record=40).baseline) == 40


def test_a_window_that_grows_brings_old_items_into_view() -> None:
    """Undated items that appear because a feed shows more of them are no news."""
    longer = wire(0, 100, dated=False)
    assert len(Reading(longer[:20]).read(longer, on_record=20).baseline) == 80


def test_what_cannot_be_unpacked_is_nothing() -> None:
    """A damaged or older value on record is as if the source was never read."""
    good = pack_shown(identify_entries([ITEM], NOW), 1.0)
    for bad in (b"", b"\x02" + good[1:], good[:-1], b"x"):
        assert unpack_shown(bad) is None
    assert unpack_shown(good) is not None
