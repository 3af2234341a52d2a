"""What /status says: the installation at a glance, in words.

In comes a Status, out goes HTML like that of `bot.chat.texts.basics`. Nothing is asked or decided here.
"""

from __future__ import annotations

from datetime import datetime

from bot.chat.texts.basics import fit, safe
from bot.i18n import Translator
from bot.ports.chat_store import SourceStatus, Status
from bot.ports.output_store import OutputCounts

_REASON = 200  # UTF-16 units of one reason
_NAMED = 10  # paused sources


def glance(_: Translator, status: Status, now: datetime, subscriptions: int) -> str:
    """Say to anybody whether the bot is watching."""
    polled = [source.polled_at for source in status.sources if source.polled_at]
    lines = (
        _.ngettext("👀 Watching {number} source.", "👀 Watching {number} sources.", len(status.sources)),
        _("The last poll was {ago}.", ago=ago(_, max(polled), now)) if polled else _("Nothing was polled yet."),
        _.ngettext("This chat has {number} subscription.", "This chat has {number} subscriptions.", subscriptions),
    )
    return " ".join(lines)


def report(_: Translator, status: Status, now: datetime) -> str:
    """Say to an owner how the installation is doing."""
    failing = [source for source in status.sources if source.error and source.paused_at is None]
    due = min((source.next_due for source in status.sources if source.paused_at is None), default=None)
    polled = max((source.polled_at for source in status.sources if source.polled_at), default=None)
    lines = [
        _.ngettext("👀 <b>{number} source</b>", "👀 <b>{number} sources</b>", len(status.sources))
        + _.ngettext(", {number} with errors", ", {number} with errors", len(failing)),
        _(
            "Last poll {ago}, next {until}",
            ago=ago(_, polled, now) if polled else _("never"),
            until=until(_, due, now) if due else _("never"),
        ),
        _(
            "📮 Outbox: {waiting} waiting, {sent} sent, {dead} given up",
            waiting=_.number(status.waiting),
            sent=_.number(status.sent),
            dead=_.number(sum(count for _reason, count in status.dead)),
        ),
        *(f"  ✖️ {count} × {safe(reason, _REASON)}" for reason, count in status.dead),
        *(_output(_, one, now) for one in status.outputs),
        _("💾 Last backup {ago}", ago=ago(_, status.last_backup, now))
        if status.last_backup
        else _("💾 No backup is on record"),
    ]
    if paused := [source for source in status.sources if source.paused_at is not None]:
        named = ", ".join(safe(source.name) for source in paused[:_NAMED])
        lines.append(
            _.ngettext(
                "⏸ {number} source is paused: {names}",
                "⏸ {number} sources are paused: {names}",
                len(paused),
                names=named,
            )
        )
    if failing:
        lines += ["", _("<b>Sources with errors</b>"), *(_failure(_, source, now) for source in failing)]
    if status.suspended:
        lines += ["", _("<b>Chats that cannot be told</b>")]
        lines += [
            f"🔕 <code>{one.chat}</code>: {safe(one.reason, _REASON)}{held(_, one.held, one.probe_at, now)}"
            for one in status.suspended
        ]
    return fit(_, lines)


def held(_: Translator, many: int, probe_at: datetime | None, now: datetime) -> str:
    """Say what is held for a chat that refuses messages, and when it is tried again; empty where nothing is."""
    if not many:
        return ""
    waits = _.ngettext("{number} alert is held", "{number} alerts are held", many)
    again = _("; next try {until}", until=until(_, probe_at, now)) if probe_at else ""
    return f" · {waits}{again}"


def privately(_: Translator) -> str:
    """Point an owner in a group to the whole report."""
    return _("Write /status in our private chat for the details.")


def _output(_: Translator, one: OutputCounts, now: datetime) -> str:
    """Say how one output is doing."""
    line = _(
        "📤 {output}: {waiting} waiting, {sent} sent, {dead} given up",
        output=safe(one.output, _REASON),
        waiting=_.number(one.waiting),
        sent=_.number(one.sent),
        dead=_.number(one.dead),
    )
    state = one.state
    if state is not None and state.ended_at is not None:
        said = _("ended {ago}: {reason}", ago=ago(_, state.ended_at, now), reason=safe(state.reason or "", _REASON))
        return f"{line}\n  ✖️ {said}"
    if state is not None and state.failing_since is not None:
        when = ago(_, state.failing_since, now)
        said = _("fails, first {ago}: {reason}", ago=when, reason=safe(state.reason or "", _REASON))
        return f"{line}\n  ⚠️ {said}"
    return line


def _failure(_: Translator, source: SourceStatus, now: datetime) -> str:
    head = f"⚠️ <b>{safe(source.name)}</b>: {safe(source.error or '', _REASON)}"
    times = _.ngettext(", {number} time in a row", ", {number} times in a row", source.failures)
    again = _("; next try {until}", until=until(_, source.next_due, now))
    return f"{head}{times if source.failures > 1 else ''}{again}"


def ago(_: Translator, then: datetime, now: datetime) -> str:
    """Return how long ago that was."""
    seconds = (now - then).total_seconds()
    return _("just now") if seconds < 1 else _("{span} ago", span=span(_, seconds))


def until(_: Translator, then: datetime, now: datetime) -> str:
    """Return in how long that will be."""
    seconds = (then - now).total_seconds()
    return _("now") if seconds < 1 else _("in {span}", span=span(_, seconds))


def span(_: Translator, seconds: float) -> str:
    """Return a length of time in the largest unit that fits."""
    if seconds >= 86400:  # noqa: PLR2004 - a day
        return _("{many} d", many=f"{seconds / 86400:.0f}")
    if seconds >= 3600:  # noqa: PLR2004 - an hour
        return _("{many} h", many=f"{seconds / 3600:.0f}")
    if seconds >= 60:  # noqa: PLR2004 - a minute
        return _("{many} min", many=f"{seconds / 60:.0f}")
    return _("{many} s", many=f"{seconds:.0f}")
