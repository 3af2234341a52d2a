"""Whether a hub is relied on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.polling.hubs.hub_trust import keeps_its_word
from bot.ports.hub_store import HubLink, HubState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GOOD = HubState(HubLink("https://hub.example/", "https://courier.example/feed"), NOW + HOUR, heard_at=NOW - HOUR / 2)


@pytest.mark.parametrize(
    ("state", "lull", "trusted"),
    [
        (GOOD, HOUR, True),
        (None, HOUR, False),
        (replace(GOOD, held_until=None), HOUR, False),
        (replace(GOOD, held_until=NOW), HOUR, False),
        (replace(GOOD, heard_at=None), HOUR, False),
        (replace(GOOD, missed_at=NOW - HOUR), HOUR, True),
        (replace(GOOD, missed_at=NOW - HOUR / 4), HOUR, False),
        (replace(GOOD, heard_at=NOW - 3 * HOUR), HOUR, False),
        (replace(GOOD, heard_at=NOW - 3 * HOUR), 5 * HOUR, True),
        (replace(GOOD, heard_at=NOW - HOUR / 2), timedelta(), True),
        (replace(GOOD, heard_at=NOW - 8 * 24 * HOUR), 30 * 24 * HOUR, False),
    ],
)
def test_a_hub_is_relied_on_while_it_sends_what_its_feed_publishes(
    state: HubState | None, lull: timedelta, trusted: bool
) -> None:
    """Confirmed, heard, nothing missed since, and not silent for longer than the feed ever is."""
    assert keeps_its_word(state, lull, NOW) is trusted


def test_a_poll_that_finds_what_was_not_sent_ends_it_at_once() -> None:
    """The next poll is then due as ever."""
    assert not keeps_its_word(GOOD, HOUR, NOW, missed=True)
