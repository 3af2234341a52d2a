"""Holding a role, and knowing when it is not certain any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.role_lease import MARGIN, NEEDED, RENEW, STANDBY, TTL, RoleLease
from bot.errors import StoreError
from bot.ports.outbox_store import Role

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@dataclass(slots=True)
class Row:
    """The one row of a database that can be cut off."""

    answer: Callable[[], int | None] = lambda: 7
    taken: list[datetime] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        """Answer as told."""
        assert (role, ttl) == ("sender", TTL)
        self.taken.append(now)
        return self.answer()

    async def release_role(self, role: Role, epoch: int) -> None:
        """Note it."""
        assert role == "sender"
        self.dropped.append(epoch)


def cut_off() -> int:
    """Answer as a database that cannot be reached."""
    raise StoreError("no connection")


async def test_it_is_taken_once_and_renewed_every_five_seconds() -> None:
    """In between, the store is not asked."""
    row = Row()
    role_lease = RoleLease(row, "sender", lambda: START)
    for second in range(11):
        assert await role_lease.keep(START + timedelta(seconds=second)) == 7
    assert row.taken == [START] * 3, "by the wall clock, which stands still here"
    assert role_lease.due(START) == START + 3 * RENEW


async def test_a_standby_asks_twice_a_second() -> None:
    """Until the role is free."""
    row = Row(lambda: None)
    role_lease = RoleLease(row, "sender", lambda: START)
    assert await role_lease.keep(START) is None
    assert not role_lease.certain(START)
    row.answer = lambda: 8
    assert await role_lease.keep(START + STANDBY) == 8
    assert role_lease.certain(START + STANDBY)


async def test_case_79_a_sender_cut_off_from_the_database_stops() -> None:
    """It is certain of the role until shortly before somebody else can have it, and not a moment longer."""
    row = Row()
    role_lease = RoleLease(row, "sender", lambda: START)
    await role_lease.keep(START)
    row.answer = cut_off
    for second in range(5, 18):
        now = START + timedelta(seconds=second)
        assert await role_lease.keep(now) == 7
        assert role_lease.certain(now)
    late = START + TTL - MARGIN
    assert not role_lease.certain(late)
    with pytest.raises(StoreError):
        await role_lease.keep(late)
    assert role_lease.epoch is None
    row.answer = lambda: 9
    assert await role_lease.keep(late + STANDBY) == 9


async def test_case_87_a_clock_set_back_makes_nothing_certain() -> None:
    """The role is renewed at once, and only then relied on."""
    row = Row()
    role_lease = RoleLease(row, "sender", lambda: START)
    await role_lease.keep(START)
    back = START - timedelta(hours=1)
    assert not role_lease.certain(back)
    assert await role_lease.keep(back) == 7
    assert role_lease.certain(back)


async def test_it_is_given_back_at_once() -> None:
    """So that the next one need not wait for its end; once."""
    row = Row()
    role_lease = RoleLease(row, "sender", lambda: START)
    await role_lease.keep(START)
    await role_lease.leave()
    await role_lease.leave()
    assert row.dropped == [7]
    assert role_lease.epoch is None


async def test_what_was_lost_is_asked_for_again() -> None:
    """A lost role is nobody's until it is taken anew."""
    row = Row()
    role_lease = RoleLease(row, "sender", lambda: START)
    await role_lease.keep(START)
    role_lease.lose()
    assert not role_lease.certain(START)
    assert await role_lease.keep(START) == 7
    assert len(row.taken) == 2


async def test_case_77_nothing_is_begun_shortly_before_the_role_may_end() -> None:
    """What is sent usually takes less than what is left; a renewal makes room for more."""
    row = Row()
    role_lease = RoleLease(row, "sender", lambda: START)
    await role_lease.keep(START)
    last = START + TTL - MARGIN - NEEDED
    assert role_lease.has_time(last)
    assert not role_lease.has_time(last + timedelta(seconds=1))
    assert role_lease.certain(last + timedelta(seconds=1))
    await role_lease.keep(last + timedelta(seconds=1))
    assert role_lease.has_time(last + timedelta(seconds=1))


async def test_case_77_what_is_under_way_ends_with_the_role() -> None:
    """A request that hangs is given up while the role is certainly ours, unless the role is renewed meanwhile."""
    role_lease = RoleLease(Row(), "sender", lambda: START)
    await role_lease.keep(START)
    almost_over = START + TTL - MARGIN - timedelta(seconds=0.05)
    with pytest.raises(TimeoutError):
        async with role_lease.limited(almost_over):
            await asyncio.Event().wait()
    async with role_lease.limited(almost_over):
        await role_lease.keep(START + RENEW)
        await asyncio.sleep(0.1)
