"""A small record for the pages: stories with reports, alerts that went well and did not, chats of every kind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text, update

from bot.model import Alert, Chat, Evidence, FollowUp, Item, Match, Report, Signature, Subscription, Validators
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.store.repository import Store
from bot.store.tables import outbox

MINUTE = timedelta(minutes=1)
GROUP, FORUM, READER, SILENT, ASKING = -1005550001, -1005550002, 22, 33, -1005550003
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
KREMLIN = (("kremlin", "Kremlin"),)
OWN = (("~5", "my own secret words"),)
SUMMIT, STORM = 4001, 4002  # the stories


def item(key: int, source: str, title: str, body: str, at: datetime) -> Item:
    """Return an item of a source."""
    return Item((key,), f"https://{source.lower()}.example/{key}", title, "", body, at, "en")


async def fill_record(store: Store, now: datetime) -> None:
    """Put stories, alerts and chats on record; the two sources of the pages are there."""
    await _let_in_chats(store, now)
    evidence = (Evidence("title", "Kremlin", 0, 7, "Kremlin confirms summit in Geneva"),)
    first = item(
        1,
        "Courier",
        "Kremlin confirms summit in Geneva",
        "The Kremlin said on Monday that both sides agreed.",
        now - 50 * MINUTE,
    )
    chats = (Chat(GROUP), Chat(FORUM, 7), Chat(READER), Chat(SILENT), Chat(500))
    alerts = tuple(
        Alert(chat, SUMMIT, KREMLIN, first.title, first.url, "The Kremlin said on Monday.", evidence) for chat in chats
    )
    own = Alert(Chat(44), SUMMIT, OWN, first.title, first.url, "", evidence)
    await _poll(
        store, "Courier", now - 45 * MINUTE, _told(first, now - 45 * MINUTE, SUMMIT, "Courier"), alerts=(*alerts, own)
    )
    second = item(
        2,
        "Wire",
        "Putin and Trump to meet in Geneva, Kremlin says",
        "A spokesman of Kremlin's named no day.",
        now - 30 * MINUTE,
    )
    reason = "the same names, numbers and words (71%): Kremlin confirms summit in Geneva"
    await _poll(store, "Wire", now - 25 * MINUTE, _told(second, now - 25 * MINUTE, SUMMIT, "Wire", reason))
    hostile = item(3, "Wire", HOSTILE, "The Kremlin saw a storm & <b>rain</b>.", now - 20 * MINUTE)
    await _poll(store, "Wire", now - 15 * MINUTE, _told(hostile, now - 15 * MINUTE, STORM, "Wire"), Recorded(
        item(4, "Wire", "Director of the theatre resigns", "No word of it.", now - 20 * MINUTE), now - 15 * MINUTE
    ))  # fmt: skip
    await _settle(store, now)
    await store.search.index_some()


async def _let_in_chats(store: Store, now: datetime) -> None:
    for chat in (GROUP, FORUM, READER, SILENT):
        await store.chats.admit_chat(chat, 500, now)
        await store.chats.subscribe(Subscription(Chat(chat), "kremlin"), now - 90 * MINUTE)
    await store.admissions.request_access(GROUP, "supergroup", "Foreign desk", now)
    await store.admissions.withdraw_request(GROUP)
    await store.admissions.request_access(FORUM, "supergroup", "Forum <b>of</b> editors", now)
    await store.admissions.withdraw_request(FORUM)
    await store.admissions.request_access(ASKING, "group", "Weather club", now - 5 * MINUTE)
    await store.queries.add_query(Chat(READER), "my own secret words", now, most=9)


def _told(found: Item, at: datetime, story: int, source: str, reason: str = "") -> Recorded:
    lists = ("kremlin", "~5")
    publisher = f"{source.lower()}.example"
    report = Report(source, publisher, found.title, found.url, at, found.published, lists, reason)
    return Recorded(found, at, (Match("kremlin", "Kremlin", ()),), story, report, Signature((), b"x"))


async def _poll(store: Store, source: str, now: datetime, *told: Recorded, **parts: Any) -> None:
    """Record a poll of a source, as if it had been due; `parts` are other fields of Turn."""
    async with store.database.write() as connection:
        await connection.execute(
            text("UPDATE sources SET next_due = 0, lease_until = NULL WHERE name = :n"), {"n": source}
        )
        await connection.execute(text("UPDATE sources SET next_due = 9000000000000 WHERE name <> :n"), {"n": source})
    (leased,) = await store.polls.lease_sources(now, limit=1, ttl=MINUTE)
    outcome = Outcome(leased, now, now + 10 * MINUTE, Validators(), parsed=True, new=True)
    async with store.polls.open_recording(leased) as recording:
        await recording.write_poll(Turn(outcome, told, **parts))


async def _settle(store: Store, now: datetime) -> None:
    """Let the alerts have gone well, be held, be given up, and a headline be corrected."""
    sent = int((now - 44 * MINUTE).timestamp() * 1000)
    later = int((now + 60 * MINUTE).timestamp() * 1000)
    async with store.database.write() as connection:
        for chat, values in (
            (GROUP, {"state": "sent", "shown": 1, "message": 9, "sent_at": sent}),
            (500, {"state": "sent", "shown": 1, "message": 9, "sent_at": sent}),
            (READER, {"hold": "quiet", "not_before": later}),
            (FORUM, {"state": "dead", "reason": "no right to write"}),
        ):
            await connection.execute(update(outbox).where(outbox.c.chat == chat).values(values))
    await store.chats.suspend_chat(SILENT, "Forbidden: bot was blocked by the user", now)
    await store.chats.close_topic(Chat(FORUM, 8), "TOPIC_CLOSED", now)
    was = FollowUp(
        SUMMIT, 77, "Kremlin confirms summit in Geneva", "https://courier.example/1", was="Kremlin denies summit"
    )
    await _poll(store, "Courier", now - 5 * MINUTE, follow_ups=(was,))
