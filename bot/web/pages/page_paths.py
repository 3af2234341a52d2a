"""Paths of pages that others link to."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

ENTER: Final = "/enter"


def source_path(name: str) -> str:
    """Return the path of a source's page."""
    return f"/sources/{quote(name, safe='')}"


def enter_path(token: str) -> str:
    """Return the path of a one-time link."""
    return f"{ENTER}?token={quote(token, safe='')}"
