"""Lengths of time as options say them: 50s, 5m, 1h, 3d, 2w, in every verb alike.

Text in, a value out, or BadParameter with what is wrong and what to write. A number alone is seconds, where days are
asked for it is days.
"""

from __future__ import annotations

import re
from datetime import timedelta

import typer

from bot.config.setting_values import span

_LONGEST = timedelta(days=3660)  # ten years: beyond that, dates end


def parse_span(text: str, option: str) -> timedelta:
    """Return a length of time, zero to ten years."""
    plain = text.strip()
    number = plain.isascii() and plain.isdigit()
    if re.fullmatch(r"0{1,9}[smhdw]?", plain):
        return timedelta()
    try:
        found = span(f"{plain}s" if number else plain)
    except ValueError:
        found = None
    if not isinstance(found, timedelta):
        raise typer.BadParameter(f"{text[:60]!r} is not a time: write 50s, 5m, 1h, 3d or 2w", param_hint=option)
    if found > _LONGEST:
        raise typer.BadParameter(f"{text[:60]!r} is too long: ten years are the most", param_hint=option)
    return found


def parse_days(text: str, most: int, what: str) -> int:
    """Return a number of whole days from 1 to `most`, begun ones counted; `what` stays on record so long."""
    plain = text.strip()
    length = parse_span(f"{plain}d" if plain.isascii() and plain.isdigit() else plain, "--days")
    days = -(-int(length.total_seconds()) // 86_400)
    if not 1 <= days <= most:
        raise typer.BadParameter(f"--days goes from 1 to {most}: {what} stay on record for {most} days")
    return days
