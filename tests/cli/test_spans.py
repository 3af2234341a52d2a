"""Lengths of time in options."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typer

from bot.cli.spans import parse_days, parse_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("50s", 50),
        ("5m", 300),
        ("1h", 3600),
        ("3d", 259_200),
        ("2w", 1_209_600),
        ("30d", 2_592_000),
        ("45", 45),
        ("0", 0),
    ],
)
def test_every_unit_counts(text: str, seconds: int) -> None:
    """Seconds to weeks; a number alone is seconds."""
    assert parse_span(text, "--window") == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "-1h", "1.5h", "²s", "999999w"])
def test_what_is_no_length_is_said(text: str) -> None:
    """With what to write instead; nothing overflows."""
    with pytest.raises(typer.BadParameter, match=r"not a time|too long"):
        parse_span(text, "--window")


@pytest.mark.parametrize(("text", "days"), [("7", 7), ("7d", 7), ("2w", 14), ("36h", 2)])
def test_days_are_numbers_or_lengths(text: str, days: int) -> None:
    """`--days 7` and `--days 1w` say the same; a begun day counts."""
    assert parse_days(text, 30, "items") == days


@pytest.mark.parametrize("text", ["0", "31", "5w"])
def test_days_beyond_the_record_are_refused(text: str) -> None:
    """The line says how long things stay on record."""
    with pytest.raises(typer.BadParameter, match="1 to 30"):
        parse_days(text, 30, "items")
