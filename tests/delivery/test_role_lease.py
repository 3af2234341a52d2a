"""Holding a role, and knowing when it is not certain any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.role_lease import MARGIN, RENEW, STANDBY, TTL, RoleLease
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


async def test_a_standby_asks_every_second() -> None:
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
