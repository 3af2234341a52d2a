"""The configuration in force: swapped whole when the file is right, kept when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.current import Current
from bot.errors import ConfigError
from bot.model import TERMINAL

FILE = """\
sources:
  - {name: One, url: 'https://one.example/feed'}
watchlists:
  k: {keywords: [Kremlin], languages: [en]}
  p: {keywords: [Peskov], languages: [en], deliver_to: [77]}
"""


def fired(engine: object, title: str) -> list[str]:
    """Return the queries that fire on a title."""
    return [match.query for match in engine.match(title)]  # type: ignore[attr-defined]  # an Engine


async def test_an_edit_is_swapped_in_whole(tmp_path: Path) -> None:
    """After a reload sources, watchlists and engine are those of the new file; before it, those of the old."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    current = Current(file, {})
    before = current.setup()
    file.write_text(FILE.replace("Kremlin", "summit").replace("name: One", "name: Two"))
    assert fired(await before.engine(), "Kremlin summit") == ["Kremlin"]
    changed = await current.reload()
    assert "source Two added" in changed
    assert set(current.setup().sources) == {"Two"}
    assert current.config().sources[0].name == "Two"
    assert fired(await current.setup().engine(), "Kremlin summit") == ["summit"]
    assert fired(await before.engine(), "Kremlin summit") == ["Kremlin"]  # a turn under way ends as it began


@pytest.mark.parametrize("bad", ["", "sources: [", FILE.replace("One", ""), FILE.replace("[Kremlin]", "['(']"), "\0"])
async def test_case_95_a_bad_file_changes_nothing(tmp_path: Path, bad: str) -> None:
    """Every mistake is in the error, with its place; what was in force stays, and a good file counts again."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    current = Current(file, {})
    before = current.setup()
    file.write_text(bad)
    with pytest.raises(ConfigError) as caught:
        await current.reload()
    assert all(problem.startswith(f"{file}:") for problem in caught.value.problems)
    assert current.setup() is before
    file.unlink()
    with pytest.raises(ConfigError):
        await current.reload()
    file.write_text(FILE)
    assert await current.reload() == ()
    assert current.setup() is before


async def test_the_engine_is_built_once_and_only_when_asked_for(tmp_path: Path) -> None:
    """A tick with nothing new never pays for it, and a hundred items pay once."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    forms = Forms()
    current = Current(file, {}, forms)
    assert forms.asked == 0
    assert await current.setup().engine() is await current.setup().engine()
    assert forms.asked == 1


def test_without_a_token_watchlists_without_readers_are_told_at_the_terminal(tmp_path: Path) -> None:
    """Who has no token yet has no chats either: what would be told to nobody is told to the terminal."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    lists = Current(file, {}, terminal=True).setup().watchlists
    assert lists["k"].deliver_to == (TERMINAL,)
    assert [chat.id for chat in lists["p"].deliver_to] == [77]
    assert Current(file, {}).setup().watchlists["k"].deliver_to == ()


class Forms:
    """A cache of forms that keeps nothing and counts how often it is asked."""

    asked = 0

    def get_many(self, _keys: object) -> dict[str, str]:
        """See FormCache."""
        self.asked += 1
        return {}

    def put_many(self, found: object) -> None:
        """See FormCache."""
