"""What can go wrong, and what a loop or a person is to do about it.

Adapters translate the errors of their libraries into these; nothing above them knows a library's own. A message
is written for the reader it reaches: what happened, where, and what to do.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal


class Exit(IntEnum):
    """The exit codes of every verb (the specification, section 6)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DEADLINE = 4


class BotError(Exception):
    """An expected fault: one clear line, never a traceback."""

    exit_code = Exit.FAILED


class ConfigError(BotError):
    """Settings or watchlists.yaml are wrong. `problems` holds a line each, ready to print."""

    exit_code = Exit.USAGE

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ConflictError(ConfigError):
    """watchlists.yaml was changed by somebody else since it was read: nothing was written, look at it and try again."""


class UnwritableError(ConfigError):
    """watchlists.yaml cannot be written, as on a read-only mount; the problems say what to write by hand."""


class QueryError(BotError):
    """A keyword expression cannot be understood. `column` counts characters from 1 within the expression.

    `text` and the `values` of its {names} say the same in other languages (`Words.again`).
    """

    exit_code = Exit.USAGE

    def __init__(self, text: str, column: int = 1, **values: object) -> None:
        super().__init__(text.format(**values) if values else text)
        self.column, self.text, self.values = column, text, values


class FetchError(BotError):
    """A page or feed could not be had. `retry_after` is in seconds from now, None where the server named none.

    `unreached` is True where nobody answered: the server's fault or that of our own network, which look the same.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, status: int | None = None, unreached: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.status = status
        self.unreached = unreached


class ParseError(BotError):
    """Bytes came, but no items can be taken from them: nothing may be marked seen or forgotten for it."""


class StoreError(BotError):
    """The database cannot be used. `lasting` is True where trying again cannot help (corrupt, newer, refused)."""

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting


class StaleLeaseError(StoreError):
    """Somebody else holds the lease by now: the result of this worker is thrown away."""


Verdict = Literal[
    "wait",  # 429: this chat waits `retry_after` seconds
    "unsent",  # the request certainly never left (no connection): try again, no attempt counted
    "unknown",  # it may have been accepted (time-out after writing, 502 without JSON): try again later
    "suspend",  # the chat takes no messages now: hold its alerts, and try it again from time to time
    "migrate",  # the group has a new id: `chat`
    "topic",  # the forum topic is gone: fall back to General
    "plain",  # the markup was refused: once more as plain text
    "shrink",  # too long, a button or preview refused: once more without the extras
    "stale",  # the message to edit is gone
    "token",  # the token is refused: stop sending, tell the operator
    "retry",  # none of these: try a few times, then dead
]


# Why a chat takes no message: the bot is there and may not write; there is no way to it; it is there no more.
Closure = Literal["restricted", "unreachable", "gone"]


class DeliveryError(BotError):
    """A message was not accepted. `verdict` says what that means, `bot.delivery.loop` decides what to do.

    `closure` is of the verdict `suspend`.
    """

    def __init__(
        self,
        reason: str,
        verdict: Verdict,
        *,
        retry_after: float | None = None,
        chat: int | None = None,
        closure: Closure = "unreachable",
    ) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.retry_after = retry_after
        self.chat = chat
        self.closure = closure


# Why a model gave no answer: no time was left, it refused or failed, what it says cannot be read, the day's tokens are
# spent, or it failed so often that it is left alone for a while.
ModelFault = Literal["late", "failed", "unreadable", "budget", "resting"]


class ModelError(BotError):
    """A language model gave no answer that can be used; whoever asked goes on without. `retry_after` is in seconds.

    `status` is that of the HTTP answer, None where there was none; a `passing` fault may be over at the next try.
    """

    def __init__(
        self,
        reason: str,
        fault: ModelFault = "failed",
        *,
        retry_after: float | None = None,
        status: int | None = None,
        passing: bool = False,
    ) -> None:
        super().__init__(reason)
        self.fault = fault
        self.retry_after = retry_after
        self.status = status
        self.passing = passing


class OutputError(BotError):
    """An output did not take a message. `retry_after` is in seconds from now, None where none was named.

    `ended`: the receiver wants no more, ever. `alone`: the fault is this message's, not the output's.
    """

    def __init__(
        self, reason: str, *, retry_after: float | None = None, ended: bool = False, alone: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.ended = ended
        self.alone = alone
