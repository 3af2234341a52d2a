"""What a poll changes, as rows: the end of the poll, new items, stories with their reports and keys.

Functions over an open transaction; `recording` calls them in order. Whose turn it is was decided before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.model import Report, Signature
from bot.ports.polling import Leased, Outcome, Recorded
from bot.store import queries
from bot.store.dialect import Dialect
from bot.store.habits import of_habits
from bot.store.instants import to_ms, to_ms_or_none
from bot.store.rows import clean, clean_or_none

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# Characters that stay on record: enough for backtests and for what an alert shows, a bound for the disk.
TITLE, LEAD, BODY = 1_000, 4_000, 20_000


def lease_of(leased: Leased) -> dict[str, Any]:
    """Return the parameters of `queries.held`."""
    return {"its_id": leased.id, "its_fence": leased.fence}


def end_of(outcome: Outcome, more: int = 0) -> dict[str, Any]:
    """Return the parameters of `queries.ending`; `more` items are new.

    While the lease is held nobody else counts failures or quiet polls.
    """
    leased, validators = outcome.leased, outcome.validators
    failed, at = outcome.error is not None, to_ms(outcome.polled_at)
    quiet = leased.quiet if failed else leased.quiet + 1
    failures = leased.failures + outcome.counted if failed else 0
    learned = of_habits(outcome.habits or leased.habits)
    return lease_of(leased) | {
        "to_etag": clean_or_none(validators.etag),
        "to_last_modified": clean_or_none(validators.last_modified),
        "to_body_hash": validators.body_hash,
        "to_next_due": to_ms(outcome.next_due),
        "to_error": clean_or_none(outcome.error),
        "to_failures": failures,
        "to_quiet": 0 if outcome.new else quiet,
        "to_tried_at": at,
        "to_baselined": leased.baselined or outcome.parsed,
        "to_found": clean_or_none(outcome.found),
        "to_read_at": at if outcome.parsed else None,
        "to_polled_at": None if failed else at,
        "more": more,
        **{f"to_{name}": value for name, value in learned.items()},
    }


async def put_items(connection: AsyncConnection, source_id: int, items: Sequence[Recorded]) -> None:
    """Put items on record."""
    if not items:
        return
    rows = [
        {
            "source": source_id,
            "url": clean_or_none(one.item.url),
            "title": clean(one.item.title[:TITLE]),
            "lead": clean(one.item.lead[:LEAD]),
            "body": clean(one.item.body[:BODY]),
            "language": clean_or_none(one.item.language),
            "published": to_ms_or_none(one.item.published),
            "seen_at": to_ms(one.seen_at),
            "story": one.story,
        }
        for one in items
    ]
    await connection.execute(queries.adding_item(), rows)


async def put_reports(connection: AsyncConnection, dialect: Dialect, items: Sequence[Recorded]) -> None:
    """Put the reports of items on record, with their stories where those are new, and with the keys that find them."""
    for one in items:
        if one.story is not None and one.report is not None:
            await _put_report(connection, dialect, one.story, one.report, one.signature)


async def _put_report(
    connection: AsyncConnection, dialect: Dialect, story_id: int, told: Report, signature: Signature | None
) -> None:
    at, headline, url = to_ms(told.at), clean(told.headline[:TITLE]), clean_or_none(told.url)
    first = {"id": story_id, "created_at": at, "headline": headline, "url": url}
    await connection.execute(queries.adding_story(dialect), first)
    row = {
        "story": story_id,
        "source": clean(told.source),
        "publisher": clean(told.publisher),
        "headline": headline,
        "url": url,
        "at": at,
        "published": to_ms_or_none(told.published),
        "watchlists": json.dumps(told.watchlists),
        "sketch": b"" if signature is None else signature.sketch,
    }
    number = await connection.scalar(queries.adding_report(), row)
    if signature is not None and signature.index:
        keys = [{"key": key, "at": at, "report": number} for key in dict.fromkeys(signature.index)]
        await connection.execute(queries.adding_story_key(), keys)
