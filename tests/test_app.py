"""The wiring, where it decides anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app import form_cache
from bot.config.settings import load_settings

if TYPE_CHECKING:
    import pytest


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run us as any number, which no list of users knows: the bot works, and looks words up again."""
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what it does for such a user
    assert form_cache(load_settings({"NEWSWATCH_DATABASE_URL": "postgresql://db.example/newswatch"})) is None
    assert form_cache(load_settings({})) is not None
