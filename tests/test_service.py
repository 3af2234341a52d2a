"""The service's loops on a real database that fails, stalls and recovers: nothing stops for good."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from bot import app, service
from bot.errors import StoreError
from bot.polling import loop
from bot.process.clock import wall
from bot.process.heartbeat import Heartbeats
from bot.process.supervise import supervise
from bot.service import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home


@asynccontextmanager
async def opened(home: Home) -> AsyncIterator[Service]:
    """Open the installation in this process."""
    async with app.opened(home.environ) as base:
        yield Service(base, asyncio.Event(), Heartbeats(time.monotonic), app.notices(base))


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true, for ten seconds at most."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


async def change(one: Service, statement: str) -> None:
    """Change the database below the service."""
    async with one.base.store.database.write() as connection:
        await connection.exec_driver_sql(statement)


async def count(one: Service, question: str) -> int:
    """Ask the database for a number."""
    async with one.base.store.database.read() as connection:
        return int((await connection.exec_driver_sql(question)).scalar_one())


REFUSING = "CREATE TRIGGER refuse BEFORE {} ON {} WHEN (SELECT 1 FROM missing) BEGIN SELECT 1; END"


async def test_case_26_a_poll_loop_that_makes_no_progress_is_started_again(
    home: Home, newsroom: Newsroom, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 5: a poller that hangs is noticed by its silence, started anew, and polls again once it can."""
    monkeypatch.setattr(loop, "LEAVING", 0.2)
    home.watch((home.folder / "watchlists.yaml").read_text().replace("every: 1s", "every: 1h"))
    async with opened(home) as one:
        one.hearts.expect("poller", loop.IDLE + 1.0)
        running = asyncio.create_task(supervise({"poller": one.poller}, one.stop, one.hearts, look=0.05, pause=0.05))
        polled = "SELECT count(*) FROM sources WHERE polled_at IS NOT NULL AND lease_until IS NULL"
        async with asyncio.timeout(10):
            while await count(one, polled) < newsroom.requests or newsroom.requests < 3:
                await asyncio.sleep(0.02)
        async with one.base.store.database.writing:  # whatever the loop wants to write now hangs
            await until(lambda: bool(one.hearts.stalled()))
            await until(lambda: not one.hearts.stalled())
        await change(one, "UPDATE sources SET next_due = 0")
        await until(lambda: newsroom.requests == 6)
        one.stop.set()
        await running
    err = capfd.readouterr().err
    assert "loop makes no progress, starting it again" in err
    assert "Traceback" not in err


async def test_case_82_a_janitor_that_cannot_tidy_up_ends_nothing(
    home: Home, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too old can be forgotten later: a database that refuses to is a line in the log, not the end."""
    async with opened(home) as one:
        monkeypatch.setattr(service, "RETRY", service.RETRY * 0)
        await change(one, "ALTER TABLE story_keys RENAME TO away")
        await change(one, "CREATE VIEW story_keys AS SELECT * FROM missing")
        running = asyncio.create_task(supervise({"janitor": one.janitor}, one.stop, one.hearts, look=0.02, pause=0.01))
        await asyncio.wait([running], timeout=1.0)
        assert not running.done()
        one.stop.set()
        await running
    assert "nothing was tidied up" in capfd.readouterr().err


async def test_an_edit_that_the_database_missed_is_made_good(
    home: Home,
    newsroom: Newsroom,
    piece: type[Piece],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A source that was added while the disk was full is polled as soon as it can be put on record."""
    monkeypatch.setattr(service, "LOOK", 0.05)
    newsroom.publish("courier", piece("Rail fares rise", "x", ()))
    async with opened(home) as one:
        await change(one, REFUSING.format("INSERT", "sources"))
        running = asyncio.create_task(supervise({"reload": one.reload}, one.stop, one.hearts, look=0.02, pause=0.01))
        text = (home.folder / "watchlists.yaml").read_text()
        home.watch(text.replace("sources:\n", f"sources:\n  - {{name: New, url: '{newsroom.feed('courier')}?new'}}\n"))
        await until(lambda: "New" in one.base.current.setup().sources)
        await asyncio.sleep(0.3)
        assert not running.done()
        await change(one, "DROP TRIGGER refuse")
        async with asyncio.timeout(10):
            while "New" not in {row.name for row in (await one.base.store.chats.read_status(wall())).sources}:
                await asyncio.sleep(0.02)
        one.stop.set()
        await running
    err = capfd.readouterr().err
    assert "edited sources wait for the database" in err
    assert err.count("watchlists.yaml read again") == 1


async def test_a_bad_edit_is_told_to_the_owner_once_a_day(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake is said in the log and to the owner; saving the same mistake again is no news."""
    monkeypatch.setattr(service, "LOOK", 0.05)
    home.environ["NEWSWATCH_OWNERS"] = "500"
    async with opened(home) as one:
        running = asyncio.create_task(one.reload())
        before = one.base.current.setup()
        text = (home.folder / "watchlists.yaml").read_text()
        home.watch(text.replace("keywords", "keyword"))
        await until(one.wake.is_set)
        for _ in range(3):
            one.wake.clear()
            one.reread.set()
            await until(one.wake.is_set)
        assert one.base.current.setup() is before
        assert (await one.base.store.outbox.count_waiting(wall()))[0] == 1
        one.stop.set()
        await running


@pytest.mark.parametrize("folder", [True, False])
async def test_case_95_a_file_that_is_lost_is_told_once_and_so_is_its_return(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *, folder: bool
) -> None:
    """Case 95: it vanished, or became a folder: the last good one counts; one line and one notice for each."""
    monkeypatch.setattr(service, "LOOK", 0.05)
    home.environ["NEWSWATCH_OWNERS"] = "500"
    async with opened(home) as one:
        running = asyncio.create_task(one.reload())
        before, file = one.base.current.setup(), home.folder / "watchlists.yaml"
        text = file.read_text()
        for notices in (2, 4):
            one.wake.clear()
            file.unlink()
            if folder:
                file.mkdir()
            await until(one.wake.is_set)
            one.reread.set()  # asked for by hand: no second word
            await asyncio.sleep(0.2)
            one.wake.clear()
            if folder:
                file.rmdir()
            home.watch(text)
            await until(one.wake.is_set)
            assert (await one.base.store.outbox.count_waiting(wall()))[0] == notices
        assert one.base.current.setup() is before
        one.stop.set()
        await running
    err = capfd.readouterr().err
    assert err.count("the last good one stays in force") == 2
    assert err.count("watchlists.yaml can be read again") == 2
    assert "watchlists.yaml is wrong" not in err


async def test_case_83_a_database_that_can_never_be_written_ends_the_service(
    home: Home, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 83: an edited file that cannot be put on record, for a reason that lasts, is no line in the log for ever."""
    monkeypatch.setattr(service, "LOOK", 0.05)

    def only_read(connection: Any, *_: object) -> None:
        connection.cursor().execute("PRAGMA query_only = ON")

    async with opened(home) as one:
        event.listen(one.base.store.database.engine.sync_engine, "checkout", only_read)
        running = asyncio.create_task(supervise({"reload": one.reload}, one.stop, one.hearts, look=0.02, pause=0.01))
        text = (home.folder / "watchlists.yaml").read_text()
        home.watch(text.replace("sources:\n", f"sources:\n  - {{name: New, url: '{newsroom.feed('courier')}?new'}}\n"))
        with pytest.raises(StoreError, match="cannot be written"):
            async with asyncio.timeout(10):
                await running


class SlowForms:
    """A cache of forms that fails once, and after that holds up whoever builds until it is told to go on."""

    def __init__(self) -> None:
        self.failing = 0
        self.building, self.go_on = threading.Event(), threading.Event()

    def get_many(self, _keys: object) -> dict[str, str]:
        """See FormCache."""
        if self.failing:
            self.failing -= 1
            raise OSError(12, "no memory")
        self.building.set()
        assert self.go_on.wait(20)
        return {}

    def put_many(self, found: object) -> None:
        """See FormCache."""

    def get_dictionary(self, _key: str) -> None:
        """See FormCache."""

    def put_dictionary(self, key: str, data: bytes) -> None:
        """See FormCache."""


async def test_an_edit_comes_into_force_however_long_its_build_takes(
    home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A build that fails is tried again, and told; one that takes longer than a loop may be silent is no silence."""
    forms = SlowForms()
    monkeypatch.setattr(app, "form_cache", lambda _: forms)
    monkeypatch.setattr(service, "LOOK", 0.05)
    monkeypatch.setattr(service, "AGAIN", 0.05)
    home.environ["NEWSWATCH_OWNERS"] = "500"
    forms.failing = 1
    async with opened(home) as one:
        one.hearts.expect("reload", 0.5)
        running = asyncio.create_task(supervise({"reload": one.reload}, one.stop, one.hearts, look=0.05, pause=0.05))
        home.watch((home.folder / "watchlists.yaml").read_text().replace("[Kremlin, summit]", "[railway]"))
        assert await asyncio.to_thread(forms.building.wait, 20)
        await asyncio.sleep(1.0)  # twice the silence that the loop is allowed
        assert one.base.current.config().watchlists[0].keywords == ("Kremlin", "summit")
        forms.go_on.set()
        await until(lambda: one.base.current.config().watchlists[0].keywords == ("railway",))
        assert (await one.base.store.outbox.count_waiting(wall()))[0] == 1
        one.stop.set()
        await running
    err = capfd.readouterr().err
    assert "no memory" in err
    assert "makes no progress" not in err
    assert err.count("watchlists.yaml read again") == 1
