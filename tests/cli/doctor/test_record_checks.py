"""What `doctor` says of the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.doctor.record_checks import judge_hub
from bot.ports.hub_store import HubLink, HubSubscription

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HUB = HubSubscription(1, "Courier", HubLink("https://h.example/", "https://c.example/f"), "token", "secret", NOW)


@pytest.mark.parametrize(
    ("hub", "well", "words"),
    [
        (HUB, True, "about to be asked"),
        (replace(HUB, held_until=NOW + timedelta(hours=1)), True, "until 2026-11-23 13:00 UTC"),
        (replace(HUB, held_until=NOW + timedelta(hours=1), ignored=2, reason="forged"), True, "2 contents ignored"),
        (replace(HUB, failures=3, reason="it answers 403"), False, r"asked 3 times \(it answers 403\)"),
        (replace(HUB, held_until=NOW, failures=1), False, "has not confirmed, asked 1 time"),
    ],
)
def test_a_hub_is_well_while_its_lease_holds(hub: HubSubscription, well: bool, words: str) -> None:
    """What it sent and was not taken is said, with the last reason; its token and secret are not."""
    import re

    found, said, _ = judge_hub(hub, NOW)
    assert found is well
    assert re.search(words, said)
    assert "secret" not in said
