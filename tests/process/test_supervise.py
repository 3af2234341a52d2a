"""Loops are kept alive, and a process that cannot work ends."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from bot.errors import ConfigError, StoreError
from bot.process.heartbeat import Heartbeats
from bot.process.supervise import GaveUpError, supervise


async def test_case_91_a_loop_that_dies_is_started_again() -> None:
    """A loop that raised is started anew while the others go on."""
    stop = asyncio.Event()
    starts: list[str] = []

    async def fragile() -> None:
        starts.append("fragile")
        if len(starts) < 3:
            raise ZeroDivisionError
        stop.set()

    async def sturdy() -> None:
        await stop.wait()

    await supervise({"fragile": fragile, "sturdy": sturdy}, stop, Heartbeats(time.monotonic), look=0.01, pause=0.001)
    assert len(starts) == 3


async def test_case_91_five_failures_within_a_minute_end_the_process() -> None:
    """A loop that cannot live takes the process down with one clear sentence, and the other loops end cleanly."""
    stop = asyncio.Event()
    ended: list[str] = []

    async def hopeless() -> None:
        raise ZeroDivisionError

    async def sturdy() -> None:
        await stop.wait()
        ended.append("sturdy")

    with pytest.raises(GaveUpError, match="hopeless loop failed 5 times"):
        await supervise(
            {"hopeless": hopeless, "sturdy": sturdy}, stop, Heartbeats(time.monotonic), look=0.01, pause=0.001
        )
    assert ended == ["sturdy"]


async def test_a_loop_that_makes_no_progress_is_started_again() -> None:
    """A loop that hangs without an error is cancelled and started anew."""
    stop = asyncio.Event()
    hearts = Heartbeats(time.monotonic)
    hearts.expect("stuck", 0.05)
    starts: list[int] = []

    async def stuck() -> None:
        starts.append(1)
        if len(starts) == 2:
            stop.set()
            return
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        await supervise({"stuck": stuck}, stop, hearts, look=0.01, pause=0.001)
    assert len(starts) == 2


async def test_loops_end_when_told_to() -> None:
    """Setting `stop` ends every loop, also one that only listens to cancellation."""
    stop = asyncio.Event()
    stop.set()

    async def polite() -> None:
        await stop.wait()

    async with asyncio.timeout(5):
        await supervise({"polite": polite}, stop, Heartbeats(time.monotonic))


async def test_a_mistake_of_the_configuration_ends_the_process_at_once() -> None:
    """What only a person can mend is not tried five times."""

    async def mistaken() -> None:
        raise ConfigError("NEWSWATCH_HTTP_LISTEN: taken")

    with pytest.raises(ConfigError, match="taken"):
        await supervise({"web": mistaken}, asyncio.Event(), Heartbeats(time.monotonic), look=0.01)


async def test_a_loop_whose_farewell_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that was cancelled and does not end keeps nobody from starting it again."""
    monkeypatch.setattr("bot.process.supervise.GRACE", 0.05)
    stop, over = asyncio.Event(), asyncio.Event()
    hearts = Heartbeats(time.monotonic)
    hearts.expect("stuck", 0.05)
    starts: list[int] = []

    async def stuck() -> None:
        starts.append(1)
        if len(starts) == 2:
            stop.set()
            return
        try:
            await asyncio.Event().wait()
        finally:
            await over.wait()

    async with asyncio.timeout(5):
        await supervise({"stuck": stuck}, stop, hearts, look=0.01, pause=0.001)
    over.set()
    assert len(starts) == 2


async def test_case_83_a_database_that_only_a_person_can_mend_ends_the_process() -> None:
    """Case 83: the one line of a lasting fault comes out at once; a passing one is only a strike."""
    stop = asyncio.Event()
    faults = [StoreError("the disk is full"), StoreError("the database is damaged", lasting=True)]

    async def unlucky() -> None:
        raise faults.pop(0)

    with pytest.raises(StoreError, match="damaged"):
        async with asyncio.timeout(5):
            await supervise({"unlucky": unlucky}, stop, Heartbeats(time.monotonic), look=0.01, pause=0.001)
    assert stop.is_set()


async def test_loops_that_hang_at_the_end_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grace begins with `stop`, also while a loop hangs, is stalled already, or ignores that it is cancelled."""
    monkeypatch.setattr("bot.process.supervise.GRACE", 0.2)
    monkeypatch.setattr("bot.process.supervise.FAREWELL", 0.1)
    stop, over = asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def polite() -> None:
        await stop.wait()
        ended.append("polite")

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def deaf() -> None:
        while not over.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await over.wait()

    loops = {"polite": polite, "hangs": hangs, "deaf": deaf}
    running = asyncio.create_task(supervise(loops, stop, Heartbeats(time.monotonic), look=0.01))
    await asyncio.sleep(0.05)
    stop.set()
    try:
        await asyncio.wait([running], timeout=20)
        assert running.done()
    finally:
        over.set()
    assert ended == ["polite"]
