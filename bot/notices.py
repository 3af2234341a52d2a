"""What owners are told, and readers never: sources that stay broken, brakes that were pulled, files that are wrong.

A notice is an alert without watchlists: it takes the same way through the outbox, so it is as durable, and its number
is a hash of the occasion, so that each is told once, across restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.model import Alert, Chat, Source
from bot.ports import PollStore
from bot.schedule import NOTICE_AFTER
from bot.turn import Taken
from bot.urls import redacted

OURS = timedelta(minutes=10)  # when no other source went well for so long, the outage is ours, not theirs (case 51)


@dataclass
class Notices:
    """Tells the owners; remembers only when each source last went well, to tell our outage from theirs."""

    store: PollStore
    owners: Sequence[int]
    _well: dict[str, datetime | None] = field(default_factory=dict)

    async def after(self, source: Source, taken: Taken, now: datetime) -> None:
        """Tell what a poll showed that an owner should know."""
        outcome = taken.outcome
        if outcome.error is None:
            self._well[source.name] = now
            if taken.note:
                await self.tell(f"{source.name}: {taken.note}", redacted(source.url), ("note", source.url, now), now)
            return
        self._well.setdefault(source.name, None)
        if outcome.leased.failures + 1 < NOTICE_AFTER or not self._others_are_well(source, now):
            return
        since = outcome.leased.polled_at
        await self.tell(
            f"{source.name} fails: {outcome.error}",
            f"{redacted(source.url)} failed {outcome.leased.failures + 1} times in a row; the last good answer came "
            f"{f'{since:%d %b %H:%M} UTC' if since else 'never'}. It is asked again {_later(outcome.next_due - now)}.",
            ("fails", source.url, since),
            now,
        )

    async def tell(self, headline: str, text: str, occasion: tuple[object, ...], now: datetime) -> None:
        """Queue a notice for every owner, once per occasion."""
        number = int.from_bytes(blake2b(repr(occasion).encode(), digest_size=8).digest()) >> 2
        await self.store.tell(
            tuple(
                Alert(Chat(owner), number, watchlists=(), headline=headline, url=None, lead=text, evidence=())
                for owner in self.owners
            ),
            now,
        )

    def _others_are_well(self, source: Source, now: datetime) -> bool:
        others = [when for name, when in self._well.items() if name != source.name]
        return not others or any(when is not None and now - when < OURS for when in others)


def _later(wait: timedelta) -> str:
    minutes = round(wait.total_seconds() / 60)
    return f"in {minutes} minutes" if minutes > 1 else "within a minute or two"
