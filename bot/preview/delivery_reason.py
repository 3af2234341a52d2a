"""Why a chat was told of an item, or was not: what is on record in, one reason out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.model import Candidate, Chat, Match, Watchlist
from bot.ports.history_store import DeliveryRecord, ItemHistory
from bot.stories import assign

Reason = Literal[
    "told",  # at `at`
    "joined",  # the chat had its story already, since `at`
    "waiting",  # it is on its way; `words` says what the last attempt met
    "suspended",  # the chat refuses messages since `at`, as `words` says, and is tried again at `until`
    "dead",  # given up; `words` says why
    "held",  # by the chat's own wish, which `words` names, until `at`
    "muted",  # `words` says what
    "skipped",  # passed over at /resume
    "refused",  # a language model said that it is not what `only` says; `words` says why
    "silent",  # no query fires on it
    "first sight",  # it was there when its source was seen for the first time
    "later",  # what fires now did not when it was seen, or it came with a backlog
    "elsewhere",  # no watchlist of this chat fired on its story
    "subscribed later",  # the chat reads one of those that fired only since `at`
    "unconfirmed",  # its watchlists wait for `number` publishers
    "unknown",
]


# Reasons of alerts that ended by what a chat or its watchlist wishes, by their `hold`.
_ENDED: Final[Mapping[str, Reason]] = {"mute": "muted", "skip": "skipped", "model": "refused"}


@dataclass(frozen=True, slots=True)
class DeliveryReason:
    """What became of an item for a chat."""

    reason: Reason
    at: datetime | None = None
    words: str = ""
    number: int = 0
    until: datetime | None = None


def explain_delivery(
    trace: ItemHistory, chat: Chat, matches: Sequence[Match], watchlists: Mapping[str, Watchlist]
) -> DeliveryReason:
    """Return what became of an item for a chat; `matches` is what fires on it now."""
    if trace.delivery is not None:
        found = _recorded_reason(trace.delivery, trace.found.seen_at)
        if found.reason == "waiting" and (held := trace.suspension):
            return DeliveryReason("suspended", at=held.since, words=held.reason, until=held.probe_at)
        return found
    if trace.found.story is None:
        if not matches:
            return DeliveryReason("silent")
        return DeliveryReason("first sight" if trace.first_sight else "later")
    return _inferred_reason(trace, chat, watchlists)


def _recorded_reason(record: DeliveryRecord, seen_at: datetime) -> DeliveryReason:
    if record.state == "dead" and (ended := _ENDED.get(record.hold or "")):
        return DeliveryReason(ended, words=record.reason or "")
    if record.state == "dead":
        return DeliveryReason("dead", words=record.reason or "no reason given")
    if record.queued_at < seen_at:
        return DeliveryReason("joined", at=record.sent_at or record.queued_at)
    if record.state == "pending" and record.hold:
        return DeliveryReason("held", at=record.until, words=record.hold)
    if record.state == "pending":
        return DeliveryReason("waiting", words=record.reason or "")
    return DeliveryReason("told", at=record.sent_at)


def _inferred_reason(trace: ItemHistory, chat: Chat, watchlists: Mapping[str, Watchlist]) -> DeliveryReason:
    since: dict[str, datetime | None] = dict(trace.subscribed)
    since |= {name: None for name, one in watchlists.items() if chat in one.deliver_to}
    fired = {name for report in trace.reports for name in report.watchlists}
    mine = [name for name in since if name in fired]
    if not mine:
        return DeliveryReason("elsewhere")
    begun = [since[name] for name in mine]
    if all(at is not None and at > trace.found.seen_at for at in begun):
        return DeliveryReason("subscribed later", at=min(at for at in begun if at is not None))
    reports = zip(trace.reports, trace.sketches, strict=True)
    voices = assign.voices(Candidate(0, report, sketch) for report, sketch in reports)
    needed = min((watchlists[name].confirm for name in mine if name in watchlists), default=0)
    return DeliveryReason("unconfirmed", number=needed) if needed > voices else DeliveryReason("unknown")


def join_reason(trace: ItemHistory) -> str:
    """Return why the report of an item joined its story; empty where it opened it, or has no report of its own."""
    item = trace.found.item
    own = [one for one in trace.reports[1:] if one.source == trace.found.source and one.url == item.url]
    return own[-1].reason if own else ""
