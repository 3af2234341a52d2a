"""When a permanent redirect is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Source
from bot.owner_notices import WhyNot
from bot.polling.redirects import AGE, LOST, Redirect, after_failure, followed, move
from bot.ports.poll_store import SourceStats

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = Source("Courier", "https://courier.example/rss", "courier.example")
NEW = "https://news.courier.example/feed"


def polled(*answers: tuple[timedelta, str | None], source: Source = SOURCE) -> SourceStats:
    """Return what is known after these answers: when, and where they moved us to."""
    stats = SourceStats()
    for after, to in answers:
        stats = followed(stats, source, stats.address or source.url, to, NOW + after)
    return stats


def test_case_37_a_move_is_adopted_after_three_polls_and_a_day() -> None:
    """Case 37: neither many polls within a day nor two polls over a day are enough."""
    hours = [(n * HOUR, NEW) for n in range(24)]
    assert polled(*hours).address is None
    assert polled((0 * HOUR, NEW), (AGE, NEW)).address is None
    settled = polled(*hours, (AGE, NEW))
    assert settled.address == NEW
    assert settled.moving_to is None
    told = move(SourceStats(), settled, SOURCE, SOURCE.url, NOW + AGE)
    assert told == Redirect(NEW, adopted=True)


@pytest.mark.parametrize("between", [None, "https://other.example/feed"])
def test_case_37_a_redirect_that_wavers_begins_anew(between: str | None) -> None:
    """Case 37: one answer without the redirect, or with another one, and the day begins again."""
    wavering = polled((0 * HOUR, NEW), (HOUR, NEW), (2 * HOUR, between), (AGE, NEW), (AGE + HOUR, NEW))
    assert wavering.address is None
    assert wavering.moving_polls == 2


@pytest.mark.parametrize(
    ("source", "to", "why"),
    [
        (SOURCE, "http://news.courier.example/feed", "unencrypted"),
        (replace(SOURCE, headers=(("Authorization", "Bearer x"),)), NEW, "key"),
        (replace(SOURCE, url="https://ann:secret@courier.example/rss"), NEW, "key"),
    ],
)
def test_case_54_a_move_that_a_person_must_decide_is_told_and_not_adopted(source: Source, to: str, why: WhyNot) -> None:
    """Cases 37 and 54: no key is carried to another host, and nothing goes from https back to http."""
    stats = polled((0 * HOUR, to), (HOUR, to), (AGE, to), source=source)
    assert stats.address is None
    told = move(stats, stats, source, source.url, NOW + AGE)
    assert told == Redirect(to, adopted=False, why_not=why)


def test_a_key_may_stay_with_its_host() -> None:
    """A move within the host takes the key along: it is told to nobody new."""
    keyed = replace(SOURCE, headers=(("X-Key", "x"),))
    within = "https://courier.example/feeds/all.xml"
    assert polled((0 * HOUR, within), (HOUR, within), (AGE, within), source=keyed).address == within


def test_a_move_that_led_nowhere_is_taken_back() -> None:
    """When the new address fails again and again, the configured one is asked."""
    settled = SourceStats(address=NEW)
    assert after_failure(settled, LOST - 1).address == NEW
    assert after_failure(settled, LOST).address is None
