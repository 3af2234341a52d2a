"""One-time links and sessions of the pages on record. Fulfils `bot.ports.page_store.SessionStore`.

A secret has 192 bits or more and is kept as its SHA-256 alone: who reads the database gets in nowhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.ports.page_store import LINK_FOR, SESSION_FOR, LinkState, Session
from bot.store.codecs import Row, clean
from bot.store.database.timestamps import DAY_MS, to_length, to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.tables import page_sessions, sign_in_links

_LINK_BYTES, _SESSION_BYTES = 24, 32
_NOTED = timedelta(minutes=5)  # between two notes that a session was seen
_LONGEST = 200  # characters of an address or browser that are kept
_LINK = select(sign_in_links).where(sign_in_links.c.hash == bindparam("its_hash"))
_USE = update(sign_in_links).where(
    sign_in_links.c.hash == bindparam("its_hash"),
    sign_in_links.c.used.is_(False),
    sign_in_links.c.until > bindparam("now"),
)
_SESSION = select(page_sessions).where(
    page_sessions.c.hash == bindparam("its_hash"), page_sessions.c.until > bindparam("now")
)


@dataclass(frozen=True, slots=True)
class SessionRepository:
    """The part of the store that knows who may see the pages."""

    database: Database

    async def create_link(self, owner: int | None, now: datetime) -> str:
        token, ms = secrets.token_urlsafe(_LINK_BYTES), to_ms(now)
        row = {"hash": _hash(token), "owner": owner, "until": ms + to_length(LINK_FOR), "used": False}
        async with self.database.write() as connection:
            await connection.execute(delete(sign_in_links).where(sign_in_links.c.until < ms - DAY_MS))
            await connection.execute(delete(page_sessions).where(page_sessions.c.until < ms))
            await connection.execute(insert(sign_in_links), row)
        return token

    async def check_link(self, token: str, now: datetime) -> LinkState:
        async with self.database.read() as connection:
            row = (await connection.execute(_LINK, {"its_hash": _hash(token)})).one_or_none()
        if row is None:
            return "unknown"
        return "used" if row.used else "good" if to_ms(now) < row.until else "old"

    async def open_session(self, token: str, now: datetime, address: str, browser: str) -> str | None:
        ms, its, secret = to_ms(now), {"its_hash": _hash(token)}, secrets.token_urlsafe(_SESSION_BYTES)
        async with self.database.write() as connection:
            if (await connection.execute(_USE.values(used=True), {**its, "now": ms})).rowcount != 1:
                return None
            link = (await connection.execute(_LINK, its)).one()
            row = {
                "hash": _hash(secret),
                "owner": link.owner,
                "created_at": ms,
                "seen_at": ms,
                "until": ms + to_length(SESSION_FOR),
                "address": clean(address)[:_LONGEST],
                "browser": clean(browser)[:_LONGEST],
            }
            await connection.execute(insert(page_sessions), row)
        return secret

    async def find_session(self, secret: str, now: datetime) -> Session | None:
        values: dict[str, Any] = {"its_hash": _hash(secret), "now": to_ms(now)}
        async with self.database.read() as connection:
            row = (await connection.execute(_SESSION, values)).one_or_none()
        if row is None:
            return None
        if abs(values["now"] - row.seen_at) >= to_length(_NOTED):
            seen = update(page_sessions).where(page_sessions.c.id == bindparam("its_id"))
            async with self.database.write() as connection:
                await connection.execute(seen.values(seen_at=values["now"]), {"its_id": row.id})
        return _session(row)

    async def list_sessions(self, now: datetime) -> tuple[Session, ...]:
        living = select(page_sessions).where(page_sessions.c.until > bindparam("now"))
        newest = living.order_by(page_sessions.c.seen_at.desc(), page_sessions.c.id.desc())
        async with self.database.read() as connection:
            return tuple(map(_session, await connection.execute(newest, {"now": to_ms(now)})))

    async def end_session(self, number: int) -> bool:
        its = delete(page_sessions).where(page_sessions.c.id == bindparam("its_id"))
        async with self.database.write() as connection:
            return (await connection.execute(its, {"its_id": number})).rowcount > 0


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _session(row: Row) -> Session:
    return Session(
        id=row.id,
        owner=row.owner,
        created_at=to_utc(row.created_at),
        seen_at=to_utc(row.seen_at),
        until=to_utc(row.until),
        address=row.address,
        browser=row.browser,
    )
