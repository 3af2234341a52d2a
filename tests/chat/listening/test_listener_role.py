"""The listener's role is held as the sender's is: by one rule, with one lease."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.listening.listener import Listener
from bot.delivery.role_lease import MARGIN, STANDBY, TTL
from bot.errors import StoreError
from bot.ports.outbox_store import Role

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@dataclass(slots=True)
class Row:
    """The one row of a database, with a clock."""

    now: datetime = START
    epoch: int | None = 7
    taken: list[timedelta] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    fault: StoreError | None = None

    async def take_role(self, role: Role, _now: datetime, ttl: timedelta) -> int | None:
        """Answer as told."""
        assert role == "listener"
        self.taken.append(ttl)
        if self.fault:
            raise self.fault
        return self.epoch

    async def release_role(self, _: Role, epoch: int) -> None:
        """Note it."""
        self.dropped.append(epoch)


def listener(row: Row) -> Listener:
    """Return a listener that holds its role in this row; it never comes to ask Telegram anything."""
    nothing: Any = None
    return Listener(nothing, nothing, row, now=lambda: row.now, clock=lambda: 0.0)


async def test_it_is_taken_for_as_long_as_the_senders() -> None:
    """One lease for both roles, so that one rule says how soon a standby takes over."""
    row = Row()
    assert await listener(row)._acquire_role() == 7
    assert row.taken == [TTL]


async def test_case_77_a_listener_that_slept_past_its_lease_steps_back() -> None:
    """Woken up, it knows by the clock that another may listen, before it has asked the database."""
    row = Row()
    one = listener(row)
    await one._acquire_role()
    row.now += TTL - MARGIN
    async with asyncio.timeout(1):
        await one._renew_role(7)
    assert len(row.taken) == 1


async def test_a_fault_of_the_database_that_lasts_ends_the_listener() -> None:
    """Trying again cannot help: it is raised for whoever supervises, while any other is waited out."""
    row = Row()
    one = listener(row)
    for lasting in (False, True):
        row.fault = StoreError("the database is damaged", lasting=lasting)
        if lasting:
            with pytest.raises(StoreError, match="damaged"):
                await one._acquire_role()
        else:
            assert await one._acquire_role() is None
        row.now += STANDBY


async def test_a_role_that_came_back_under_another_epoch_was_lost_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody else has listened meanwhile: what we were about to do is void."""
    row = Row()
    one = listener(row)
    await one._acquire_role()
    row.epoch = 9
    sleep = asyncio.sleep

    async def asleep(seconds: float) -> None:
        row.now += timedelta(seconds=seconds)
        await sleep(0)

    monkeypatch.setattr("bot.chat.listening.listener.asyncio.sleep", asleep)
    async with asyncio.timeout(1):
        await one._renew_role(7)
    await one._role.leave()
    assert row.dropped == [9]
    assert row.now - START > STANDBY
