"""Who may do what: rules without I/O, and what is remembered for a while.

In comes what is known about who asks, out goes "yes", "ask" (whether they administer the group decides, and nobody
has looked yet) or the reason of a refusal. A look that fails never counts as a yes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from bot.chat.listening.updates import MASKS
from bot.chat.messages import Mask

Access = Literal["closed", "open"]
Need = Literal["read", "change", "own"]
Refusal = Literal["closed", "ownerless", "owners", "administrators", "as_group", "as_channel", "unsure", "hidden"]
Pass = Literal["go", "notice", "drop"]

ADMINISTRATOR_FOR = 30.0  # seconds that a look at the group's administrators holds; the limit promised is 60
RATE_BURST = 10  # commands one user may write at once …
RATE_REFILL = 2.0  # … and one more every so many seconds
NOTICE_WINDOW = 3600.0  # seconds between two notices to the owners about one chat
NOTICES = 20  # notices to the owners in that time: enough for a newsroom that moves in, too few for a flood
NOTICES_OF_ONE_USER = 5  # of these by one user: made-up chats cost nothing, accounts do
_REMEMBERED = 5000  # users, or looks, kept in memory; the oldest go first

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about who asks, and where."""

    owner: bool
    owned: bool  # the installation has owners at all
    admitted: bool  # the chat may use the bot: access is open, or an owner has admitted it
    private: bool
    mask: Mask = ""
    administrator: bool | None = None  # of the group; None = nobody has looked


def decide_access(need: Need, standing: Standing) -> Literal["yes", "ask"] | Refusal:
    """Return whether they may read, change what the chat is notified, or do what only owners do."""
    if standing.owner:
        return "yes"
    if not standing.admitted:
        return "closed" if standing.owned else "ownerless"
    if need == "own":
        return "owners"
    return "yes" if need == "read" or standing.private else _change(standing)


def _change(standing: Standing) -> Literal["yes", "ask"] | Refusal:
    if standing.mask:
        return "as_group" if standing.mask == "group" else "as_channel"
    if standing.administrator is None:
        return "ask"
    return "yes" if standing.administrator else "administrators"


def is_owner(user: int | None, owners: frozenset[int]) -> bool:
    """Return whether this is an owner. Ids that many people share never are, whatever the settings say."""
    return user in owners and user not in MASKS


def owner_ids(owners: frozenset[int]) -> list[int]:
    """Return the ids of those who are owners, sorted."""
    return sorted(owner for owner in owners if is_owner(owner, owners))


class Administrators:
    """Looks up who administers a group, and remembers it for at most `ADMINISTRATOR_FOR` seconds."""

    def __init__(self, is_administrator: Callable[[int, int], Awaitable[bool]], clock: Callable[[], float]) -> None:
        """Take what asks Telegram about (chat, user), which may raise BotError, and a monotonic clock in seconds."""
        self._is_administrator = is_administrator
        self._clock = clock
        self._known: OrderedDict[tuple[int, int], tuple[bool, float]] = OrderedDict()

    async def includes(self, chat: int, user: int) -> bool:
        """Return whether the user administers the group."""
        known = self._known.get((chat, user))
        if known and self._clock() - known[1] < ADMINISTRATOR_FOR:
            return known[0]
        asked_at = self._clock()
        answer = await self._is_administrator(chat, user)
        self._known[chat, user] = (answer, asked_at)
        _shrink(self._known)
        return answer

    def forget(self, chat: int) -> None:
        """Look again next time: something about our place in the group has changed."""
        for key in [key for key in self._known if key[0] == chat]:
            del self._known[key]


class RateLimiter:
    """Limits the commands of each user by a token bucket; one notice when it is empty, then silence."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a monotonic clock in seconds."""
        self._clock = clock
        self._buckets: OrderedDict[int, tuple[float, float, bool]] = OrderedDict()  # left, as of, was notified

    def take(self, user: int) -> Pass:
        """Return what to do with one more command of this user."""
        now = self._clock()
        left, since, notified = self._buckets.get(user, (float(RATE_BURST), now, False))
        left = min(float(RATE_BURST), left + (now - since) / RATE_REFILL)
        step: Pass = "go" if left >= 1 else "drop" if notified else "notice"
        # Notified until half of the bucket is back: somebody who goes on at that rate hears it once.
        notified = step == "notice" or (notified and left < RATE_BURST / 2)
        self._buckets[user] = (left - 1 if step == "go" else left, now, notified)
        self._buckets.move_to_end(user)
        _shrink(self._buckets)
        return step


class AdmissionNotifier:
    """Limits notices to the owners about chats that ask for access: by chat, by the user who acts, and in all."""

    def __init__(self, clock: Callable[[], float], owners: frozenset[int]) -> None:
        """Take a monotonic clock in seconds, and the owners: one who adds the bot to many channels may."""
        self._clock = clock
        self._owners = owners
        self._notified: OrderedDict[int, tuple[float, int]] = OrderedDict()  # chat → when, by whom; oldest first

    def take_notice(self, chat: int, user: int | None) -> bool:
        """Return whether the owners are to be asked about the chat, and note that they are.

        Once in `NOTICE_WINDOW` seconds for one chat, `NOTICES_OF_ONE_USER` times for one user, `NOTICES` times in all.
        Those who do not show who they are (a mask, no user) count as one user: they can ask again with their own name.
        """
        now, origin = self._clock(), 0 if user in MASKS or user is None else user
        while self._notified and now - next(iter(self._notified.values()))[0] >= NOTICE_WINDOW:
            self._notified.popitem(last=False)
        if chat in self._notified or len(self._notified) >= NOTICES:
            return False
        of_user = sum(by == origin for _, by in self._notified.values())
        if of_user >= NOTICES_OF_ONE_USER and not is_owner(user, self._owners):
            return False
        self._notified[chat] = (now, origin)
        return True


def _shrink(memory: OrderedDict[_Key, _Value]) -> None:
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)
