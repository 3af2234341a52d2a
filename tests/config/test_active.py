"""The configuration in force: swapped whole when the file is right, kept when it is wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.active import ActiveConfig, PersonalQuerySync
from bot.errors import ConfigError, QueryError
from bot.model import TERMINAL, Chat
from bot.ports.history_store import PersonalQuery
from bot.store.repository import open_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

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
    current = ActiveConfig(file, {})
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
    current = ActiveConfig(file, {})
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
    current = ActiveConfig(file, {}, forms)
    assert forms.asked == 0
    assert await current.setup().engine() is await current.setup().engine()
    assert forms.asked == 1


def test_without_a_token_watchlists_without_readers_are_told_at_the_terminal(tmp_path: Path) -> None:
    """Who has no token yet has no chats either: what would be told to nobody is told to the terminal."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    lists = ActiveConfig(file, {}, terminal=True).setup().watchlists
    assert lists["k"].deliver_to == (TERMINAL,)
    assert [chat.id for chat in lists["p"].deliver_to] == [77]
    assert ActiveConfig(file, {}).setup().watchlists["k"].deliver_to == ()


async def test_a_build_that_failed_is_tried_again(tmp_path: Path) -> None:
    """No descriptor, memory or thread for a moment: all who waited hear of it, and whoever asks next gets an engine."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    forms = Forms(failing=1)
    current = ActiveConfig(file, {}, forms)
    asked = [current.setup().engine() for _ in range(3)]
    assert [str(one) for one in await asyncio.gather(*asked, return_exceptions=True)] == ["[Errno 24] no room"] * 3
    assert fired(await current.setup().engine(), "Kremlin") == ["Kremlin"]
    assert forms.asked == 2


async def test_an_edit_that_cannot_be_built_leaves_the_old_one_and_may_come_again(tmp_path: Path) -> None:
    """Nothing is swapped before its engine is there, of the file or of personal queries."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    forms = Forms()
    current = ActiveConfig(file, {}, forms)
    await current.setup().engine()
    before = current.setup()
    file.write_text(FILE.replace("Kremlin", "summit"))
    forms.failing = 2
    with pytest.raises(OSError, match="no room"):
        await current.reload()
    with pytest.raises(OSError, match="no room"):
        await current.adopt([personal(1, "oil")])
    assert current.setup() is before
    await current.reload()
    await current.adopt([personal(1, "oil")])
    assert fired(await current.setup().engine(), "summit oil") == ["summit", "oil"]


async def test_an_edit_mends_an_engine_that_can_never_be_built(tmp_path: Path) -> None:
    """The old one's failure is not the new one's: what cannot be built hands nothing over, and holds nothing up."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    forms = Forms(failing=1)
    current = ActiveConfig(file, {}, forms)
    with pytest.raises(OSError, match="no room"):
        await current.setup().engine()
    file.write_text(FILE.replace("Kremlin", "summit"))
    await current.reload()
    assert fired(await current.setup().engine(), "summit") == ["summit"]


class Forms:
    """A cache of forms that keeps nothing, counts how often it is asked, and fails as often as it is told to."""

    def __init__(self, failing: int = 0) -> None:
        self.asked = 0
        self.failing = failing

    def get_many(self, _keys: object) -> dict[str, str]:
        """See FormCache."""
        self.asked += 1
        if self.failing:
            self.failing -= 1
            raise OSError(24, "no room")
        return {}

    def put_many(self, found: object) -> None:
        """See FormCache."""

    def get_dictionary(self, _key: str) -> None:
        """See FormCache."""

    def put_dictionary(self, key: str, data: bytes) -> None:
        """See FormCache."""


def personal(number: int, text: str, chat: int = 22) -> PersonalQuery:
    """Return a personal query."""
    return PersonalQuery(number, Chat(chat), 1, text, NOW)


async def test_personal_queries_are_watchlists_of_the_same_engine(tmp_path: Path) -> None:
    """They fire beside those of the file under ids that no file can have, and are in nobody's list of watchlists."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    current = ActiveConfig(file, {})
    await current.adopt([personal(1, "=oil"), personal(2, "=gas OR =Kremlin")])
    setup = current.setup()
    assert fired(await setup.engine(), "Kremlin gas") == ["Kremlin", "=gas OR =Kremlin"]
    assert setup.watchlists["~2"].title == "=gas OR =Kremlin"
    assert [one.id for one in current.config().watchlists] == ["k", "p"]
    assert [one.id for one in setup.config.watchlists] == ["k", "p"]


async def test_a_change_of_personal_queries_is_ready_before_it_counts(tmp_path: Path) -> None:
    """An engine in use goes on until the next is built; one that nobody asked for is not built for a change."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    forms = Forms()
    current = ActiveConfig(file, {}, forms)
    await current.adopt([personal(1, "=oil")])
    assert forms.asked == 0
    before = current.setup()
    engine = await before.engine()
    await current.adopt([personal(1, "=oil"), personal(2, "=gas")])
    assert current.setup() is not before
    assert fired(engine, "oil gas") == ["=oil"]
    assert fired(await current.setup().engine(), "oil gas") == ["=oil", "=gas"]
    known = current.setup()
    await current.adopt([personal(1, "=oil"), personal(2, "=gas")])
    assert current.setup() is known


async def test_an_edit_keeps_personal_queries_and_the_other_way_round(tmp_path: Path) -> None:
    """Both change at once, and neither is lost."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    current = ActiveConfig(file, {})
    await current.adopt([personal(1, "=oil")])
    file.write_text(FILE.replace("Kremlin", "summit"))
    changed, _ = await asyncio.gather(current.reload(), current.adopt([personal(3, "=gas")]))
    assert changed == ("+1 keyword in k", "-1 keyword in k")
    assert fired(await current.setup().engine(), "summit oil gas") == ["summit", "=gas"]


async def test_a_personal_query_that_cannot_be_read_silences_nobody(tmp_path: Path) -> None:
    """Another version may have let it in: it is left out, and said in the log."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    current = ActiveConfig(file, {})
    await current.adopt([personal(1, "=oil AND ("), personal(2, "=gas")])
    assert fired(await current.setup().engine(), "Kremlin oil gas") == ["Kremlin", "=gas"]


async def test_every_process_hears_of_personal_queries(tmp_path: Path) -> None:
    """A look adopts what another process has put on record; where nothing changed it reads one number."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    async with await open_store(f"sqlite:///{tmp_path / 'n.db'}", migrate=True) as store:
        current = ActiveConfig(file, {})
        here = PersonalQuerySync(store.queries, current)
        await here.look()
        assert await store.queries.add_query(Chat(22), "=oil", NOW, most=9)
        await here.look()
        assert "~1" in current.setup().watchlists
        setup = current.setup()
        await here.look()
        assert current.setup() is setup
        await store.queries.remove_query(Chat(22), 1)
        here.heard()
        async with asyncio.timeout(5):
            while "~1" in current.setup().watchlists:
                await asyncio.sleep(0.01)


async def test_what_a_stranger_watches_for_never_silences_the_others(tmp_path: Path) -> None:
    """Regexes on record that are too large are left out and named with their chat; everybody else's queries fire."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    current = ActiveConfig(file, {})
    large = " OR ".join(rf"/{letter}a\p{{Greek}}{{0,831}}/" for letter in "abcdefgh")
    await current.adopt([personal(1, large), personal(2, "=gas", 33), personal(3, "a AND", 44)])
    assert fired(await current.setup().engine(), "Kremlin gas") == ["Kremlin", "=gas"]
    named = {own.chat.id: str(left.reason) for own, left in current.left_out() if own}
    assert set(named) == {22, 44}
    assert "too large" in named[22]
    await current.adopt([personal(2, "=gas", 33)])
    assert current.left_out() == ()


async def test_a_query_that_costs_too_much_has_no_engine(tmp_path: Path) -> None:
    """Who asks about it hears why; nothing is built of it."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE)
    with pytest.raises(QueryError, match="too large"):
        await ActiveConfig(file, {}).engine_of(r"/(?:.{100}){10}aaz/")
