"""Holding a role: who alone may send, or listen, for the token, and for how long that is certain.

A row lease with an epoch: taken, renewed, given back. Whoever cannot renew it is not certain of it any more before
somebody else can have it, and has to stop. Two clocks are handed in (see `clock`): the steady one says when to renew
and what is certain, the wall clock is for the row, which other instances read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import StoreError
from bot.ports.outbox_store import Role

TTL, RENEW, MARGIN = timedelta(seconds=20), timedelta(seconds=5), timedelta(seconds=2)
STANDBY = timedelta(seconds=0.5)  # between two attempts to get it
# What is begun under the role (a send, usually answered within a second) has at least so long before it must end.
NEEDED = timedelta(seconds=5)


class Roles(Protocol):
    """The store's part in it; DeliverStore fulfils it."""

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        """See DeliverStore."""
        ...

    async def release_role(self, role: Role, epoch: int) -> None:
        """See DeliverStore."""
        ...


class RoleLease:
    """One role of this process. `epoch` is None while it is not ours."""

    def __init__(self, store: Roles, role: Role, wall: Callable[[], datetime]) -> None:
        self._store = store
        self._wall = wall
        self._role: Role = role
        self._since: datetime | None = None
        self._next: datetime | None = None
        self._limits: set[asyncio.Timeout] = set()  # of what is under way
        self.epoch: int | None = None

    async def keep(self, now: datetime) -> int | None:
        """Take the role, or renew it when that is due (`now` is steady); return the epoch, None while another has it.

        A store that fails is passed over for as long as the role is certainly ours, then its StoreError is raised.
        """
        if self._next is not None and self._next - RENEW <= now < self._next:
            return self.epoch
        try:
            self.epoch = await self._store.take_role(self._role, self._wall(), TTL)
        except StoreError:
            self._next = now + STANDBY
            if self.certain(now):
                return self.epoch
            self.epoch = None
            raise
        self._since = now
        self._next = now + (STANDBY if self.epoch is None else RENEW)
        if self.epoch is not None:
            for limit in (one for one in self._limits if not one.expired()):
                limit.reschedule(asyncio.get_running_loop().time() + self.seconds_left(now))
        return self.epoch

    def certain(self, now: datetime) -> bool:
        """Return whether nobody else can have the role now; False as well after the clock was set back."""
        return self.epoch is not None and self._since is not None and self._since <= now and self.seconds_left(now) > 0

    def has_time(self, now: datetime) -> bool:
        """Return whether what is begun now may take as long as it usually does under the role."""
        return self.certain(now) and self.seconds_left(now) >= NEEDED.total_seconds()

    def seconds_left(self, now: datetime) -> float:
        """Return for how many seconds the role is certain, unless it is renewed."""
        return 0.0 if self._since is None or self.epoch is None else (self._since + TTL - MARGIN - now).total_seconds()

    @asynccontextmanager
    async def limited(self, now: datetime) -> AsyncIterator[None]:
        """End what is done inside with a TimeoutError when the role is not certain any more.

        Every renewal meanwhile puts that off, under whichever epoch: who lost it in between is told so by the store.
        """
        async with asyncio.timeout(max(self.seconds_left(now), 0.0)) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)

    def due(self, now: datetime) -> datetime:
        """Return when `keep` has something to do."""
        return now if self._next is None else self._next

    def lose(self) -> None:
        """Note that somebody else has the role."""
        self.epoch = None
        self._next = None

    async def leave(self) -> None:
        """Give the role back at once; a store that fails lets it end by itself."""
        epoch, self.epoch, self._next = self.epoch, None, None
        if epoch is not None:
            try:
                await self._store.release_role(self._role, epoch)
            except StoreError:
                return
