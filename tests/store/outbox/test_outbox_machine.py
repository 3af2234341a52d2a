"""The outbox under any order of events: nothing is lost, nothing is told twice without a crash in between."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.errors import StaleLeaseError
from bot.model import Alert, Chat, Delivery, Source, Validators
from bot.ports.outbox_store import Dead, Later, Sent
from bot.ports.poll_store import Outcome, Turn
from bot.store.leases.process_identity import this_process
from bot.store.leases.role_repository import RESULTS
from bot.store.repository import Store, open_store

CHATS, STORIES = st.integers(1, 3), st.integers(1, 4)
TTL = timedelta(minutes=1)


class Outbox(RuleBasedStateMachine):
    """Senders that take turns, crash and come back late, against a plain model of what chats have been told."""

    def __init__(self) -> None:
        """Open a fresh database with one sender."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="nwout"))
        self.stack = AsyncExitStack()
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.queued: set[tuple[int, int]] = set()
        self.told: dict[tuple[int, int], int] = {}  # accepted first messages, and what a crash made of them
        self.edits: set[tuple[int, int]] = set()  # rows whose reader lacks a report
        self.ended: set[tuple[int, int]] = set()
        self.crashes = 0
        self.held: list[tuple[Delivery, int]] = []  # of the present sender
        self.late: list[tuple[Delivery, int]] = []  # of senders that are over
        self.store = self.run(self.open())
        self.epoch = self.take()

    def run(self, what: Any) -> Any:
        """Run one step of the real thing."""
        return self.runner.run(what)

    async def open(self) -> Store:
        """Open the database as another worker."""
        holder = replace(this_process(), boot="elsewhere")
        store = await open_store(f"sqlite:///{self.folder}/n.db", migrate=True, holder=holder)
        return await self.stack.enter_async_context(store)

    def take(self) -> int:
        """Become the sender, when the former one's time is over."""
        self.now += 2 * TTL
        epoch = self.run(self.store.outbox.take_role("sender", self.now, TTL))
        assert epoch is not None
        return int(epoch)

    @rule(chat=CHATS, story=STORIES, urgent=st.booleans())
    def queue(self, chat: int, story: int, urgent: bool) -> None:
        """Queue an alert; a chat that has the story already gets none."""
        alert = Alert(Chat(chat), story, (), "H", None, "L", (), "urgent" if urgent else "normal")
        new = self.run(self.store.polls.queue_notices([alert], self.now))
        assert new == ((chat, story) not in self.queued)
        self.queued.add((chat, story))

    @rule(limit=st.integers(1, 5), share=st.none() | st.integers(1, 2))
    def claim(self, limit: int, share: int | None) -> None:
        """Claim; nothing that is held, told and up to date, or ended comes."""
        some = self.run(
            self.store.outbox.claim(self.epoch, self.now, limit=limit, ttl=timedelta(days=1), per_chat=share)
        )
        held = {row(one) for one, _ in self.held}
        for one in some:
            assert row(one) not in held | self.ended
            assert (one.message is None) == (row(one) not in self.told)
            assert one.message is None or row(one) in self.edits
            self.held.append((one, self.epoch))
        if not some:
            assert {*self.queued} - self.ended - held <= {key for key in self.told if key not in self.edits}

    @precondition(lambda self: self.held)
    @rule(result=st.sampled_from(["sent", "later", "dead"]), data=st.data())
    def settle(self, result: str, data: st.DataObject) -> None:
        """End an attempt."""
        one, epoch = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        ends = {"sent": Sent(one.message or one.id), "later": Later(self.now, "busy"), "dead": Dead("refused")}
        self.run(self.store.outbox.settle([one], epoch, ends[result], self.now))
        if result == "sent":
            self.accept(one)
        elif result == "dead":
            self.edits.discard(row(one))
            if one.message is None:
                self.ended.add(row(one))
            else:
                self.told[row(one)] = -1  # it can be edited no more

    def accept(self, one: Delivery) -> None:
        """Note a message that counts as delivered."""
        self.told.setdefault(row(one), one.id)
        self.edits.discard(row(one))

    @precondition(lambda self: self.held)
    @rule()
    def give_back(self) -> None:
        """Give back what was claimed and not tried."""
        self.run(self.store.outbox.release([one for one, _ in self.held], self.epoch))
        self.held.clear()

    @rule(story=STORIES)
    def join(self, story: int) -> None:
        """Let a report join: what was sent is due for an edit."""

        async def write() -> None:
            await self.store.polls.sync_sources([Source("s", "https://s.example/", "s")], self.now)
            (leased,) = await self.store.polls.lease_sources(self.now, limit=1, ttl=TTL)
            async with self.store.polls.open_recording(leased) as recording:
                await recording.write_poll(Turn(Outcome(leased, self.now, self.now, Validators()), joined=(story,)))

        self.give_back_quietly()
        self.run(write())
        self.edits |= {key for key, message in self.told.items() if key[1] == story and message != -1}

    def give_back_quietly(self) -> None:
        """Have nothing in flight, so that the model need not follow revisions."""
        self.run(self.store.outbox.release([one for one, _ in self.held], self.epoch))
        self.held.clear()

    @rule()
    def crash(self) -> None:
        """Let the sender vanish with what it holds; a new one takes over under a higher epoch."""
        self.late += self.held
        self.held = []
        self.store = self.run(self.open())
        before, self.epoch = self.epoch, self.take()
        assert self.epoch == before + 1
        self.now += RESULTS  # what the former one still held is free

    @precondition(lambda self: self.late)
    @rule()
    def come_late(self) -> None:
        """Let a sender that was thought dead report a success: it counts unless its row was claimed anew."""
        one, epoch = self.late.pop()
        claimed_anew = row(one) in {row(other) for other, _ in self.held}
        try:
            self.run(self.store.outbox.settle([one], epoch, Sent(one.message or one.id), self.now))
            raise AssertionError
        except StaleLeaseError:
            pass
        state, shown, wanted = self.on_record(one)
        if not claimed_anew and state == "sent" and shown == one.revision:
            self.accept(one)
            if wanted > shown:  # a report joined while it was away
                self.edits.add(row(one))

    def on_record(self, one: Delivery) -> tuple[str, int, int]:
        """Ask the database what has become of the row: its state, the revision shown, and the one wanted."""

        async def ask() -> Any:
            async with self.store.database.read() as connection:
                its = f"SELECT state, shown, wanted FROM outbox WHERE id = {one.id}"  # noqa: S608 - a number
                return (await connection.exec_driver_sql(its)).one()

        state, shown, wanted = self.run(ask())
        return state, shown, wanted

    @invariant()
    def nothing_is_lost(self) -> None:
        """Check that what was queued is told, ended or waiting."""
        waiting, _ = self.run(self.store.outbox.count_waiting(self.now))
        open_rows = {
            key for key in self.queued if key not in self.ended and (key not in self.told or key in self.edits)
        }
        assert waiting == len(open_rows)

    def teardown(self) -> None:
        """Close every worker."""
        self.run(self.stack.aclose())
        self.runner.close()
        shutil.rmtree(self.folder)


def row(one: Delivery) -> tuple[int, int]:
    """Return what an alert is known by."""
    return one.alert.chat.id, one.alert.story


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(deadline=None, max_examples=10, stateful_step_count=20)
