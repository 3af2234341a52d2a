"""Buttons on record: what each does, for how long, and in which chat. Fulfils `bot.ports.chat_store.ButtonStore`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot.button_ids import menu_button_id
from bot.store.codecs import to_json
from bot.store.database.timestamps import DAY_MS, to_ms
from bot.store.database.transactions import Database
from bot.store.tables import buttons, outbox

FOR_DAYS = 30  # that a button works: as long as items stay on record
_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class ButtonRepository:
    """The part of the store that keeps buttons."""

    database: Database

    async def save_buttons(self, chat: int, meanings: Sequence[str], now: datetime) -> tuple[str, ...]:
        key = secrets.token_urlsafe(_KEY_BYTES)
        row = {
            "key": key,
            "chat": chat,
            "meanings": to_json(list(meanings)),
            "until": to_ms(now) + FOR_DAYS * DAY_MS,
        }
        async with self.database.write() as connection:
            await connection.execute(buttons.insert(), row)
        return tuple(menu_button_id(key, number) for number in range(len(meanings)))

    async def find_meaning(self, chat: int, key: str, number: int, now: datetime) -> str | None:
        its = select(buttons.c.meanings).where(
            buttons.c.key == bindparam("its_key"),
            buttons.c.chat == bindparam("its_chat"),
            buttons.c.until > bindparam("now"),
        )
        async with self.database.read() as connection:
            kept = await connection.scalar(its, {"its_key": key, "its_chat": chat, "now": to_ms(now)})
        meanings: list[Any] = json.loads(kept or "[]")
        return str(meanings[number]) if number < len(meanings) else None

    async def find_alert_story(self, chat: int, row: int, key: int, now: datetime) -> int | None:
        its = select(outbox.c.story).where(
            outbox.c.id == bindparam("its_id"),
            outbox.c.key == bindparam("its_key"),
            outbox.c.chat == bindparam("its_chat"),
            outbox.c.created_at > bindparam("since"),
        )
        if max(row, key) >= 2**63:  # no database holds such a number
            return None
        since = to_ms(now) - FOR_DAYS * DAY_MS
        async with self.database.read() as connection:
            found: int | None = await connection.scalar(
                its, {"its_id": row, "its_key": key, "its_chat": chat, "since": since}
            )
        return found
