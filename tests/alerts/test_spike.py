"""When a watchlist is unusually busy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.spike import DAY, HISTORY, KNOWN, LEAST, WEEK, Spike, find_spike

LONG = HISTORY + 2


def series(now: int, usual: int, **at: int) -> list[int]:
    """Return the counts of an hour, of so many in every hour before; `at` gives others, as h24=9."""
    counts = [now, *[usual] * LONG]
    for name, number in at.items():
        counts[int(name[1:])] = number
    return counts


@pytest.mark.parametrize(("usual", "first"), [(0, 5), (1, 5), (4, 12), (10, 23), (100, 200)])
def test_so_many_are_needed(usual: int, first: int) -> None:
    """Of a steady series: twice as many, and four deviations more, and five at least."""
    assert find_spike(series(first - 1, usual), LONG) is None
    assert find_spike(series(first, usual), LONG) == Spike(first, usual)


def test_a_watchlist_that_is_new_has_no_spikes() -> None:
    """Nobody knows what is usual for it."""
    assert find_spike([50], KNOWN - 1) is None
    assert find_spike([50], KNOWN) == Spike(50, 0)


def test_one_rush_of_the_past_is_not_usual() -> None:
    """Last week's rush at this hour hides none today: medians are robust."""
    assert find_spike(series(30, 2, h168=300), LONG) == Spike(30, 2)


def test_monday_mornings_are_usual_for_who_works_on_mondays() -> None:
    """Forty at this hour of the week, in both weeks: forty again is no spike, although all other days are quiet."""
    mondays = {f"h{week + beside}": 40 for week in (WEEK, 2 * WEEK) for beside in (-1, 0, 1)}
    assert find_spike(series(45, 0, **mondays), LONG) is None
    assert find_spike(series(90, 0, **mondays), LONG) is None
    assert find_spike(series(400, 0, **mondays), LONG) is not None


def test_every_noon_is_usual_too() -> None:
    """What comes daily at this hour is expected at it."""
    noons = {f"h{day * DAY}": 30 for day in range(1, 15)}
    assert find_spike(series(35, 0, **noons), LONG) is None


def test_a_series_that_jumps_about_needs_more() -> None:
    """Its own spread counts."""
    calm, wild = [10] * LONG, [10 + (40 if hour // DAY % 2 else -8) for hour in range(LONG)]
    assert find_spike([40, *calm], LONG) is not None
    assert find_spike([40, *wild], LONG) is None


@given(st.integers(0, 10_000), st.integers(0, LONG + 100))
def test_a_steady_series_never_spikes(usual: int, known: int) -> None:
    """However busy it is, and however long it is known."""
    if usual >= LEAST:
        assert find_spike(series(usual, usual), max(known, KNOWN)) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=LONG), st.integers(0, 500), st.integers(2, 20))
def test_what_is_a_spike_is_one_when_everything_is_so_many_times_as_much(
    before: list[int], now: int, times: int
) -> None:
    """Scale: a busier watchlist with the same rush has it all the more."""
    if find_spike([now, *before], LONG) is not None:
        assert find_spike([now * times, *(one * times for one in before)], LONG) is not None


@given(st.lists(st.integers(0, 50), max_size=LONG), st.integers(0, 500), st.integers(0, LONG))
def test_more_matches_never_end_a_spike(before: list[int], now: int, known: int) -> None:
    """Order: what is enough stays enough."""
    if find_spike([now, *before], known) is not None:
        assert find_spike([now + 1, *before], known) is not None
