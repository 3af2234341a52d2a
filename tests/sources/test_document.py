"""Which items of a long document count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.sources.document import select_newest

START = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = [START + timedelta(hours=hour) for hour in range(10)]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (HOURS, [7, 8, 9]),  # the oldest first
        (HOURS[::-1], [0, 1, 2]),
        ([HOURS[4], HOURS[9], HOURS[0], HOURS[8], HOURS[1], HOURS[7]], [1, 3, 5]),  # in no order
        ([None] * 10, [0, 1, 9]),  # both ends
        ([START] * 10, [0, 1, 9]),
        ([*HOURS[:9], None], [7, 8, 9]),  # one without a date stays with its neighbours
        ([HOURS[9], *[None] * 9], [0, 1, 9]),  # one date tells nothing
        (HOURS[:3], [0, 1, 2]),
        ([], []),
    ],
)
def test_the_newest_items_count_and_both_ends_where_nothing_is_dated(
    dates: list[datetime | None], expected: list[int]
) -> None:
    """Their positions, in the order of the document."""
    assert select_newest(dates, 3) == expected
