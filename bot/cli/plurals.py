"""A number with its noun, in English."""

from __future__ import annotations


def count(number: int, noun: str, many: str = "") -> str:
    """Return `1 item`, `2 items`, `12,000 items`; `many` is the plural where it is no -s."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
