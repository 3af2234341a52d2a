"""What `newswatch run` does for the record beside polling and sending, in short steps that nothing waits for."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.config.settings import Settings
from bot.errors import BotError
from bot.ports.search_store import SearchStore
from bot.record_management.backup_folder import find_backups

log = logging.getLogger(__name__)

LOOK = 3.0  # seconds between two looks for items that are not in the index
GAP = 0.05  # seconds between two steps of a long catching up: the writers of alerts come first
BACKUP_LOOK = 60.0  # seconds between two looks whether a backup is due
BEAT = 10.0  # seconds between two beats while one is taken
RETRY = 60.0  # seconds until what the database refused is tried again


async def keep_indexed(store: SearchStore, stop: asyncio.Event, beat: Callable[[], None]) -> None:
    """Put items into the index of searches as they go on record; what fails is tried again, and is no alarm."""
    while not stop.is_set():
        beat()
        try:
            added = await store.index_some()
            wait = GAP if added else LOOK
        except BotError as error:
            log.debug("items are not in the index yet", extra={"reason": str(error)})
            wait = RETRY
        await wait_for(stop, wait)


async def keep_backed_up(
    settings: Settings,
    now: Callable[[], datetime],
    stop: asyncio.Event,
    beat: Callable[[], None],
    tried: Callable[[str | None], Awaitable[None]],
) -> None:
    """Take a backup into BACKUP whenever the last one there is older than BACKUP_EVERY; what fails is tried again.

    After each try `tried` is called: with the reason why there is no backup, or None for one that was found whole.

    In a process of its own: so much reading, checking and memory is nothing for one that sends alerts.
    """
    wait = min(BACKUP_LOOK, settings.backup_every.total_seconds())
    while not stop.is_set():
        beat()
        if settings.backup is not None and is_backup_due(
            [at for at, _ in await asyncio.to_thread(find_backups, settings.backup)], now(), settings.backup_every
        ):
            reason = await _back_up(stop, beat)
            if reason is not None:
                log.warning("no backup was taken", extra={"reason": reason})
            if not stop.is_set():
                await tried(reason)
            if reason is not None:
                await wait_for(stop, RETRY)
        await wait_for(stop, wait)


def is_backup_due(taken: Sequence[datetime], now: datetime, every: timedelta) -> bool:
    """Return whether a backup is due. One of the future was taken by a clock that was wrong, and does not count."""
    past = [at for at in taken if at <= now + every]
    return not past or now - max(past) >= every


async def _back_up(stop: asyncio.Event, beat: Callable[[], None]) -> str | None:
    """Take a backup; return why there is none, None where all went well or it is time to stop."""
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    words = (sys.executable, "-m", "bot", "db", "backup")
    try:
        child = await asyncio.create_subprocess_exec(*words, stdin=nowhere, stdout=pipe, stderr=pipe)
    except OSError as error:
        return str(error)
    ended = asyncio.ensure_future(child.communicate())
    try:
        while not ended.done():
            beat()
            stopping = asyncio.ensure_future(stop.wait())
            await asyncio.wait({ended, stopping}, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if stop.is_set() and not ended.done():
                return None
        path, said = (one.decode("utf-8", "replace").strip() for one in ended.result())
        if not child.returncode:
            log.info("backup taken", extra={"path": path})
            return None
        return said.splitlines()[-1] if said else "it ended without a word"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def wait_for(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until it is time to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
