"""Lines that a language model adds to alerts: which are wanted, what was written. Fulfils `LineStore`.

What is wanted is a query over the outbox and the settings of chats, never a second list of jobs. A line is claimed in
its own row, so that instances share the work, and written together with the edits that show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select, text, update

from bot.model import DisplayPreferences
from bot.ports.model_store import ReportedItem, WantedLine
from bot.preferences import wanted_lines
from bot.store.codecs import Row, clean, to_alert, to_chat, to_display
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_length, to_ms
from bot.store.database.transactions import Database
from bot.store.model_answers.verdict_repository import VerdictRepository
from bot.store.row_decoding import decode_each
from bot.store.tables import chats, outbox, reports, story_lines

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

LATELY: Final = timedelta(hours=6)  # an alert that is older gets no line any more: nobody reads it again
CLAIMED: Final = timedelta(minutes=2)  # a question has 30 s, and waits for those before it
MUCH_CHANGED: Final = 2  # times as many reports as a summary was made of make it anew
GROUP_SPACING, CHAT_SPACING = (
    timedelta(seconds=8),
    timedelta(seconds=2),
)  # between edits of one chat: new alerts go first
_LOOKED_AT: Final = 500  # alerts
_SHOWS = text(
    "part = 0 AND ((state = 'sent' AND message IS NOT NULL AND NOT folded)"
    " OR (state = 'pending' AND hold IN ('digest', 'quiet', 'pause')))"
)

Key = tuple[int, str, str]  # story, kind, language


@dataclass(frozen=True, slots=True)
class LineRepository:
    """The lines of one database."""

    database: Database

    async def claim_lines(self, now: datetime, *, language: str, most: int) -> tuple[WantedLine, ...]:
        async with self.database.read() as connection:
            displays = await _find_displays(connection)
            if most < 1 or not displays:
                return ()
            wanted = await self._find_wanted(connection, displays, now, language)
        return tuple([one for one in wanted[:most] if await self._claim(one, now)])

    async def _find_wanted(
        self, connection: AsyncConnection, displays: Mapping[int, DisplayPreferences], now: datetime, language: str
    ) -> list[WantedLine]:
        """Return what chats want and is not there, or is there of much less, the latest alerts' first."""
        dialect = self.database.dialect
        recent = select(outbox).where(dialect.among(outbox.c.chat, "ids"), outbox.c.created_at >= bindparam("since"))
        recent = recent.where(_SHOWS).order_by(outbox.c.id.desc()).limit(_LOOKED_AT)
        values = {"ids": dialect.pack(list(displays)), "since": to_ms(now - LATELY)}
        rows = (await connection.execute(recent, values)).all()
        stories = tuple({row.story for row in rows})
        there = {
            (row.story, row.kind, row.language): row
            for row in await connection.execute(
                _among(dialect, select(story_lines), story_lines), _packed(dialect, stories)
            )
        }
        counts = await _count_reports(connection, dialect, stories)
        wanted: dict[Key, WantedLine] = {}
        for row, alert in decode_each(
            rows, lambda one: to_alert(to_chat(one.chat, one.topic), one.story, one.payload), "an alert"
        ):
            display = displays[row.chat]
            number, changes = counts.get(row.story, (1, 0))
            for kind in wanted_lines(display):
                key = (row.story, kind, display.language or language)
                basis = number if kind == "summary" else changes
                if key not in wanted and _is_wanted(there.get(key), kind, basis, to_ms(now)):
                    wanted[key] = WantedLine(*key[:1], kind, key[2], alert.headline, alert.lead, basis)
        return await _with_headlines(connection, dialect, list(wanted.values()))

    async def _claim(self, wanted: WantedLine, now: datetime) -> bool:
        new = self.database.dialect.insert(story_lines)
        row = {
            "story": wanted.story,
            "kind": wanted.kind,
            "language": wanted.language,
            "line": "",
            "reports": -1,
            "claimed_until": to_ms(now + CLAIMED),
            "made_at": to_ms(now),
        }
        mine = new.values(row).on_conflict_do_update(
            index_elements=["story", "kind", "language"],
            set_={"claimed_until": new.excluded.claimed_until},
            where=story_lines.c.claimed_until <= to_ms(now),
        )
        async with self.database.write() as connection:
            return (await connection.execute(mine.returning(story_lines.c.story))).first() is not None

    async def read_items(self, story: int, *, most: int) -> tuple[ReportedItem, ...]:
        return await VerdictRepository(self.database).read_items(story, most=most)

    async def write_line(self, wanted: WantedLine, line: str, now: datetime, *, language: str) -> int:
        its = _its(wanted)
        async with self.database.write() as connection:
            old = (await connection.execute(select(story_lines).where(*its).with_for_update())).one_or_none()
            if old is None:
                return 0
            shown = clean(line) or old.line  # what was found in fewer reports still stands there
            changes = {"line": shown, "reports": wanted.basis, "claimed_until": 0, "made_at": to_ms(now)}
            await connection.execute(update(story_lines).where(*its).values(changes))
            return await self._edit_messages(connection, wanted, now, language) if shown != old.line else 0

    async def postpone_line(self, wanted: WantedLine, until: datetime) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(story_lines).where(*_its(wanted)).values(claimed_until=to_ms(until)))

    async def _edit_messages(
        self, connection: AsyncConnection, wanted: WantedLine, now: datetime, language: str
    ) -> int:
        """Make the messages of a story due for an edit, in chats that want this line; with room for alerts between."""
        displays = {
            chat: one
            for chat, one in (await _find_displays(connection)).items()
            if wanted.kind in wanted_lines(one) and (one.language or language) == wanted.language
        }
        dialect = self.database.dialect
        ids = dialect.pack(list(displays))
        sent = select(outbox).where(outbox.c.story == wanted.story, dialect.among(outbox.c.chat, "ids"), _SHOWS)
        rows = (await connection.execute(sent.order_by(outbox.c.id).with_for_update(), {"ids": ids})).all()
        edits = [row for row in rows if row.state == "sent"]
        if not edits:
            return 0
        waiting = select(outbox.c.chat, func.max(outbox.c.not_before).label("last"))
        waiting = waiting.where(dialect.among(outbox.c.chat, "ids"), text("state = 'sent' AND wanted > shown"))
        packed = {"ids": dialect.pack(tuple({row.chat for row in edits}))}
        last = {row.chat: row.last for row in await connection.execute(waiting.group_by(outbox.c.chat), packed)}
        due = []
        for row in edits:
            spacing = to_length(GROUP_SPACING if row.chat < 0 else CHAT_SPACING)
            last[row.chat] = max(to_ms(now), last.get(row.chat, 0) + spacing)
            due.append({"its_id": row.id, "to_time": last[row.chat]})
        edited = update(outbox).where(outbox.c.id == bindparam("its_id"))
        changes = {"wanted": outbox.c.wanted + 1, "not_before": bindparam("to_time", type_=outbox.c.not_before.type)}
        await connection.execute(edited.values(changes), due)
        return len(due)


async def _find_displays(connection: AsyncConnection) -> dict[int, DisplayPreferences]:
    """Return how the chats want their alerts that want lines: few, or none."""
    said = select(chats.c.id, chats.c.settings).where(chats.c.settings.like('%"model"%'), ~chats.c.revoked)
    read = decode_each(await connection.execute(said), lambda row: to_display(row.settings), "a setting")
    return {row.id: display for row, display in read if wanted_lines(display)}


async def _count_reports(
    connection: AsyncConnection, dialect: Dialect, stories: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return of each story its reports, and the corrections of their headlines."""
    many = select(reports.c.story, func.count().label("many"), func.sum(reports.c.changes).label("changes"))
    many = _among(dialect, many, reports).group_by(reports.c.story)
    rows = await connection.execute(many, _packed(dialect, stories))
    return {row.story: (row.many, int(row.changes or 0)) for row in rows}


async def _with_headlines(
    connection: AsyncConnection, dialect: Dialect, wanted: Sequence[WantedLine]
) -> list[WantedLine]:
    """Return what is wanted with the headlines as they are by now: an alert keeps the one that it was queued with."""
    corrected = tuple({one.story for one in wanted if one.kind == "translation" and one.basis})
    if not corrected:
        return list(wanted)
    newest = _among(dialect, select(reports), reports).where(reports.c.changes > 0).order_by(reports.c.id)
    now = {row.story: row.headline for row in await connection.execute(newest, _packed(dialect, corrected))}
    return [replace(one, headline=now.get(one.story, one.headline)) for one in wanted]


def _is_wanted(there: Row | None, kind: str, basis: int, now: int) -> bool:
    if there is None or there.claimed_until > now:
        return there is None
    if there.reports < 0:  # nobody has answered so far
        return True
    return basis >= there.reports * MUCH_CHANGED and basis > 1 if kind == "summary" else basis > there.reports


def _its(wanted: WantedLine) -> tuple[Any, ...]:
    columns = story_lines.c
    return columns.story == wanted.story, columns.kind == wanted.kind, columns.language == wanted.language


def _among(dialect: Dialect, statement: Any, table: Any) -> Any:
    return statement.where(dialect.among(table.c.story, "stories"))


def _packed(dialect: Dialect, stories: Sequence[int]) -> dict[str, Any]:
    return {"stories": dialect.pack(stories)}
