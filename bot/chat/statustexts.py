"""What /status says: the installation at a glance, in words.

In comes a Status, out goes HTML like that of `bot.chat.texts`. Nothing is asked or decided here.
"""

from __future__ import annotations

from datetime import datetime

from bot.chat.texts import fit, safe
from bot.ports.chat import SourceStatus, Status

_REASON = 200  # UTF-16 units of one reason


def glance(status: Status, now: datetime, subscriptions: int) -> str:
    """Say to anybody whether the bot is watching."""
    polled = [source.polled_at for source in status.sources if source.polled_at]
    last = f"the last poll was {ago(max(polled), now)}" if polled else "nothing was polled yet"
    here = "one subscription" if subscriptions == 1 else f"{subscriptions} subscriptions"
    return f"👀 Watching {_count(len(status.sources), 'source')}; {last}. This chat has {here}."


def report(status: Status, now: datetime) -> str:
    """Say to an owner how the installation is doing."""
    failing = [source for source in status.sources if source.error]
    due = min((source.next_due for source in status.sources), default=None)
    polled = max((source.polled_at for source in status.sources if source.polled_at), default=None)
    dead = sum(count for _, count in status.dead)
    lines = [
        f"👀 <b>{_count(len(status.sources), 'source')}</b>, {len(failing)} with errors",
        f"Last poll {ago(polled, now) if polled else 'never'}, next {_until(due, now) if due else 'never'}",
        f"📮 Outbox: {status.waiting} waiting, {status.sent} sent, {dead} given up",
        *(f"  ✖️ {count} × {safe(reason, _REASON)}" for reason, count in status.dead),
    ]
    if failing:
        lines += ["", "<b>Sources with errors</b>", *(_failure(source, now) for source in failing)]
    if status.suspended:
        lines += ["", "<b>Chats that cannot be told</b>"]
        lines += [f"🔕 <code>{chat}</code>: {safe(reason, _REASON)}" for chat, reason in status.suspended]
    return fit(lines)


def privately() -> str:
    """Point an owner in a group to the whole report."""
    return "Write /status in our private chat for the details."


def _failure(source: SourceStatus, now: datetime) -> str:
    times = f", {source.failures} times in a row" if source.failures > 1 else ""
    again = _until(source.next_due, now)
    return f"⚠️ <b>{safe(source.name)}</b>: {safe(source.error or '', _REASON)}{times}; next try {again}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago that was."""
    return "just now" if (now - then).total_seconds() < 1 else f"{_span((now - then).total_seconds())} ago"


def _until(then: datetime, now: datetime) -> str:
    return "now" if (then - now).total_seconds() < 1 else f"in {_span((then - now).total_seconds())}"


def _span(seconds: float) -> str:
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"
