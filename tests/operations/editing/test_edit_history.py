"""Changes of watchlists.yaml that somebody makes by hand are on the history, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import app
from bot.operations.editing.edit_history import note_change

if TYPE_CHECKING:
    import pytest

    from tests.plugins.home import Home


async def test_a_change_by_hand_is_on_record_once_in_the_words_of_the_log(home: Home) -> None:
    """However many processes notice it."""
    async with app.opened(home.environ) as base:
        for _ in range(2):
            await note_change(base, ("+1 keyword in k",))
        (edit,) = await app.editor(base).find_history(9)
        assert (edit.origin, edit.by, edit.said) == ("file", None, ("+1 keyword in k",))


async def test_a_database_that_is_away_costs_the_entry_alone(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    """The change counts; the log says what is missing."""
    async with app.opened(home.environ) as base:
        async with base.store.database.write() as connection:
            await connection.exec_driver_sql("DROP TABLE edits")
        await note_change(base, ())
    assert "the history of watchlists.yaml lacks a change" in capfd.readouterr().err
