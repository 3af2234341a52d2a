"""Codecs: rows of the database to the data of `bot.model`, and back. Pure.

Texts lose what PostgreSQL cannot keep (NUL, lone surrogates): hostile feeds carry both, and one must not stop a source.
"""

from __future__ import annotations

import json
from typing import Any, cast

from bot.model import (
    Alert,
    Chat,
    DisplayPreferences,
    Doubt,
    Evidence,
    Field,
    Follow,
    Layout,
    ModelChoice,
    Preview,
    Priority,
    Report,
    Validators,
)
from bot.ports.poll_store import SourceLease
from bot.store.database.timestamps import to_utc, to_utc_or_none

Row = Any  # a row of SQLAlchemy: columns by name, of the types that `tables` declares

GENERAL = 0  # the topic of a chat without topics: NULL is never equal to itself in a unique key


def clean(text: str) -> str:
    """Return the text without characters that UTF-8 or PostgreSQL cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def to_json(value: object) -> str:
    """Return a value as JSON whose texts are clean.

    They are cleaned before they are written as JSON: there, the end of an escaped backslash looks like a NUL.
    """
    return json.dumps(_cleaned(value), ensure_ascii=False)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return {name: _cleaned(one) for name, one in value.items()} if isinstance(value, dict) else value


def clean_or_none(text: str | None) -> str | None:
    """Return the same for what may be absent."""
    return None if text is None else clean(text)


def to_topic(chat: Chat) -> int:
    """Return the topic as the tables keep it."""
    return chat.topic or GENERAL


def to_chat(chat: int, topic: int) -> Chat:
    """Return the chat of a row."""
    return Chat(chat, topic or None)


def to_source_lease(row: Row) -> SourceLease:
    """Return a leased source."""
    return SourceLease(
        id=row.id,
        name=row.name,
        fence=row.fence,
        validators=Validators(row.etag, row.last_modified, row.body_hash),
        known=row.known,
        baselined=bool(row.baselined),
        failures=row.failures,
        quiet=row.quiet,
        polled_at=to_utc_or_none(row.polled_at),
        found=row.found,
        read_at=to_utc_or_none(row.read_at),
        told_from=to_utc_or_none(row.told_from),
    )


def to_report(row: Row) -> Report:
    """Return a report."""
    return Report(
        source=row.source,
        publisher=row.publisher,
        headline=row.headline,
        url=row.url,
        at=to_utc(row.at),
        published=to_utc_or_none(row.published),
        watchlists=tuple(json.loads(row.watchlists)),
        reason=row.reason,
    )


def to_payload(alert: Alert) -> str:
    """Return what the outbox keeps of an alert beside its columns."""
    evidence = [[one.field, one.text, one.start, one.end, one.sentence] for one in alert.evidence]
    payload: dict[str, Any] = {
        "watchlists": alert.watchlists,
        "headline": alert.headline,
        "url": alert.url,
        "lead": alert.lead,
        "evidence": evidence,
        "priority": alert.priority,
        "follow": alert.follow,
    }
    if alert.part:
        payload |= {"part": alert.part, "was": alert.was}
    return to_json(payload)


def to_alert(chat: Chat, story: int, payload: str) -> Alert:
    """Return the alert of an outbox row."""
    kept: dict[str, Any] = json.loads(payload)
    return Alert(
        chat=chat,
        story=story,
        watchlists=tuple((one, title) for one, title in kept["watchlists"]),
        headline=kept["headline"],
        url=kept["url"],
        lead=kept["lead"],
        evidence=tuple(
            Evidence(cast("Field", field), text, start, end, sentence)
            for field, text, start, end, sentence in kept["evidence"]
        ),
        priority=cast("Priority", kept["priority"]),
        follow=cast("Follow", kept["follow"]),
        part=kept.get("part", 0),
        was=kept.get("was"),
    )


def to_display(settings: str | None) -> DisplayPreferences:
    """Return how a chat wants its alerts, from its settings; what it never said is the installation's."""
    said: dict[str, Any] = json.loads(settings or "{}")
    layout = cast("Layout", said.get("layout") or "standard")
    doubt = cast("Doubt", said.get("doubt") or "resend")
    model = cast("ModelChoice", said.get("model") or "off")
    preview = cast("Preview", said.get("preview") or "auto")
    zone, language, buttons = said.get("timezone"), said.get("language"), said.get("buttons") != "off"
    return DisplayPreferences(zone, language, layout, doubt, model, preview, buttons)


def from_display(look: DisplayPreferences) -> str:
    """Return the settings of a chat."""
    said = {"timezone": look.timezone, "language": look.language}
    said |= {"layout": None if look.layout == "standard" else look.layout}
    said |= {"doubt": None if look.doubt == "resend" else look.doubt}
    said |= {"model": None if look.model == "off" else look.model}
    said |= {"preview": None if look.preview == "auto" else look.preview}
    said |= {"buttons": None if look.buttons else "off"}
    return json.dumps({name: value for name, value in said.items() if value is not None})


def from_priority(wanted: Priority | None) -> str:
    """Return the settings of a subscription."""
    return json.dumps({"priority": wanted} if wanted else {})


def to_priority(settings: str) -> Priority | None:
    """Return how loud a chat wants a watchlist, None where it is as loud as the watchlist says."""
    wanted: Priority | None = json.loads(settings).get("priority") if settings != "{}" else None
    return wanted
