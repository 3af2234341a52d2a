"""What `doctor` says of the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.doctor.record_checks import judge_hub, judge_output
from bot.ports.hub_store import HubLink, HubSubscription
from bot.ports.output_store import OutputCounts, OutputState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WELL = OutputCounts("desk", 1, 4, 0, NOW, None)
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


def test_an_output_that_fails_or_ended_is_wrong_with_its_reason_and_a_cure() -> None:
    """One that takes alerts is well."""
    assert judge_output(WELL) == (True, "1 alert waiting, 4 sent, 0 given up", "")
    state = OutputState("desk", 1, failing_since=NOW, reason="nobody answers there")
    well, text, cure = judge_output(replace(WELL, state=state))
    assert (well, text[:72]) == (False, "has failed since 2026-11-23 12:00 UTC: nobody answers there; 1 alert wai")
    assert "tried again by itself" in cure
    well, text, cure = judge_output(replace(WELL, state=replace(state, ended_at=NOW, reason="it answers 410")))
    assert (well, text.partition(";")[0]) == (False, "ended on 2026-11-23: it answers 410")
    assert "new address" in cure
