"""What owners are told, and readers never: sources that stay broken, fall silent or move, brakes that were pulled.

A notice is an alert without watchlists: it takes the same way through the outbox, so it is as durable, and its number
is a hash of the occasion, so that each is told once, across restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.model import Alert, Chat, Source
from bot.polling import moving, rhythm
from bot.polling.schedule import GONE, NOTICE_AFTER
from bot.polling.turn import Taken
from bot.ports.polling import Outcome, PollStore
from bot.urls import redacted

OURS = timedelta(minutes=10)  # when no other source went well for so long, the outage is ours, not theirs (case 51)

AT_ONCE = timedelta(seconds=30)  # an outage of ours does not end between two polls so close to each other


@dataclass
class Notices:
    """Tells the owners; remembers only when each source last went well, to tell our outage from theirs.

    A process that has just begun, such as a tick, may meet the broken ones first: they wait here for its first good
    answer, for a moment.
    """

    store: PollStore
    owners: Sequence[int]
    _well: dict[str, datetime] = field(default_factory=dict)
    _waiting: list[tuple[Source, Outcome]] = field(default_factory=list)
    _told: set[int] = field(default_factory=set)  # numbers of this process; the store knows those before it

    async def after(self, source: Source, taken: Taken, now: datetime, *, alone: bool = False) -> None:
        """Tell what a poll showed that an owner should know; `alone` is the only source that there is."""
        outcome = taken.outcome
        if outcome.error is None:
            self._well[source.name] = now
            if taken.note:
                await self.tell(f"{source.name}: {taken.note}", redacted(source.url), ("note", source.url, now), now)
            await self._tell_learned(source, taken, now)
            waiting, self._waiting = self._just_now(now), []
            for one, failed in waiting:
                await self._tell_broken(one, failed, now)
        elif taken.status == GONE:
            await self._tell_broken(source, outcome, now)
        elif outcome.leased.failures + 1 >= NOTICE_AFTER:
            if alone or self._others_are_well(source, now):
                await self._tell_broken(source, outcome, now)
            elif not self._well:
                self._waiting = [*self._just_now(now), (source, outcome)]

    async def _tell_learned(self, source: Source, taken: Taken, now: datetime) -> None:
        """Tell that a source has moved, or has fallen silent for much longer than it usually is."""
        leased, habits = taken.outcome.leased, taken.outcome.habits
        if habits is None:
            return
        if found := moving.move(leased.habits, habits, source, moving.asked(leased, source), now):
            occasion = ("moved", source.url, found.to)
            await self.tell(f"{source.name} {moving.words(found)}", redacted(source.url), occasion, now)
        if habits.news_at and (quiet := rhythm.silence(habits, now)):
            usual = f"; usually {_span(habits.lull)} pass at most" if habits.lull else ""
            await self.tell(
                f"{source.name} has brought nothing new for {_span(quiet)}",
                f"{redacted(source.url)} answers without an error. {_why_silent(taken)} The last news came "
                f"{habits.news_at:%d %b %H:%M} UTC{usual}.",
                ("silent", source.url, habits.news_at),
                now,
            )

    async def _tell_broken(self, source: Source, outcome: Outcome, now: datetime) -> None:
        since = outcome.leased.polled_at
        await self.tell(
            f"{source.name} fails: {outcome.error}",
            f"{redacted(source.url)} failed {outcome.leased.failures + 1} times in a row; the last good answer came "
            f"{f'{since:%d %b %H:%M} UTC' if since else 'never'}. "
            f"It is asked again in {_span(outcome.next_due - now)}.",
            ("fails", source.url, since),
            now,
        )

    async def tell(self, headline: str, text: str, occasion: tuple[object, ...], now: datetime) -> None:
        """Queue a notice for every owner, once per occasion."""
        number = int.from_bytes(blake2b(repr(occasion).encode(), digest_size=8).digest()) >> 2
        if number in self._told or not self.owners:
            return
        await self.store.tell(
            tuple(
                Alert(Chat(owner), number, watchlists=(), headline=headline, url=None, lead=text, evidence=())
                for owner in self.owners
            ),
            now,
        )
        self._told.add(number)

    def _just_now(self, now: datetime) -> list[tuple[Source, Outcome]]:
        return [(one, failed) for one, failed in self._waiting if now - failed.polled_at < AT_ONCE]

    def _others_are_well(self, source: Source, now: datetime) -> bool:
        return any(now - when < OURS for name, when in self._well.items() if name != source.name)


def _why_silent(taken: Taken) -> str:
    if not taken.outcome.parsed:
        return "What it answers does not change."
    return f"It shows {taken.items} items, all of them known." if taken.items else "Its feed is empty."


def _span(length: timedelta) -> str:
    """Return a length of time in words, in the unit that leaves two digits or so."""
    minutes = max(1, round(length.total_seconds() / 60))
    for count, unit in ((minutes // 1440, "days"), (minutes // 60, "hours"), (minutes, "minutes")):
        if count > 1:
            return f"{count} {unit}"
    return "a minute"
