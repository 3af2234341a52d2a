"""Suspension of a chat that refuses messages: why, when it is tried again, what is held, and how it ends. Pure.

A refusal is no verdict on a chat: nights in which a group is closed, a mute, a right that is given back, a person who
has not written yet, and faults of Telegram's own all look like one that lasts. So nothing is given up at once:

| state | what happens | next state |
| --- | --- | --- |
| open | the chat refuses a message, or an answer to a command | suspended; a probe in a minute |
| open | Telegram reports that the bot is out, or may not write | suspended; a mute with an end: a probe when it ends |
| open | many chats refuse alike within minutes (`Refusals`) | open: an outage of Telegram's; they wait for minutes |
| suspended | an alert is queued | suspended; it is held: the 50 newest, for three days |
| suspended | the probe is due, and something is held | probing: one message is sent, a digest where it is old |
| probing | the message is accepted | open; the rest follows, what is old as one digest |
| probing | it is refused again | suspended; the next probe later (`next_probe`) |
| probing | no answer, no connection, 429 | suspended; the probe is made again when that is over |
| suspended | the person writes, an answer is accepted, Telegram reports that we may write | open, at once |
| suspended | many chats refuse alike, and it is one of them | open; it waits |
| suspended | the group gets a new id | open, under that id |
| suspended | three months, and the last probe was refused; `/forget` | forgotten |

A forum topic that refuses is no reason to suspend its chat: General gets its alerts meanwhile, and the topic is tried
again (`next_topic_probe`). General itself has nobody to take over: if it is closed, the chat is.

An edit is no probe: it may be refused where a message is accepted, and accepted where one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.errors import Closure

FIRST: Final = timedelta(minutes=1)  # from the refusal to the first probe
# Between two probes at most. Someone who may not write now may do so in the morning; who blocked the bot, or whose
# chat is not known, mostly writes to it to come back; a chat that put the bot out has to let it in.
LONGEST: Final[Mapping[Closure, timedelta]] = {
    "restricted": timedelta(days=1),
    "unreachable": timedelta(days=1),
    "gone": timedelta(days=7),
}
HOURLY = timedelta(hours=1)  # between two probes of a restricted chat at most, on the first day
HELD_MOST, HELD_FOR = 50, timedelta(days=3)  # alerts of a suspended chat that are kept; what is older is no news
NOT_TOLD = "the chat refused messages for too long"
FOREVER = timedelta(days=366)  # Telegram takes a mute that ends later for one without an end

WITHIN = timedelta(minutes=10)  # refusals of several chats count as one event
MANY, FEW = 5, 3  # chats that refuse alike: so many of some, or so many where no other was told anything
# Of the chats that were sent something since the first of them, the share that has to refuse alike. Rights are taken by
# administrators, one chat at a time; people who have blocked the bot since its last alert are found together.
SHARE: Final[Mapping[Closure, float]] = {"restricted": 0.1, "unreachable": 0.5, "gone": 0.5}
OUTAGE_LONGEST = timedelta(minutes=10)  # between two attempts in an outage at most
OUTAGE_OVER = timedelta(hours=1)  # without a refusal: the next one is another outage
_KEPT = 20_000  # chats that `Refusals` remembers: more than the pace allows within its time
_CODE = re.compile(r"^(bad request|forbidden):\s*|\d+")


def next_probe(closure: Closure, since: datetime, now: datetime, muted_until: datetime | None = None) -> datetime:
    """Return when a chat that was refused now, and is suspended `since` then, is tried again.

    The wait grows with the age of the suspension, so that what lasts twice as long is asked once more. A mute that ends
    is waited for, and no longer.
    """
    if muted_until is not None and now < muted_until <= now + FOREVER:
        return muted_until
    age = max(now - since, timedelta())
    wait = min(age, max(HOURLY, age / 24)) if closure == "restricted" else age
    return now + min(max(wait, FIRST), LONGEST[closure])


def next_topic_probe(reason: str, since: datetime, now: datetime) -> datetime:
    """Return when a topic that refused now, and is lost `since` then, is tried again; General has its alerts meanwhile.

    One that is closed is opened again by a person, who is not to wait for long; one that is gone may be a fault.
    """
    longest = HOURLY if "closed" in reason.casefold() else LONGEST["unreachable"]
    return now + min(max(now - since, FIRST), longest)


def outage_wait(since: datetime, now: datetime) -> timedelta:
    """Return how long a chat waits in an outage that began then."""
    return min(max(now - since, FIRST), OUTAGE_LONGEST)


def alike(reason: str) -> str:
    """Return what refusals of one kind have in common, whatever chat they name."""
    return _CODE.sub("", reason.casefold()).strip()


@dataclass(slots=True)
class Refusals:
    """Which chats took a message lately and which refused one: whether it is them or Telegram. Times are steady."""

    _latest: dict[int, tuple[datetime, str]] = field(default_factory=dict)  # by chat; an empty text = it was accepted
    _outages: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)  # by text: begun, last seen
    _announced: dict[str, datetime] = field(default_factory=dict)  # by text: when the outage began that owners know of

    def note(self, chat: int, now: datetime, reason: str = "") -> None:
        """Note that a chat accepted a message, or why it refused one."""
        if len(self._latest) >= _KEPT:
            self._latest = {one: seen for one, seen in self._latest.items() if now - seen[0] < WITHIN}
        self._latest[chat] = now, alike(reason)

    def is_outage(self, chat: int, reason: str, closure: Closure, now: datetime) -> bool:
        """Return whether this refusal, which was noted, is one of many alike: of chats with people, or of groups."""
        text, sort = alike(reason), chat < 0
        lately = [seen for one, seen in self._latest.items() if (one < 0) == sort and now - seen[0] < WITHIN]
        same = [at for at, said in lately if said == text]
        tried = sum(at >= min(same) for at, _ in lately) if same else 0
        if len(same) < (FEW if len(same) == tried else MANY) or len(same) < SHARE[closure] * tried:
            return False
        began, last = self._outages.get(text, (now, now))
        self._outages[text] = (now if now - last > OUTAGE_OVER else began), now
        return True

    def begun(self, reason: str, now: datetime) -> datetime:
        """Return when the outage began that this refusal belongs to."""
        return self._outages.get(alike(reason), (now, now))[0]

    def announce(self, reason: str) -> bool:
        """Return whether owners are to be told of the outage now: once each."""
        text = alike(reason)
        began = self._outages[text][0]
        is_new = self._announced.get(text) != began
        self._announced[text] = began
        return is_new

    def refused_alike(self, reason: str, now: datetime) -> tuple[int, ...]:
        """Return the chats that refused alike lately."""
        same = alike(reason)
        return tuple(one for one, (at, text) in self._latest.items() if text == same and now - at < WITHIN)
