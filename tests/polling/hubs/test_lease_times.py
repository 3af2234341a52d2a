"""How long a hub's lease counts, and when the hub is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.polling.hubs.lease_times import LAST_RETRY, LONGEST, SHORTEST, SOON, UNSAID, read_lease, renew_at, retry_at

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("said", "lease"),
    [
        ("60", 60 * SECOND),
        ("864000", timedelta(days=10)),
        ("1", SHORTEST),
        ("0", SHORTEST),
        ("99999999999999999999", LONGEST),
        (None, UNSAID),
        ("-5", UNSAID),
        ("ten", UNSAID),
        ("٦٠", UNSAID),
    ],
)
def test_a_lease_is_what_the_hub_says_within_bounds(said: str | None, lease: timedelta) -> None:
    """Nonsense is a day."""
    assert read_lease(said) == lease


@given(st.integers(10, 30 * 86_400))
def test_a_lease_is_asked_for_again_before_it_ends_several_times(seconds: int) -> None:
    """However short it is: one attempt that fails does not cost it."""
    lease = seconds * SECOND
    end, attempt, attempts = NOW + lease, renew_at(NOW, lease), 0
    while attempt < end:
        attempts += 1
        attempt = retry_at(attempt, attempts - 1, end)
    assert attempts >= (2 if lease >= 4 * SOON else 1)


@given(st.integers(0, 1000))
def test_a_hub_that_does_not_confirm_is_asked_ever_more_rarely(failures: int) -> None:
    """From a minute to a day."""
    first, second = (retry_at(NOW, failures + more, None) - NOW for more in (0, 1))
    assert 60 * SECOND <= first <= second <= LAST_RETRY


def test_a_lease_that_has_ended_hurries_nobody() -> None:
    """Then only the number of failures counts."""
    assert retry_at(NOW, 5, NOW - SECOND) == retry_at(NOW, 5, None)
