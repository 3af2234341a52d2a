"""The bot's own words: every language whole, sound and current, and said with its own numbers and dates."""

from __future__ import annotations

from datetime import date

from bot.words import LANGUAGES, words


def test_an_unknown_language_speaks_english() -> None:
    """Whatever a chat or a file says."""
    assert set(LANGUAGES) == {"en", "ru", "uk", "de", "fr", "es"}
    assert words("xx").language == words(None).language == "en"
    assert words("xx")("🗂 More stories") == "🗂 More stories"


def test_days_are_short() -> None:
    """The year only where it is another."""
    today = date(2026, 11, 23)
    assert words("en").day(date(2026, 11, 22), today) == "22 Nov"
    assert words("en").day(date(2025, 3, 1), today) == "1 Mar 2025"
