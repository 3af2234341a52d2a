"""What a failed getUpdates means: for how long to step back, and what to say about it.

In comes the error with what came before, out goes a Backoff. No answer of Telegram's ends the listening: even
a refused token is tried again, since one refusal may be a proxy's (cases 22–26).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from bot.errors import DeliveryError

Cause = Literal["token", "webhook", "conflict", "wait", "network"]

REFUSED_FOR: Final = 300.0  # seconds of nothing but refusals after which the token is taken to be revoked
_SELDOM: Final = 600.0  # seconds between two tries with such a token: hammering gets an address banned
_REFUSED: Final = 20.0  # the most before that
_CONFLICT: Final = 30.0  # another program is reading: it gets room to finish
_NETWORK: Final = 30.0  # the most between two tries of a network that is down


@dataclass(frozen=True, slots=True)
class Backoff:
    """`pause` is in seconds, before jitter; `lasting` means that a person has to do something."""

    cause: Cause
    pause: float
    words: str
    lasting: bool = False


def judge_failure(error: DeliveryError, failures: int, refused: float) -> Backoff:
    """Judge an error: the how manyth in a row (from 1), and for how many seconds the token has been refused."""
    text = str(error).casefold()
    backoff = float(2 ** min(failures - 1, 10))
    if error.verdict == "token":
        if refused >= REFUSED_FOR:
            words = (
                f"Telegram refuses the token ({error}): check NEWSWATCH_TELEGRAM_TOKEN, or ask @BotFather for a new one"
            )
            return Backoff("token", _SELDOM, words, lasting=True)
        return Backoff("token", min(backoff, _REFUSED), f"Telegram refused the token ({error}); trying again")
    if "webhook is active" in text:
        return Backoff("webhook", 0.5, "a webhook was set for this bot; it is being removed, its updates are kept")
    if "terminated by other getupdates" in text or "conflict" in text:
        words = (
            "another program reads this bot's updates with the same token, so commands may go unanswered; "
            "alerts go on. Stop the other one, or give this one its own token"
        )
        return Backoff("conflict", _CONFLICT, words)
    if error.verdict == "wait":
        return Backoff("wait", max(1.0, error.retry_after or 1.0), f"Telegram asks for patience ({error})")
    return Backoff("network", min(backoff, _NETWORK), f"no updates from Telegram ({error}); trying again")
