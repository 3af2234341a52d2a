"""Preferences on record: hours, mutes, displays, what is held, what came lately.

Fulfils the first part of `bot.ports.preference_store`. Whatever changes a preference makes the sender decide anew
about what is held by it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select, text, update

from bot.model import Alert, Chat, DisplayPreferences, Report
from bot.ports.preference_store import State, StorySummary, Watcher
from bot.preferences import NONE, Mute, Muted, Preferences
from bot.store.chats import chat_lifecycle
from bot.store.chats.preference_rows import HELD, from_preferences, read_displays, read_preferences, recheck_held
from bot.store.codecs import clean, from_display, to_alert, to_chat, to_json, to_report, to_topic
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_ms_or_none
from bot.store.database.transactions import Database
from bot.store.polling import poll_statements
from bot.store.row_decoding import decode_each
from bot.store.tables import chat_preferences, mutes, outbox, reports, stories
from bot.stories.heading import heading_report, told_at

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SKIPPED = "it was held, and passed over at /resume"
_PAGE = 2_000  # reports looked through in one statement for the latest stories
_NOT_SENT: tuple[State, None] = ("none", None)
_NEWEST = 2**63 - 1  # above every number of a report
_PAGES = 100  # statements for one answer at most: 14,000 reports a day for two weeks, and about a second


@dataclass(frozen=True, slots=True)
class PreferenceRepository:
    """The part of the store that keeps preferences."""

    database: Database

    async def read_preferences(self, chat: Chat) -> Preferences:
        async with self.database.read() as connection:
            displays = await read_displays(connection, self.database.dialect, (chat.id,))
            found = await read_preferences(connection, self.database.dialect, (chat.id,), displays)
        zone = displays.get(chat.id, DisplayPreferences()).timezone or NONE.zone
        return found.get((chat.id, to_topic(chat)), Preferences(zone=zone))

    async def read_display(self, chat: int) -> DisplayPreferences:
        async with self.database.read() as connection:
            return (await read_displays(connection, self.database.dialect, (chat,))).get(chat, DisplayPreferences())

    async def write_preferences(self, chat: Chat, preferences: Preferences) -> None:
        row = {"chat": chat.id, "topic": to_topic(chat), "settings": from_preferences(preferences)}
        async with self.database.write() as connection:
            one = self.database.dialect.insert(chat_preferences)
            kept = one.on_conflict_do_update(index_elements=["chat", "topic"], set_={"settings": one.excluded.settings})
            await connection.execute(kept, row)
            await recheck_held(connection, chat.id, to_topic(chat))

    async def write_display(self, chat: int, display: DisplayPreferences) -> None:
        async with self.database.write() as connection:
            await chat_lifecycle.update_chat(
                connection, self.database.dialect, chat, {"settings": from_display(display)}
            )
            await recheck_held(connection, chat)

    async def add_mute(self, chat: Chat, mute: Mute, now: datetime, *, most: int) -> bool:
        its, at = _mute_row(chat, mute), to_ms(now)
        over = or_(mutes.c.until <= at, _here(mutes) & (mutes.c.kind == its["kind"]) & (mutes.c.what == its["what"]))
        here = {"its_chat": chat.id, "its_topic": to_topic(chat)}
        async with self.database.write() as connection:
            await chat_lifecycle.ensure_chat(connection, self.database.dialect, chat.id)
            await connection.execute(delete(mutes).where(mutes.c.chat == chat.id, over), here)
            count = select(func.count()).select_from(mutes).where(mutes.c.chat == chat.id)
            if (await connection.scalar(count) or 0) >= most:
                return False
            await connection.execute(self.database.dialect.insert(mutes), its | {"since": at})
            return True

    async def remove_mutes(self, chat: Chat, kind: Muted | None, what: str = "") -> int:
        ended = delete(mutes).where(_here(mutes))
        if kind is not None:
            ended = ended.where(mutes.c.kind == kind, mutes.c.what == clean(what))
        here = {"its_chat": chat.id, "its_topic": to_topic(chat)}
        async with self.database.write() as connection:
            had = (await connection.execute(ended, here)).rowcount
            await recheck_held(connection, chat.id, to_topic(chat))
            return had

    async def count_held(self, chat: Chat) -> int:
        many = select(func.count()).select_from(outbox).where(text(HELD), _here(outbox), outbox.c.hold != "source")
        async with self.database.read() as connection:
            return await connection.scalar(many, {"its_chat": chat.id, "its_topic": to_topic(chat)}) or 0

    async def skip_held(self, chat: Chat, before: datetime) -> int:
        its = update(outbox).where(text(HELD), _here(outbox), outbox.c.hold != "source")
        its = its.where(outbox.c.created_at < bindparam("its_before"))
        values = {"its_chat": chat.id, "its_topic": to_topic(chat), "its_before": to_ms(before)}
        async with self.database.write() as connection:
            ended = its.values(state="dead", hold="skip", reason=SKIPPED, lease_epoch=None, lease_until=None)
            return (await connection.execute(ended, values)).rowcount

    async def find_latest(
        self, chat: Chat, watchlists: Collection[str], since: datetime, *, most: int
    ) -> tuple[StorySummary, ...]:
        async with self.database.read() as connection:
            found = await _latest_stories(connection, frozenset(watchlists), to_ms(since), most)
            packed = {"ids": self.database.dialect.pack(found)}
            reports: dict[int, list[Report]] = {story: [] for story in found}
            rows = (
                await connection.execute(poll_statements.reports_of_stories_statement(self.database.dialect), packed)
                if found
                else ()
            )
            for row, report in decode_each(rows, to_report, "a report"):
                reports[row.story].append(report)
            states = await self._states(connection, chat, found)
        stories = [_story_summary(one, its, *states.get(one, _NOT_SENT)) for one, its in reports.items() if its]
        return tuple(sorted(stories, key=lambda one: one.at, reverse=True))

    async def find_story(self, chat: Chat, number: int) -> StorySummary | None:
        packed = {"ids": self.database.dialect.pack((number,))}
        async with self.database.read() as connection:
            rows = await connection.execute(poll_statements.reports_of_stories_statement(self.database.dialect), packed)
            found = [one for _, one in decode_each(rows, to_report, "a report")]
            states = await self._states(connection, chat, [number])
        return _story_summary(number, found, *states.get(number, _NOT_SENT)) if found else None

    async def _states(
        self, connection: AsyncConnection, chat: Chat, stories: list[int]
    ) -> dict[int, tuple[State, Alert | None]]:
        """Return what became of stories for a chat or topic, with the alerts of those that can be read."""
        dialect = self.database.dialect
        values = {"its_chat": chat.id, "its_topic": to_topic(chat), "stories": dialect.pack(stories)}
        rows = await connection.execute(_states_statement(dialect), values)
        every = rows.all()
        read = decode_each(every, lambda row: to_alert(chat, row.story, row.payload), "an alert")
        alerts = {row.story: alert for row, alert in read}
        return {row.story: (_state(row.state, row.hold), alerts.get(row.story)) for row in every}

    async def find_alert(self, chat: Chat, story: int) -> Alert | None:
        its = select(outbox.c.payload).where(_here(outbox), outbox.c.story == bindparam("its_story"), text("part = 0"))
        values = {"its_chat": chat.id, "its_topic": to_topic(chat), "its_story": story}
        async with self.database.read() as connection:
            rows = await connection.execute(its, values)
            found = decode_each(rows, lambda row: to_alert(chat, story, row.payload), "an alert")
            return next((alert for _, alert in found), None)

    async def find_sent_stories(self, chat: Chat, *, most: int) -> tuple[int, ...]:
        values = {"its_chat": chat.id, "its_topic": to_topic(chat), "most": most}
        async with self.database.read() as connection:
            rows = await connection.execute(_sent_statement(of_message=False), values)
            return tuple(row.story for row in rows)

    async def find_listed(self, chat: Chat, message: int, *, most: int) -> tuple[Alert, ...]:
        values = {"its_chat": chat.id, "its_topic": to_topic(chat), "most": most, "its_message": message}
        async with self.database.read() as connection:
            rows = await connection.execute(_sent_statement(of_message=True), values)
            # A reply that shares the story's row of the message is no story of its own: the first one counts.
            found = {row.story: row for row in rows}
        read = decode_each(reversed(found.values()), lambda row: to_alert(chat, row.story, row.payload), "an alert")
        return tuple(alert for _, alert in read)

    async def find_watchers(self, since: datetime) -> tuple[Watcher, ...]:
        dialect = self.database.dialect
        wished = select(chat_preferences.c.chat, chat_preferences.c.topic).where(
            chat_preferences.c.settings.like('%"still"%')
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(wished)).all()
            chats = sorted({row.chat for row in rows})
            displays = await read_displays(connection, dialect, chats)
            found = await read_preferences(connection, dialect, chats, displays)
            values = {"ids": dialect.pack(chats), "since": to_ms(since)}
            sent = {
                (row.chat, row.topic): row.many
                for row in await connection.execute(_count_sent_statement(dialect), values)
            }
        return tuple(
            Watcher(
                to_chat(row.chat, row.topic),
                found[row.chat, row.topic],
                displays.get(row.chat, DisplayPreferences()),
                sent.get((row.chat, row.topic), 0),
            )
            for row in rows
            if (row.chat, row.topic) in found
        )


def _here(table: Any) -> ColumnElement[bool]:
    here: ColumnElement[bool] = (table.c.chat == bindparam("its_chat")) & (table.c.topic == bindparam("its_topic"))
    return here


def _mute_row(chat: Chat, mute: Mute) -> dict[str, Any]:
    return {
        "chat": chat.id,
        "topic": to_topic(chat),
        "kind": mute.kind,
        "what": clean(mute.what),
        "forms": to_json(mute.forms),
        "label": clean(mute.label),
        "until": to_ms_or_none(mute.until),
    }


@cache
def _count_sent_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of how many alerts chats and topics were sent: ids, since."""
    many = select(outbox.c.chat, outbox.c.topic, func.count().label("many"))
    many = many.where(dialect.among(outbox.c.chat, "ids"), outbox.c.sent_at >= bindparam("since"))
    return many.group_by(outbox.c.chat, outbox.c.topic)


async def _latest_stories(connection: AsyncConnection, wanted: frozenset[str], since: int, most: int) -> list[int]:
    """Return the newest stories with a report of these watchlists since then, the newest first.

    Reports are read backwards by their numbers, which rise with time: a page without a report since then is the end.
    """
    found: dict[int, None] = {}
    before = _NEWEST
    for _ in range(_PAGES):
        rows = (await connection.execute(_newest_reports_statement(), {"before": before, "most": _PAGE})).all()
        recent = [row for row in rows if row.at >= since]
        read = decode_each(recent, lambda row: wanted.isdisjoint(json.loads(row.watchlists)), "a report")
        found.update((row.story, None) for row, others in read if not others)
        if len(found) >= most or not recent or len(rows) < _PAGE:
            break
        before = rows[-1].id
    return list(found)[:most]


@cache
def _newest_reports_statement() -> Select[Any]:
    """Return the select of the newest reports below a number: before, most."""
    newest = select(reports.c.id, reports.c.story, reports.c.at, reports.c.watchlists)
    newest = newest.where(reports.c.id < bindparam("before"))
    return newest.order_by(reports.c.id.desc()).limit(bindparam("most"))


@cache
def _states_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of what became of stories for a chat or topic: its_chat, its_topic, stories."""
    states = select(outbox.c.story, outbox.c.state, outbox.c.hold, outbox.c.payload)
    return states.where(_here(outbox), dialect.among(outbox.c.story, "stories"), text("part = 0"))


@cache
def _sent_statement(*, of_message: bool) -> Select[Any]:
    """Return the select of alerts sent to a chat or topic, the latest first: its_chat, its_topic, most; its_message."""
    kind = outbox.c.message == bindparam("its_message") if of_message else text("outbox.part = 0")
    ours = select(outbox.c.story, outbox.c.payload).join(stories, stories.c.id == outbox.c.story)  # notices are of none
    ours = ours.where(_here(outbox), text("outbox.state = 'sent'"), kind)
    return ours.order_by(outbox.c.sent_at.desc(), outbox.c.id.desc()).limit(bindparam("most"))


def _state(state: str, held: str | None) -> State:
    plain: dict[str, State] = {"pending": "waiting", "sent": "told", "dead": "dead"}
    return cast("State", held) if held and state != "sent" else plain[state]


def _story_summary(story: int, reports: list[Report], state: State, alert: Alert | None) -> StorySummary:
    """Return a story by its reports, oldest first, headed as its alert is."""
    told = heading_report(alert.headline, alert.url, reports) if alert else None
    head = told or reports[0]
    ordered = tuple(sorted(reports, key=told_at))
    sources = tuple(dict.fromkeys(report.source for report in (head, *ordered)))
    headline = head.headline or (alert.headline if alert else "")
    return StorySummary(story, headline, head.url, told_at(head), sources, state, ordered)
