"""What must be told: the promise of the bot as a page of plain code, to hold the real thing against.

No clock, no store, no loop: reports seen, wishes changed and messages shown come in with their times, and out go
complaints, each a sentence. `at` is true time in seconds, which never jumps; `wall` is what the machine's clock says.
What the code may decide either way (a wish that changed while an alert waited) is no complaint either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Literal

SOON = 300.0  # seconds in which an alert that nothing holds is told: pace, leases and roles of the dead included
UNREAD = 900.0  # seconds in which a report is read: sources here are asked every minute, and ten at the least
HOUR = 3600.0

Key = tuple[int, int]  # chat, event


@dataclass(frozen=True, slots=True)
class Report:
    """One outlet's report of an event: which watchlists its headline fires, and which other words stand there."""

    event: int
    outlet: str
    lists: frozenset[str]
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat and all that it wishes. A mute is a kind and what is muted; quiet hours are hours of the day in UTC."""

    lists: frozenset[str]
    paused: bool = False
    quiet: tuple[int, int] | None = None
    digest: Literal["hour", "day"] | None = None
    mutes: frozenset[tuple[str, str]] = frozenset()
    gone: bool = False  # put out, or it closed itself to the bot: never told again

    def wants(self, report: Report) -> bool:
        """Return whether this report by itself is to be told: of an unmuted watchlist, outlet, word and story."""
        lists = {name for name in self.lists & report.lists if ("watchlist", name) not in self.mutes}
        silent = {("source", report.outlet), ("story", str(report.event)), *(("word", word) for word in report.words)}
        return not self.gone and bool(lists) and self.mutes.isdisjoint(silent)

    def rests(self, wall: datetime) -> bool:
        """Return whether it is quiet for this reader now."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        return begin <= wall.hour < end if begin < end else not end <= wall.hour < begin


@dataclass(slots=True)
class Promise:
    """Every alert that must be told is told once and soon; what must not be told is not."""

    readers: dict[int, Reader]
    urgent: frozenset[str] = frozenset()  # watchlists that pass quiet hours and digests
    most: int = 1  # messages of a digest: more only when one is full
    seen: dict[int, list[Report]] = field(default_factory=dict)
    wanted: dict[Key, set[Report]] = field(default_factory=dict)  # wanted ever since they were seen
    told: Counter[Key] = field(default_factory=Counter)
    excused: Counter[Key] = field(default_factory=Counter)  # may have come twice: a kill, an answer that never came
    ripe: dict[Key, float] = field(default_factory=dict)  # nothing has held it since then
    disturbed: float = -inf  # the last time that something was wrong: the clock, a process, Telegram
    unread: dict[Report, float] = field(default_factory=dict)  # published, and not read so far, since then
    digests: Counter[tuple[int, int]] = field(default_factory=Counter)  # by chat and hour: messages

    # -- what happens

    def publish(self, report: Report, at: float) -> None:
        """Note a report that an outlet shows from now on."""
        self.unread[report] = at

    def see(self, report: Report, at: float, *, certain: bool = True) -> None:
        """Note that a report was read; not `certain` where it may be taken for old, and may be told or not."""
        self.unread.pop(report, None)
        self.seen.setdefault(report.event, []).append(report)
        for chat, reader in self.readers.items():
            if certain and reader.wants(report):
                key = chat, report.event
                self.wanted.setdefault(key, set()).add(report)
                self.ripe.setdefault(key, at)

    def wish(self, chat: int, at: float, **changes: object) -> None:
        """Change what a reader wishes; what it no longer wants is not owed any more, now or later."""
        reader = self.readers[chat] = replace(self.readers[chat], **changes)  # type: ignore[arg-type]  # by name
        for (one, event), reports in self.wanted.items():
            if one == chat:
                reports.intersection_update([report for report in reports if reader.wants(report)])
                self.ripe[one, event] = max(self.ripe[one, event], at)

    def disturb(self, until: float, chat: int | None = None) -> None:
        """Note what makes alerts late, of one chat or of all: all waits begin anew when it is over."""
        self.disturbed = max(self.disturbed, until)
        for key, since in self.ripe.items():
            if chat in {None, key[0]}:
                self.ripe[key] = max(since, until)
        if chat is None:
            self.unread = {report: max(since, until) for report, since in self.unread.items()}

    def excuse(self, chat: int, events: Iterable[int]) -> None:
        """Note that nobody knows whether these were told: each may come once more."""
        self.excused.update((chat, event) for event in events)

    # -- what is right

    def tell(self, chat: int, events: Iterable[int], at: float, wall: datetime) -> Iterator[str]:
        """Note a new message that tells these events; return what is wrong with it."""
        reader, calm = self.readers[chat], False
        for event in events:
            key = chat, event
            self.told[key] += 1
            calm = calm or not self.is_urgent(key)
            if not any(reader.wants(report) for report in self.seen.get(event, ())):
                yield f"chat {chat} is told of event {event}, which it does not want: {reader}"
            elif reader.paused:
                yield f"chat {chat} is told of event {event} in its pause"
            elif reader.rests(wall) and not self.is_urgent(key) and wall.minute:  # the first minutes are under way
                yield f"chat {chat} is told of event {event} in its quiet hours, at {wall:%H:%M}"
            if self.told[key] > 1 + self.excused[key]:
                yield f"chat {chat} is told of event {event} for the {self.told[key]}. time"
        if reader.digest and calm and at - self.disturbed > 2 * HOUR:
            if wall.minute * 60 > SOON:
                yield f"chat {chat} has digests, and is told of {list(events)} at {wall:%H:%M}"
            slot = chat, int(wall.timestamp() // HOUR)
            self.digests[slot] += 1
            if self.digests[slot] > self.most:
                yield f"chat {chat} gets the {self.digests[slot]}. message of one digest"

    def late(self, at: float, wall: datetime) -> Iterator[str]:
        """Return what has not been read or told, although nothing has held it for longer than there is a reason."""
        for report, since in self.unread.items():
            if at - since > UNREAD:
                yield f"{report} is not read after {at - since:.0f} s"
        for key, reports in self.wanted.items():
            chat, event = key
            reader = self.readers[chat]
            if self.told[key] or not reports:
                continue
            calm = not self.is_urgent(key)
            if reader.paused or (calm and reader.rests(wall)):
                self.ripe[key] = at
            wait = {"hour": HOUR, "day": 24 * HOUR, None: 0.0}[reader.digest if calm else None] + SOON
            if at - self.ripe[key] > wait:
                yield f"chat {chat} is not told of event {event} after {at - self.ripe[key]:.0f} s: {reader}"

    def owed(self) -> bool:
        """Return whether anything is still to be read or told."""
        return bool(self.unread) or any(reports and not self.told[key] for key, reports in self.wanted.items())

    def is_urgent(self, key: Key) -> bool:
        """Return whether the story breaks into quiet hours: its first report fired an urgent watchlist of the chat."""
        chat, event = key
        lists = self.readers[chat].lists
        return any(self.urgent & lists & report.lists for report in self.seen.get(event, ()))
