"""What owners are told, and readers never: sources that stay broken, fall silent or move, brakes that were pulled.

A notice is an alert without watchlists: it takes the same way through the outbox, so it is as durable, and its number
is a hash of the occasion, so that each is told once, across restarts. It is in the language of the owner who gets it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b

from bot import owner_notices
from bot.errors import QueryError
from bot.i18n import Say, Translator, words
from bot.matching.engine import OmittedQuery
from bot.model import Alert, Chat, DisplayPreferences, Source
from bot.polling import publishing_rhythm, redirects
from bot.polling.poll_source import PollResult
from bot.polling.schedule import GONE, NOTICE_AFTER
from bot.ports.history_store import PersonalQuery
from bot.ports.poll_store import Outcome, PollStore
from bot.urls import redact_url

OURS = timedelta(minutes=10)  # when no other source went well for so long, the outage is ours, not theirs (case 51)

AT_ONCE = timedelta(seconds=30)  # an outage of ours does not end between two polls so close to each other


@dataclass
class Notices:
    """Tells the owners; remembers only which two sources went well last, to tell our outage from theirs.

    `look` returns what a chat has chosen, `home` what the installation has.

    A process that has just begun, such as a tick, may meet the broken ones first: they wait here for its first good
    answer, for a moment.
    """

    store: PollStore
    owners: Sequence[int]
    look: Callable[[int], Awaitable[DisplayPreferences]]
    home: Callable[[], DisplayPreferences]
    _well: dict[str, datetime] = field(default_factory=dict)
    _waiting: list[tuple[Source, Outcome]] = field(default_factory=list)
    _told: set[int] = field(default_factory=set)  # numbers of this process; the store knows those before it

    async def after(self, source: Source, taken: PollResult, now: datetime, *, alone: bool = False) -> None:
        """Tell what a poll showed that an owner should know; `alone` is the only source that there is."""
        outcome = taken.outcome
        if outcome.error is None:
            self._note_well(source.name, now)
            if taken.braked:
                await self._tell_rebuilt(source, taken, now)
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

    async def _tell_learned(self, source: Source, taken: PollResult, now: datetime) -> None:
        """Tell that a source has moved, or has fallen silent for much longer than it usually is."""
        leased, stats = taken.outcome.leased, taken.outcome.stats
        if stats is None:
            return
        url = redact_url(source.url)
        if found := redirects.move(leased.stats, stats, source, redirects.asked(leased, source), now):
            to, adopted, why_not = redact_url(found.to), found.adopted, found.why_not
            await self.tell(
                lambda _: owner_notices.moved(_, source.name, to, adopted=adopted, why_not=why_not),
                lambda _: url,
                ("moved", source.url, found.to),
                now,
            )
        told = leased.polled_at is not None and publishing_rhythm.silence(leased.stats, leased.polled_at) is not None
        if (news := stats.news_at) and (quiet := publishing_rhythm.silence(stats, now)) and not told:
            items = taken.items if taken.outcome.parsed else None
            await self.tell(
                lambda _: owner_notices.silent(_, source.name, quiet),
                lambda _: owner_notices.why_silent(_, url, items, news, stats.lull, now),
                ("silent", source.url, news),
                now,
            )

    async def _tell_rebuilt(self, source: Source, taken: PollResult, now: datetime) -> None:
        await self.tell(
            lambda _: owner_notices.rebuilt(_, source.name, taken.braked, taken.items),
            lambda _: redact_url(source.url),
            ("note", source.url, now.date()),
            now,
        )

    async def _tell_broken(self, source: Source, outcome: Outcome, now: datetime) -> None:
        since, times, again = outcome.leased.polled_at, outcome.leased.failures + 1, outcome.next_due - now
        await self.tell(
            lambda _: owner_notices.fails(_, source.name, outcome.error or ""),
            lambda _: owner_notices.failing(_, redact_url(source.url), times, since, again, now),
            ("fails", source.url, since),
            now,
        )

    async def say(self, headline: Say, text: Say, now: datetime) -> None:
        """Queue a notice whose occasion is what it says: once a day the same, whatever the language."""
        english = words("en")
        await self.tell(headline, text, ("said", headline(english), text(english), now.date()), now)

    async def left_out(self, found: Iterable[tuple[PersonalQuery | None, OmittedQuery]], now: datetime) -> None:
        """Tell of queries that are not looked for: the owners of all, a chat of its own."""
        for own, left in found:
            reason = left.reason
            because = partial(owner_notices.because, reason=reason)
            occasion = ("left out", left.watchlist, left.query, reason.text)
            if own is None:
                headline = partial(owner_notices.left_out, watchlist=left.watchlist, query=left.query)
                await self.tell(headline, because, occasion, now)
                continue
            chat, number = own.chat, own.number
            headline = partial(owner_notices.left_out_there, chat=chat.id, number=number)
            await self.tell(headline, because, occasion, now)
            headline = partial(owner_notices.left_out_here, query=left.query)
            advice = partial(_mending, reason=reason, number=number)
            await self.tell(headline, advice, (*occasion, "here"), now, (chat,))

    async def tell(
        self, headline: Say, text: Say, occasion: tuple[object, ...], now: datetime, to: Sequence[Chat] | None = None
    ) -> None:
        """Queue a notice for every owner, or for these chats, once per occasion."""
        number = int.from_bytes(blake2b(repr(occasion).encode(), digest_size=8).digest()) >> 2
        readers = tuple(map(Chat, self.owners)) if to is None else to
        if number in self._told or not readers:
            return
        alerts = []
        for reader in readers:  # a few
            _ = words((await self.look(reader.id)).language or self.home().language)
            alerts.append(Alert(reader, number, (), headline(_), None, text(_), ()))
        await self.store.queue_notices(tuple(alerts), now)
        self._told.add(number)

    def _just_now(self, now: datetime) -> list[tuple[Source, Outcome]]:
        return [(one, failed) for one, failed in self._waiting if now - failed.polled_at < AT_ONCE]

    def _note_well(self, name: str, now: datetime) -> None:
        """Remember that a source went well now; of all sources, the last two tell whether any other than one did."""
        self._well.pop(name, None)
        self._well[name] = now
        if len(self._well) > 2:  # noqa: PLR2004 - as said
            del self._well[next(iter(self._well))]

    def _others_are_well(self, source: Source, now: datetime) -> bool:
        return any(now - when < OURS for name, when in self._well.items() if name != source.name)


def _mending(_: Translator, reason: QueryError, number: int) -> str:
    return f"{owner_notices.because(_, reason)}. {owner_notices.what_to_do(_, number)}"
