"""Who is asked early when one outlet tells a story, and what that may cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Source, Watchlist
from bot.polling.early_asking import MOST, SHARE, WINDOW, EarlyAsking, find_followers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugins.rig import Rig

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY, HOUR = timedelta(minutes=10), timedelta(hours=1)
SOURCES = {
    name: Source(name, f"https://{name}.example/", name, tags=tags, every=EVERY)
    for name, tags in {"a": ("press",), "b": ("press",), "c": ("official",), "d": ()}.items()
}
LISTS = {
    "all": Watchlist("all", "All", ("x",)),
    "tagged": Watchlist("tagged", "Tagged", ("x",), sources=("official", "a")),
    "personal:1": Watchlist("personal:1", "Own", ("x",)),
}


@pytest.mark.parametrize(
    ("teller", "told", "others"),
    [
        ("a", {"all"}, {"b"}),
        ("d", {"all"}, {"a", "b", "c"}),
        ("a", {"tagged"}, {"c"}),
        ("a", {"all", "tagged"}, {"b", "c"}),
        ("a", {"gone"}, set()),
        ("a", set(), set()),
    ],
)
def test_the_others_that_the_same_watchlists_read_are_awaited(teller: str, told: set[str], others: set[str]) -> None:
    """By names and tags; of a watchlist that reads everything, those with the tags of the one that tells."""
    assert {one.name for one in find_followers(SOURCES[teller], told, LISTS, SOURCES)} == others


def busy() -> EarlyAsking:
    """Return one with a full budget."""
    early = EarlyAsking()
    for _ in range(int(MOST / SHARE) + 1):
        early.next_due(SOURCES["d"], NOW, NOW)
    return early


def test_an_awaited_source_is_asked_at_its_own_pace_for_a_while() -> None:
    """Not more rarely, as it would be after quiet polls; afterwards as ever, and so is the one that has told it."""
    early = busy()
    assert early.note_story(SOURCES["a"], [SOURCES["b"]], NOW) == (SOURCES["b"],)
    assert early.note_story(SOURCES["a"], [SOURCES["b"]], NOW) == (), "it is on its way"
    assert early.next_due(SOURCES["b"], NOW + HOUR, NOW) == NOW + EVERY
    assert early.next_due(SOURCES["c"], NOW + HOUR, NOW) == NOW + HOUR
    assert early.next_due(SOURCES["b"], NOW + EVERY / 2, NOW) == NOW + EVERY / 2
    assert early.next_due(SOURCES["b"], NOW + WINDOW + HOUR, NOW + WINDOW) == NOW + WINDOW + HOUR
    early.note_story(SOURCES["a"], [SOURCES["b"]], NOW + HOUR)
    early.note_story(SOURCES["b"], [], NOW + HOUR)
    assert early.next_due(SOURCES["b"], NOW + 3 * HOUR, NOW + HOUR) == NOW + 3 * HOUR


def test_who_says_how_rarely_it_wants_to_be_asked_is_left_alone() -> None:
    """Until it says so no more."""
    early = busy()
    assert early.next_due(SOURCES["b"], NOW + HOUR, NOW, willing=False) == NOW + HOUR
    assert early.note_story(SOURCES["a"], [SOURCES["b"]], NOW) == ()
    assert early.next_due(SOURCES["b"], NOW + HOUR, NOW) == NOW + HOUR
    assert early.note_story(SOURCES["a"], [SOURCES["b"]], NOW) == (SOURCES["b"],)


@given(st.lists(st.booleans(), max_size=300))
def test_no_more_polls_are_brought_forward_than_their_share(stories: list[bool]) -> None:
    """However many stories come: what is brought forward never exceeds its share of all polls."""
    early, moved = EarlyAsking(), 0
    for number, told in enumerate(stories):
        now = NOW + number * HOUR
        moved += early.next_due(SOURCES["b"], now + HOUR, now) < now + HOUR
        if told:
            asked = len(early.note_story(SOURCES["a"], [SOURCES["b"], SOURCES["c"]], now))
            early.charge(asked)
            moved += asked
        assert moved <= SHARE * (number + 1)


async def test_a_quiet_source_is_asked_soon_after_another_tells_a_story(rig: Rig, rss: Callable[..., bytes]) -> None:
    """Not at once, but in half of its pace; never one that fails, is paused, or was asked a moment ago."""
    sites = [await rig.site() for _ in range(4)]
    lines = "".join(
        f"  - {{name: S{number}, url: '{site.url()}', every: 10m, full_text: never}}\n"
        for number, site in enumerate(sites)
    )
    store = await rig.set_up(f"sources:\n{lines}watchlists: {{k: {{keywords: [Kremlin], deliver_to: [7]}}}}\n")
    for number, site in enumerate(sites[:3]):
        site.pages["/feed"] = rss(("old", "Weather", "Rain."), site=f"http://s{number}.example")
    await rig.poll()
    poller = rig.poller()
    poller._early._budget = MOST
    rig.now += timedelta(minutes=3)
    rig.change(f"UPDATE sources SET next_due = {int((rig.now + HOUR).timestamp() * 1000)}")  # noqa: S608 - a number
    assert await store.chats.pause_source("S2", rig.now)
    soon = int(rig.now.timestamp() * 1000)
    rig.change(f"UPDATE sources SET next_due = {soon} WHERE name = 'S0'")  # noqa: S608 - the same
    sites[0].pages["/feed"] = rss(
        ("new", "Kremlin opens", "One."), ("old", "Weather", "Rain."), site="http://s0.example"
    )
    assert await poller.tick(20.0)
    assert poller.tally.queued == 1
    due = {name: (at - soon) / 60_000 for name, at in rig.rows("SELECT name, next_due FROM sources")}
    assert (due["S1"], due["S2"], due["S3"]) == (5, 60, 60)
