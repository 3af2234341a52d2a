"""Tells the readers of a watchlist once a rush that it is unusually busy, with its top stories.

Looked for once a minute, for watchlists with `spike: on`. What is told takes the way of alerts, so that quiet hours,
digests and pauses hold it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from bot.alerts.spike import HISTORY, HOUR, LEAST, REST, Spike, find_spike
from bot.app import Base
from bot.errors import StoreError
from bot.i18n import Translator, words
from bot.model import Alert, Chat, DisplayPreferences, Watchlist
from bot.ports.spike_store import BusyStory, SpikeStore
from bot.process.clock import wall

log = logging.getLogger(__name__)

LOOK = 60.0  # seconds between two looks
TOP = 3  # stories that are named


def make_spike_notices(base: Base) -> SpikeNotices:
    """Return what tells the rushes of this installation's watchlists."""
    store = base.store
    return SpikeNotices(
        store.spikes, lambda: base.current.config().watchlists, store.preferences.read_display, base.home, wall
    )


async def keep_telling_spikes(
    base: Base, stop: asyncio.Event, beat: Callable[[], None], queued: Callable[[], None]
) -> None:
    """Look for rushes once a minute until `stop`; `queued` is called when there is something to send."""
    notices = make_spike_notices(base)
    while not stop.is_set():
        beat()
        try:
            if await notices.tell_spikes():
                queued()
        except StoreError as error:
            log.debug("rushes are not looked for while the database is away", extra={"reason": str(error)})
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await stop.wait()


@dataclass(frozen=True, slots=True)
class SpikeNotices:
    """Finds rushes; `look` returns what a chat has chosen, `home` what the installation has."""

    store: SpikeStore
    watchlists: Callable[[], Sequence[Watchlist]]
    look: Callable[[int], Awaitable[DisplayPreferences]]
    home: Callable[[], DisplayPreferences]
    now: Callable[[], datetime]

    async def tell_spikes(self) -> int:
        """Tell the rushes that have begun; return how many messages were queued."""
        told = 0
        for watchlist in self.watchlists():  # those few that ask for it
            if not watchlist.spike:
                continue
            now = self.now()
            found = await self.store.count_matches(watchlist.id, now, hours=HISTORY + 2, least=LEAST)
            spike = find_spike(found.counts, found.known) if found else None
            if spike is not None:
                alerts = await self._alerts(watchlist, spike, now)
                told += await self.store.tell_rush(watchlist.id, alerts, now, REST)
        return told

    async def _alerts(self, watchlist: Watchlist, spike: Spike, now: datetime) -> tuple[Alert, ...]:
        top = await self.store.find_busy_stories(watchlist.id, now - HOUR, TOP)
        readers = dict.fromkeys((*watchlist.deliver_to, *await self.store.find_readers(watchlist.id)))
        looks = await asyncio.gather(*(self.look(chat.id) for chat in readers))
        occasion = repr(("rush", watchlist.id, now.timestamp())).encode()
        number = int.from_bytes(blake2b(occasion, digest_size=8).digest()) >> 2
        own = self.home().language
        return tuple(
            _alert(words(look.language or own), chat, number, watchlist, spike, top)
            for chat, look in zip(readers, looks, strict=True)
        )


def _alert(
    _: Translator, chat: Chat, number: int, watchlist: Watchlist, spike: Spike, top: Sequence[BusyStory]
) -> Alert:
    return Alert(
        chat=chat,
        story=number,
        watchlists=((watchlist.id, watchlist.title),),
        headline=headline_of(_, spike),
        url=None,
        lead="\n".join(f"• {one.headline}" for one in top),
        evidence=(),
        priority="low" if watchlist.priority == "low" else "normal",
        follow="off",
    )


def headline_of(_: Translator, spike: Spike) -> str:
    """Say how busy a watchlist is."""
    said = _.ngettext(
        "📈 Unusually busy: {number} report in the last hour (usual: {usual})",
        "📈 Unusually busy: {number} reports in the last hour (usual: {usual})",
        spike.matches,
        usual=_.number(round(spike.usual)),
    )
    return str(said)
