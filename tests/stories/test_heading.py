"""Which report heads a story, and when it was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import Report
from bot.stories.heading import heading_report, told_at

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = Report("Courier", "courier", "Five hurt", "https://courier.example/1", NOW)
SECOND = Report("TASS", "tass", "Blast in Oslo", "https://tass.example/2", NOW + timedelta(minutes=5))


def test_the_report_that_the_alert_tells_of_heads_the_story() -> None:
    """As its publisher calls it now; a later report never takes its place, and without it the first one does."""
    assert heading_report("Five hurt", FIRST.url, (FIRST, SECOND)) is FIRST
    assert heading_report("Blast in Oslo", SECOND.url, (FIRST, SECOND)) is SECOND
    corrected = replace(FIRST, headline="Seven hurt")
    assert heading_report("Five hurt", FIRST.url, (corrected, SECOND)) is corrected
    assert heading_report("Gone", "https://gone.example/", (FIRST, SECOND)) is FIRST
    assert heading_report("Gone", None, ()) is None


def test_a_report_was_told_when_it_was_published() -> None:
    """But never after it was seen, nor in a time before the web."""
    early = NOW - timedelta(minutes=30)
    assert told_at(replace(FIRST, published=early)) == early
    assert told_at(replace(FIRST, published=NOW + timedelta(hours=1))) == NOW
    assert told_at(replace(FIRST, published=datetime(1970, 1, 1, tzinfo=UTC))) == NOW
    assert told_at(FIRST) == NOW
