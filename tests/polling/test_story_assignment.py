"""Which story an item belongs to and who is told, decided inside the record transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar

import pytest

from bot.model import Candidate, Chat, Item, Match, Source, Subscription, Watchlist
from bot.polling.story_assignment import StoryAssigner, read
from bot.ports.poll_store import StoryOnRecord, Turn
from bot.preferences import Mute

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from bot.model import Probe
    from tests.plugins.rig import Rig

TALKS = (
    (
        "The Kremlin said on Friday it could not predict whether the two leaders would meet this month, as disputes "
        "over the venue and the agenda dragged on."
    ),
    (
        "Spokesman Dmitry Peskov told reporters that preparations continued and that no date had been agreed, adding "
        "that working groups would resume their talks in Geneva on Tuesday."
    ),
)
SUMMIT = "No date for the Kremlin summit, spokesman says"
OTHER_WORDS = (
    (
        "No date has been agreed for a summit, Kremlin spokesman Dmitry Peskov told reporters on Friday, and "
        "preparations for a meeting of the two leaders continue."
    ),
    "Working groups meet again in Geneva on Tuesday, Peskov said; the venue and the agenda remain in dispute.",
)
THIRD = (
    "The leaders' summit still has no date, Dmitry Peskov, the Kremlin spokesman, told reporters on Friday.",
    "He said disputes over the venue remain, and preparations and talks of working groups in Geneva go on.",
)
FIRE = ("Firefighters worked through the night in the old town of Kazan, where a warehouse near the Kremlin burned.",)
OUTLETS = ("courier", "wire", "gazette")
_Row = TypeVar("_Row")


class Rows(tuple[_Row, ...]):
    """Rows of the record that note which threads look at them."""

    __slots__ = ()
    seen_by: ClassVar[set[int]] = set()

    def __iter__(self) -> Iterator[_Row]:
        """Note the thread."""
        self.seen_by.add(threading.get_ident())
        return super().__iter__()


@dataclass(slots=True)
class EmptyRecord:
    """An open record transaction in which nothing is on record; fulfils Recording."""

    written: list[Turn] = field(default_factory=list)

    async def find_seen(self, source: int, keys: Sequence[int]) -> frozenset[int]:
        """See Recording."""
        return frozenset(keys[:0]) if source else frozenset()

    async def find_candidates(
        self,
        probes: Sequence[Sequence[Probe]],
        since: datetime,  # noqa: ARG002 - the port has it
    ) -> tuple[tuple[Candidate, ...], ...]:
        """See Recording."""
        return tuple(Rows[Candidate]() for _ in probes)

    async def find_stories(self, ids: Sequence[int]) -> Mapping[int, StoryOnRecord]:
        """See Recording."""
        return dict.fromkeys(ids[:0], StoryOnRecord(0, (), frozenset()))

    async def find_subscribers(self, watchlists: Sequence[str]) -> tuple[Subscription, ...]:
        """See Recording."""
        return Rows(Subscription(Chat(7), name) for name in watchlists)

    async def find_source_mutes(self, sources: Sequence[str], now: datetime) -> Mapping[Chat, frozenset[str]]:  # noqa: ARG002 - the port has it
        """See Recording."""
        return dict.fromkeys(map(Chat, map(len, sources[:0])), frozenset())

    async def write_poll(self, turn: Turn) -> int:
        """See Recording."""
        self.written.append(turn)
        return len(turn.alerts)


async def test_the_event_loop_compares_no_reports() -> None:
    """Stories and readers of hundreds of matches are chosen in other threads; all else goes on meanwhile."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    items = [Item((n,), f"https://courier.example/{n}", f"Kremlin report {n} {n * 7919}") for n in range(200)]
    found = [read(item, (Match("k", "Kremlin", ()),), None) for item in items]
    source = Source("Courier", "https://courier.example/feed", "courier")
    assigner = StoryAssigner(EmptyRecord(), source, {"k": Watchlist("k", "K", ())}, now)
    await assigner.assign_stories(found)
    assert len(assigner.recorded) == 200
    assert len(assigner.alerts) == assigner.founded > 0
    assert Rows.seen_by
    assert threading.get_ident() not in Rows.seen_by


@pytest.mark.parametrize(
    ("source", "publisher"),
    [
        (Source("Alert", "https://www.google.com/alerts/feeds/1/2", "google.com"), "post.example"),
        (Source("Alert", "https://www.google.com/alerts/feeds/1/2", "our search"), "our search"),
    ],
)
async def test_what_a_search_found_is_the_report_of_its_outlet(source: Source, publisher: str) -> None:
    """Outlets are the voices, not the search; a `publisher:` that somebody wrote counts more."""
    item = Item((1,), "https://post.example/1", "Kremlin report", outlet="post.example")
    assigner = StoryAssigner(EmptyRecord(), source, {"k": Watchlist("k", "K", ())}, datetime(2026, 11, 23, tzinfo=UTC))
    await assigner.assign_stories([read(item, (Match("k", "Kremlin", ()),), None)])
    assert [one.report and one.report.publisher for one in assigner.recorded] == [publisher]


def watching(newsroom: Newsroom, watchlist: str, publishers: tuple[str, ...] = OUTLETS) -> str:
    """Return a watchlists.yaml with the newsroom's three outlets."""
    lines = [
        f"  - {{name: {slug}, publisher: {publisher}, url: '{newsroom.feed(slug)}', every: 1m}}"
        for slug, publisher in zip(OUTLETS, publishers, strict=True)
    ]
    return "\n".join(["sources:", *lines, "watchlists:", *(f"  {one}" for one in watchlist.splitlines())])


KREMLIN = "k: {keywords: [Kremlin, summit], languages: [en], deliver_to: [77]}"


async def test_three_outlets_in_one_round_are_one_story(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """Promise 2: copies that are met at once found one story, and its one alert lists them all."""
    await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    for slug in OUTLETS:
        newsroom.publish(slug, piece(f"{SUMMIT} | {slug}", TALKS[0], TALKS))
    tally = await rig.later(minutes=5)
    assert (tally.matched, tally.stories, tally.queued) == (3, 1, 1)
    (told,) = await rig.told()
    assert {report.publisher for report in told.reports} == set(OUTLETS)


async def test_copies_within_one_feed_are_one_story(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """An item knows what became of those before it in the same turn: an outlet that repeats itself tells once."""
    await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    newsroom.publish(
        "courier",
        *(piece(SUMMIT, TALKS[0], TALKS, published=rig.now) for _ in range(2)),
        piece("Kremlin fire", "x", FIRE, published=rig.now),
    )
    tally = await rig.later(minutes=5)
    assert (tally.matched, tally.stories, tally.queued) == (3, 2, 2)
    assert await rig.headlines() == ["Kremlin fire", SUMMIT]


async def test_a_report_that_joins_later_edits_and_alerts_nobody(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A chat that has the story gets its message edited, with the reports in the order in which they came."""
    await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    await rig.later(minutes=5)
    (first,) = await rig.told()
    newsroom.publish("wire", piece("Leaders' meeting uncertain, Kremlin says", TALKS[0], TALKS))
    tally = await rig.later(minutes=5)
    assert (tally.stories, tally.queued) == (0, 0)
    (edit,) = await rig.told()
    assert (edit.message, edit.revision) == (1, first.revision + 1)
    assert [report.publisher for report in edit.reports] == ["courier", "wire"]
    assert edit.alert.headline == SUMMIT


async def test_after_three_days_the_same_words_are_another_story(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Reports tell one story within 72 hours; a ritual that is told alike every week is news every week."""
    await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    await rig.later(minutes=5)
    for _ in range(8):
        await rig.later(hours=9, minutes=5)  # read all the while, so that nothing counts as a backlog
    newsroom.publish("wire", piece(SUMMIT, TALKS[0], TALKS))
    tally = await rig.later(minutes=5)
    assert (tally.stories, tally.queued) == (1, 1)


async def test_whoever_subscribed_meanwhile_hears_of_the_next_report(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A chat without a message of the story gets one, with the headline of the report that made it speak."""
    store = await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    await rig.later(minutes=5)
    await rig.told()
    await store.chats.subscribe(Subscription(Chat(-1009, 7), "k"), rig.now)
    newsroom.publish("wire", piece("Leaders' meeting uncertain, Kremlin says", TALKS[0], TALKS))
    assert (await rig.later(minutes=5)).queued == 1
    told = {(one.alert.chat, one.message, one.alert.headline) for one in await rig.told()}
    assert told == {
        (Chat(77), 1, SUMMIT),
        (Chat(-1009, 7), None, "Leaders' meeting uncertain, Kremlin says"),
    }


async def test_confirm_waits_for_a_second_publisher(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """With `confirm: 2` one outlet is silent, however often; a second makes the story speak."""
    await rig.set_up(
        watching(
            newsroom,
            "k: {keywords: [summit], languages: [en], confirm: 2, deliver_to: [77]}\n"
            "all: {keywords: [Kremlin], languages: [en], deliver_to: [78]}",
            ("one", "one", "two"),
        )
    )
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    newsroom.publish("wire", piece(SUMMIT, TALKS[0], TALKS))
    assert (await rig.later(minutes=5)).queued == 1
    assert [one.alert.chat.id for one in await rig.told()] == [78]
    newsroom.publish("gazette", piece("Leaders' summit uncertain, Kremlin says", OTHER_WORDS[0], OTHER_WORDS))
    assert (await rig.later(minutes=5)).queued == 1
    assert sorted((one.alert.chat.id, one.message is None) for one in await rig.told()) == [(77, True), (78, False)]


async def test_a_source_that_a_chat_has_muted_confirms_nothing_for_it(
    rig: Rig, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Who mutes one of two outlets waits for another; who mutes none is told when the second reports, as urgent."""
    store = await rig.set_up(
        watching(newsroom, "k: {keywords: [summit], languages: [en], confirm: 2, urgent_at: 2, deliver_to: [77, 78]}")
    )
    await store.preferences.add_mute(Chat(77), Mute("source", OUTLETS[2]), rig.now, most=50)
    await rig.poll()
    newsroom.publish(OUTLETS[0], piece(SUMMIT, TALKS[0], TALKS))
    newsroom.publish(OUTLETS[2], piece("Leaders' summit uncertain, Kremlin says", OTHER_WORDS[0], OTHER_WORDS))
    assert (await rig.later(minutes=5)).queued == 1
    assert [(one.alert.chat.id, one.alert.priority) for one in await rig.told()] == [(78, "urgent")]
    newsroom.publish(OUTLETS[1], piece("Kremlin: no date for the leaders' summit", THIRD[0], THIRD))
    assert (await rig.later(minutes=5)).queued == 1
    told = [one for one in await rig.told() if one.alert.chat.id == 77]
    assert [report.source for one in told for report in one.reports] == [OUTLETS[0], OUTLETS[1]]


@pytest.mark.parametrize("credit", ["", "MOSCOW (Reuters) - "])
async def test_copies_and_one_agency_confirm_nothing(
    rig: Rig, newsroom: Newsroom, piece: type[Piece], credit: str
) -> None:
    """Two outlets that print one text, or credit one agency, are one voice; the third, with its own words, confirms."""
    await rig.set_up(
        watching(newsroom, "k: {keywords: [summit], languages: [en], confirm: 2, urgent_at: 2, deliver_to: [77]}")
    )
    await rig.poll()
    wire = [credit + part for part in TALKS]
    other = [f"According to Reuters, {part}" for part in OTHER_WORDS] if credit else TALKS
    newsroom.publish("courier", piece(SUMMIT, wire[0], tuple(wire)))
    newsroom.publish("wire", piece(SUMMIT, other[0], tuple(other)))
    tally = await rig.later(minutes=5)
    assert (tally.stories, tally.queued) == (1, 0)
    newsroom.publish("gazette", piece("Kremlin: no date for the leaders' summit", THIRD[0], THIRD))
    tally = await rig.later(minutes=5)
    assert (tally.stories, tally.queued) == (0, 1)
    (told,) = await rig.told()
    assert told.alert.priority == "urgent"
    assert {report.publisher for report in told.reports} == set(OUTLETS)


async def test_one_page_in_two_sections_is_one_report(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """An outlet's sections that show the same page are one voice: no second line in the message, and no edit."""
    shared = watching(newsroom, KREMLIN).replace(newsroom.feed("wire"), newsroom.feed("courier") + "?section=world")
    await rig.set_up(shared.replace("publisher: wire", "publisher: courier"))
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    tally = await rig.later(minutes=5)
    assert (tally.new, tally.stories, tally.queued) == (2, 1, 1)
    (told,) = await rig.told()
    assert len(told.reports) == 1
    assert await rig.told() == ()


async def test_one_page_under_another_tracking_is_one_report(rig: Rig) -> None:
    """Sections' feeds mark their links differently: the page is the same, another page of the outlet is not."""
    site = await rig.site()
    links = {"/main": "?utm_source=rss", "/world": "?utm_source=world&amp;fbclid=7", "/live": "/live?utm_source=rss"}
    rows = [f"  - {{name: s{path[1:]}, publisher: courier, url: '{site.url(path)}', every: 1m}}" for path in links]
    site.pages = dict.fromkeys(links, _feed())
    await rig.set_up("\n".join(["sources:", *rows, "watchlists:", f"  {KREMLIN}"]))
    await rig.poll()
    told = []
    for path, marks in links.items():
        link = f"<link>{site.url('/2026/summit')}{marks}</link>"
        site.pages[path] = _feed(f"<title>{SUMMIT}</title>{link}<description>{' '.join(TALKS)}</description>")
        await rig.later(minutes=5)
        told.append([len(one.reports) for one in await rig.told()])
    assert told == [[1], [], [2]]


def _feed(*items: str) -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Courier</title>{inside}</channel></rss>'.encode()


async def test_a_turn_that_is_taken_again_tells_nothing_twice(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """When a feed forgets its identity keys between two polls, the story still knows who was told."""
    await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    await rig.later(minutes=5)
    await rig.told()
    rig.change("DELETE FROM seen_keys")
    assert (await rig.later(minutes=5)).queued == 0


async def test_two_events_of_one_morning_are_two_stories(rig: Rig, newsroom: Newsroom, piece: type[Piece]) -> None:
    """The same keyword alone makes no story: each event has its own alert."""
    await rig.set_up(watching(newsroom, KREMLIN))
    await rig.poll()
    newsroom.publish("courier", piece(SUMMIT, TALKS[0], TALKS))
    newsroom.publish("wire", piece("Warehouse burns in Kazan near the Kremlin", FIRE[0], FIRE))
    tally = await rig.later(minutes=5)
    assert (tally.stories, tally.queued) == (2, 2)
