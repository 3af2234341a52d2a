"""Links and sessions on record, on both databases: used once, kept as hashes, over in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.ports.page_store import LINK_FOR, SESSION_FOR
from bot.store.tables import page_sessions, sign_in_links

if TYPE_CHECKING:
    from tests.store.conftest import Play


async def test_of_many_that_use_a_link_at_once_one_gets_in(play: Play) -> None:
    """Two workers, twenty presses: one session."""
    first, second = await play.worker(), await play.worker()
    token = await first.sessions.create_link(500, play.now)
    assert await second.sessions.check_link(token, play.now) == "good"
    asked = [one.sessions.open_session(token, play.now, "127.0.0.1", "Firefox") for one in (first, second) * 10]
    opened = [secret for secret in await asyncio.gather(*asked) if secret]
    assert len(opened) == 1
    assert await first.sessions.check_link(token, play.now) == "used"
    (session,) = await first.sessions.list_sessions(play.now)
    assert (session.owner, session.address, session.browser) == (500, "127.0.0.1", "Firefox")
    assert await second.sessions.find_session(opened[0], play.now) == session


async def test_links_and_sessions_are_over_in_time(play: Play) -> None:
    """A link after five minutes, a session after thirty days; what was never there is unknown."""
    store = await play.worker()
    assert await store.sessions.check_link("never", play.now) == "unknown"
    token, late = await store.sessions.create_link(None, play.now), await store.sessions.create_link(None, play.now)
    secret = await store.sessions.open_session(token, play.now, "", "")
    assert secret
    assert await store.sessions.check_link(late, play.now + LINK_FOR) == "old"
    assert await store.sessions.open_session(late, play.now + LINK_FOR, "", "") is None
    assert await store.sessions.find_session(secret, play.now + SESSION_FOR - timedelta(seconds=1))
    assert await store.sessions.find_session(secret, play.now + SESSION_FOR) is None
    assert await store.sessions.list_sessions(play.now + SESSION_FOR) == ()


async def test_no_secret_is_on_record(play: Play) -> None:
    """Who reads the database, or a backup of it, gets in nowhere; hostile texts are kept as far as they can be."""
    store = await play.worker()
    token = await store.sessions.create_link(None, play.now)
    secret = await store.sessions.open_session(token, play.now, "\x00\ud800", "x" * 10_000) or ""
    async with store.database.read() as connection:
        rows = [*await connection.execute(select(sign_in_links)), *await connection.execute(select(page_sessions))]
    assert token not in str(rows)
    assert secret not in str(rows)
    assert len(str(rows)) < 2000


async def test_a_session_that_is_ended_is_over_and_what_is_old_is_forgotten(play: Play) -> None:
    """Ended once; a new link takes away what nobody needs any more."""
    store = await play.worker()
    secret = await store.sessions.open_session(await store.sessions.create_link(1, play.now), play.now, "", "") or ""
    session = await store.sessions.find_session(secret, play.now)
    assert session
    assert await store.sessions.end_session(session.id)
    assert not await store.sessions.end_session(session.id)
    assert await store.sessions.find_session(secret, play.now) is None
    await store.sessions.create_link(1, play.after(days=40))
    async with store.database.read() as connection:
        assert len((await connection.execute(select(sign_in_links))).all()) == 1


async def test_that_a_session_was_seen_is_noted_to_some_minutes(play: Play) -> None:
    """A page costs no write each time."""
    store = await play.worker()
    secret = await store.sessions.open_session(await store.sessions.create_link(1, play.now), play.now, "", "") or ""
    began = play.now
    await store.sessions.find_session(secret, play.after(minutes=4))
    assert (await store.sessions.list_sessions(play.now))[0].seen_at == began
    await store.sessions.find_session(secret, play.after(minutes=4))
    assert (await store.sessions.list_sessions(play.now))[0].seen_at == play.now
