"""Roles change hands when their holder is gone, and only then: on both databases, with real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.store.leases.process_identity import ProcessIdentity, is_gone, this_process
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

TTL = timedelta(seconds=20)
HOLDING = """
import asyncio, sys
from datetime import datetime, timedelta
from bot.store.repository import open_store

async def hold():
    store = await open_store(sys.argv[1], migrate=True)
    now = datetime.fromisoformat(sys.argv[2])
    epoch = await store.outbox.take_role("sender", now, timedelta(minutes=4))
    claimed = await store.outbox.claim(epoch, now, limit=9, ttl=timedelta(minutes=4))
    leased = await store.polls.lease_sources(now, limit=9, ttl=timedelta(minutes=4))
    print(epoch, len(claimed), len(leased), flush=True)
    sys.stdin.readline()

asyncio.run(hold())
"""


async def test_a_role_has_one_holder(play: Play, store: Store) -> None:
    """The holder renews under one epoch; another waits for the end, and then the epoch has grown."""
    other = await play.worker()
    first = await store.outbox.take_role("sender", play.now, TTL)
    assert await store.outbox.take_role("sender", play.after(seconds=15), TTL) == first
    assert await other.outbox.take_role("sender", play.after(seconds=15), TTL) is None
    second = await other.outbox.take_role("sender", play.after(seconds=5), TTL)
    assert first is not None
    assert second == first + 1
    assert await store.outbox.take_role("sender", play.now, TTL) is None


async def test_roles_are_independent(play: Play, store: Store) -> None:
    """The listener may be another than the sender."""
    other = await play.worker()
    assert await store.outbox.take_role("sender", play.now, TTL) == 1
    assert await other.outbox.take_role("listener", play.now, TTL) == 1


async def test_a_dropped_role_is_free_at_once(play: Play, store: Store) -> None:
    """A clean end makes nobody wait; a late drop of an older epoch takes nothing from the new holder."""
    other = await play.worker()
    first = await play.sender(store)
    await store.outbox.release_role("sender", first)
    second = await play.sender(other)
    await store.outbox.release_role("sender", first)
    assert second == first + 1
    assert await store.outbox.take_role("sender", play.now, TTL) is None


async def test_case_75_a_killed_sender_is_replaced_at_once(play: Play, store: Store) -> None:
    """A real process holds the role, alerts and sources for minutes; killed, all of it is ours in the same second."""
    await play.queue(store, play.alert(1))
    await store.polls.sync_sources(play.sources(3), play.now)
    us = await play.worker(this_process())
    command = [sys.executable, "-c", HOLDING, play.url, play.now.isoformat()]
    with subprocess.Popen(  # noqa: S603, ASYNC220 - our own interpreter and code, and nothing else runs meanwhile
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3], text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().split() == ["1", "1", "3"]
        play.after(seconds=1)
        assert await us.outbox.take_role("sender", play.now, TTL) is None
        assert await us.polls.lease_sources(play.now, limit=9, ttl=TTL) == ()
        child.kill()
    restarted = await play.worker(this_process())
    epoch = await restarted.outbox.take_role("sender", play.now, TTL)
    assert epoch == 2
    assert len(await restarted.outbox.claim(epoch, play.now, limit=9, ttl=TTL)) == 1
    assert len(await restarted.polls.lease_sources(play.now, limit=9, ttl=TTL)) == 3


@pytest.fixture
def child() -> Any:
    """Give the number of a process that lives until the test ends."""
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        stack.callback(process.kill)
        yield process


def test_a_process_that_lives_is_not_gone(child: Any, process_like_us: Callable[..., ProcessIdentity]) -> None:
    """We ourselves, and a living child with its true start, hold what they hold."""
    us = this_process()
    started = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    assert not is_gone(str(us), us)
    assert not is_gone(str(process_like_us(pid=child.pid, started=started)), us)


def test_a_number_that_was_given_again_is_gone(child: Any, process_like_us: Callable[..., ProcessIdentity]) -> None:
    """Another process under the old number is not the holder: it began at another time."""
    assert is_gone(str(process_like_us(pid=child.pid, started="1")), this_process())


def test_a_killed_process_that_nobody_waited_for_is_gone(
    child: Any, process_like_us: Callable[..., ProcessIdentity]
) -> None:
    """A zombie keeps its number and its start, but sends nothing any more."""
    stat = Path(f"/proc/{child.pid}/stat")
    started = stat.read_text(encoding="ascii").rpartition(")")[2].split()[19]
    child.kill()
    while stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z":
        pass
    assert is_gone(str(process_like_us(pid=child.pid, started=started)), this_process())


@pytest.mark.parametrize("changes", [{"boot": "other"}, {"space": "pid:[1]"}, {"boot": ""}, {"started": ""}])
def test_what_cannot_be_known_is_not_gone(
    changes: dict[str, str], process_like_us: Callable[..., ProcessIdentity]
) -> None:
    """Another machine, another container, a system that does not tell: only time ends such a lease."""
    assert not is_gone(str(process_like_us(pid=2**22 + 1, **changes)), this_process())
    assert is_gone(str(process_like_us(pid=2**22 + 1)), this_process())


@pytest.mark.parametrize("written", ["", "a|b", "|||||", "h|b|s|x|1|n", "h|b|s|-1|1|n"])
def test_a_holder_of_another_kind_is_not_gone(written: str) -> None:
    """What an older or newer version may have written is left to time."""
    assert not is_gone(written, this_process())


def test_without_proc_nothing_is_known(tmp_path: Path, process_like_us: Callable[..., ProcessIdentity]) -> None:
    """On a system without /proc there are no judgements, only leases that end."""
    us = this_process(tmp_path)
    assert (us.boot, us.space, us.started) == ("", "", "")
    assert not is_gone(str(process_like_us(pid=2**22 + 1)), us, tmp_path)
