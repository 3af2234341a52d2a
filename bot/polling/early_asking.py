"""Who is asked early because another outlet tells a story: the others are likely to tell it soon. Pure but for memory.

The sources that the same watchlists read are awaited for WINDOW from then on. Whoever is not due within half of its own
pace is asked then, and as long as it is awaited a quiet source is asked at its own pace, not more rarely. That is worth
most where it costs least: at sources that were slowed down (bench/early.py has the numbers). A budget bounds the cost:
every poll adds a share of one to it, every poll that is brought forward takes one. Clocks are handed in; nothing is
stored: a restart forgets who is awaited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from bot.model import Source, Watchlist
from bot.ports.history_store import PERSONAL

WINDOW = timedelta(minutes=30)  # half of the outlets that follow have followed by then
SOON = 0.5  # of the pace of a source, after which it is asked
SHARE = 0.5  # of all polls that may be brought forward: that is a tenth more requests, as most were due soon
MOST = 50.0  # polls that the budget holds: a rush after a quiet night is not for free


def find_followers(
    teller: Source, told: Collection[str], watchlists: Mapping[str, Watchlist], sources: Mapping[str, Source]
) -> tuple[Source, ...]:
    """Return the other sources that are read by the watchlists that fired on this one's items (`told`).

    Of a watchlist that reads everything those that share a tag with it, where it has any. Chats' queries await nobody.
    """
    found: dict[str, Source] = {}
    for watchlist in (watchlists[name] for name in told if name in watchlists and not name.startswith(PERSONAL)):
        wanted = set(watchlist.sources or teller.tags)
        for source in sources.values():
            if source.name != teller.name and (not wanted or not wanted.isdisjoint({source.name, *source.tags})):
                found[source.name] = source
    return tuple(found.values())


class EarlyAsking:
    """Remembers which sources are awaited, and what is left of the budget; one for a process."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}  # by source: awaited until then
        self._unwilling: set[str] = set()
        self._budget = 0.0

    def note_story(self, teller: Source, others: Iterable[Source], now: datetime) -> tuple[Source, ...]:
        """Return the sources that are to be asked soon because this one tells a story (`SOON`)."""
        self._until = {name: until for name, until in self._until.items() if until > now and name != teller.name}
        awaited = tuple(other for other in others if other.name not in self._unwilling)
        new = tuple(other for other in awaited if other.name not in self._until)
        self._until |= {other.name: now + WINDOW for other in awaited}
        return new[: max(int(self._budget), 0)]

    def charge(self, moved: int) -> None:
        """Note how many of them were not due sooner anyway."""
        self._budget -= moved

    def next_due(self, source: Source, due: datetime, now: datetime, *, willing: bool = True) -> datetime:
        """Return when a source that was polled now is due: not later than its own pace while it is awaited.

        One that is not `willing` fails, says itself how rarely it wants to be asked, or has a hub that sends its news.
        """
        self._budget = min(self._budget + SHARE, MOST)
        if not willing:
            self._unwilling.add(source.name)
            return due
        self._unwilling.discard(source.name)
        at_pace = now + source.every
        if at_pace >= due or self._until.get(source.name, now) <= at_pace or self._budget < 1:
            return due
        self._budget -= 1
        return at_pace
