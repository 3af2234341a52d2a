"""The alerts on record for an export, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.store import alert_history
from bot.store.alert_history import stream_alerts
from bot.store.repository import Store

if TYPE_CHECKING:
    import pytest

    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported


async def test_a_watchlist_and_story_comes_once_the_oldest_first(
    play: Play, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many chats and pages there are; notices and chats' own queries are no alerts of a watchlist."""
    monkeypatch.setattr(alert_history, "MOST", 2)
    since = play.now
    for story in (1, 2, 3):
        (leased,) = await play.leased(store)
        both = (("k", "Kremlin"), ("oil", "Oil"), ("~5", "own"))
        alerts = tuple(play.alert(story, chat, watchlists=both) for chat in (1, 2, 3))
        await play.record(store, leased, play.told(story, story * 10), alerts=alerts)
        play.after(minutes=20)
    await play.queue(store, play.alert(99, 1, watchlists=()))
    async with store.database.write() as connection:
        await connection.execute(text("UPDATE outbox SET state = 'sent' WHERE chat < 3"))
    found = [one async for page in stream_alerts(store.database, since) for one in page]
    assert [(one.story, one.watchlist) for one in found] == [(n, w) for n in (1, 2, 3) for w in ("k", "oil")]
    assert {len(one.chats) for one in found} == {2}
    assert {(one.outlets, one.words) for one in found} == {(("s0",), ("Kremlin",))}
    chosen = [one async for page in stream_alerts(store.database, since, {"oil"}) for one in page]
    assert {one.watchlist for one in chosen} == {"oil"}
    late = [one.story async for page in stream_alerts(store.database, since + timedelta(minutes=21)) for one in page]
    assert late == [3, 3]
