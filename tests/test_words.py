"""The bot's few words inside an alert."""

from __future__ import annotations

from datetime import date

from bot.notify.words import LANGUAGES, day, words


def test_every_language_has_every_word() -> None:
    """No language lacks a word, a field or a month."""
    assert set(LANGUAGES) == {"en", "ru", "uk", "de", "fr", "es"}
    for language in LANGUAGES:
        say = words(language)
        assert set(say.fields) == {"title", "lead", "body"}
        assert len(say.months) == 12
        assert all((say.also, say.more, *say.fields.values(), *say.months))


def test_an_unknown_language_speaks_english() -> None:
    """Whatever a chat says."""
    assert words("xx") is words("en")


def test_days_are_short() -> None:
    """The year only where it is another."""
    today = date(2026, 11, 23)
    assert day(date(2026, 11, 22), today, words("en")) == "22 Nov"
    assert day(date(2025, 3, 1), today, words("de")) == "1. März 2025"
