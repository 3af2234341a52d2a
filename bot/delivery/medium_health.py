"""What the answers of late say of the medium and of each chat: who has to wait, and until when. Pure.

Answers come in with the (steady) time, waits come out. What one chat does, alone, never makes another wait: an answer
that never comes, or one that says "wait", is taken for everybody's only when several chats in a row get the like and
nobody gets anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from bot.delivery import retry

DOUBTS = 3  # messages of unknown fate in a row after which a chat waits; chats in a row after which everybody does
SUSPECTED, CERTAIN = 2, 4  # chats in a row that are asked to wait: one is tried a second; then it is the whole bot
PROBE = timedelta(seconds=1)  # between two messages while it is not certain whether everybody is asked to wait
SHORT, PART = 2.0, 6  # seconds, and part of the wait, after which a chat that is not in doubt is tried in an outage
_REMEMBERED = 1000  # chats in doubt


class MediumHealth:
    """Counts answers. Nobody is sent to before `paused_until`; of `resting` no chat is."""

    def __init__(self, now: datetime, chance: Callable[[], float]) -> None:
        """Take a source of random numbers from 0 to 1 that spread the waits."""
        self._chance = chance
        self._unreached = self._refusals = 0
        self._in_doubt: dict[int, int] = {}  # chats, and messages of unknown fate in a row
        self._doubts = 0  # since anybody's last answer, of the chats of `_doubted`
        self._doubted: set[int] = set()
        self._slowed: set[int] = set()  # chats that were asked to wait since anybody's last other answer
        self._rests: dict[int, datetime] = {}
        self.paused_until = now

    def pause(self, until: datetime) -> None:
        """Let everybody wait, at least until then."""
        self.paused_until = max(self.paused_until, until)

    def is_silent(self, chat: int) -> bool:
        """Return whether the last message to this chat was never answered: others go first."""
        return chat in self._in_doubt

    def resting(self, now: datetime) -> Collection[int]:
        """Return the chats that wait because their answers never came."""
        self._rests = {chat: until for chat, until in self._rests.items() if until > now}
        return self._rests.keys()

    def note_answer(self, chat: int) -> None:
        """Note an answer that says neither "wait" nor that the token is wrong: whatever kept everybody is over."""
        self._slowed.clear()
        self.note_contact(chat)

    def note_contact(self, chat: int) -> None:
        """Note any answer of the medium about this chat."""
        self._in_doubt.pop(chat, None)
        self._rests.pop(chat, None)
        self._doubted.clear()
        self._unreached = self._doubts = self._refusals = 0

    def note_doubt(self, chat: int, now: datetime) -> bool:
        """Count a message of unknown fate; return whether the chat has to wait.

        One that gets no answer again and again waits by itself. Where several chats do, and nobody gets an answer, it
        is the medium: they wait longer and longer, and now and then another chat is tried.
        """
        times = self._in_doubt.pop(chat, 0) + 1
        self._in_doubt[chat] = times  # the newest come last
        if len(self._in_doubt) > _REMEMBERED:
            del self._in_doubt[next(iter(self._in_doubt))]
        self._doubted.add(chat)
        self._doubts += 1
        wait = retry.unreached(times - DOUBTS + 1, self._chance()) if times >= DOUBTS else 0.0
        if len(self._doubted) >= DOUBTS and now >= self.paused_until:  # of several under way, the first speaks for all
            outage = retry.unreached(self._doubts - DOUBTS + 1, self._chance())
            self.pause(now + timedelta(seconds=max(min(outage, SHORT), outage / PART)))
            wait = max(wait, outage)
        if wait:
            self._rests[chat] = now + timedelta(seconds=wait)
        return wait > 0

    def note_slowed(self, chat: int, now: datetime, until: datetime) -> bool:
        """Note that a chat is asked to wait until then; return whether everybody is."""
        self._slowed.add(chat)
        everybody = len(self._slowed) >= CERTAIN
        if everybody:
            self.pause(until)
            self._slowed.clear()
        elif len(self._slowed) >= SUSPECTED:
            self.pause(now + PROBE)
        return everybody

    def note_unreached(self, now: datetime) -> bool:
        """Note that there was no connection; return whether that is new."""
        if now < self.paused_until:
            return False
        self._unreached += 1
        self.pause(now + timedelta(seconds=retry.unreached(self._unreached, self._chance())))
        return self._unreached == 1

    def note_refused_token(self, now: datetime) -> bool:
        """Note that the token was refused; return whether that is certain now, once."""
        if now < self.paused_until:
            return False
        self._refusals += 1
        self.pause(now + timedelta(seconds=retry.refused(self._refusals)))
        return self._refusals == len(retry.REFUSED)
