"""Browsers by the names that people know."""

from __future__ import annotations

import pytest

from bot.web.pages.browser_names import browser_name


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36 Edg/150",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/150.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.9", "curl/8.9"),
        ("", ""),
        ("x" * 100, "x" * 60 + "…"),
    ],
)
def test_a_browser_has_its_short_name(agent: str, name: str) -> None:
    """Forerunners that it names too do not count; what is none is named as it names itself, cut."""
    assert browser_name(agent) == name
