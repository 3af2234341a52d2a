"""What a poll changes, as rows: the end of the poll, new items, stories with their reports and keys.

Functions over an open transaction; `recording` calls them in order. Whose turn it is was decided before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Update, and_, bindparam, func, insert, text, update

from bot.model import Report, Signature
from bot.ports import Leased, Outcome, Recorded
from bot.store.dialect import Dialect
from bot.store.instants import to_ms, to_ms_or_none
from bot.store.rows import clean, clean_or_none
from bot.store.schema import LEASED, item, report, source, story, story_key

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# Characters that stay on record: enough for backtests and for what an alert shows, a bound for the disk.
TITLE, LEAD, BODY = 1_000, 4_000, 20_000

ENDED = ("etag", "last_modified", "body_hash", "next_due", "error", "failures", "quiet", "tried_at", "baselined")


def held() -> ColumnElement[bool]:
    """Return "this lease is still ours", for the parameters of `lease_of`."""
    return and_(source.c.id == bindparam("its_id"), source.c.fence == bindparam("its_fence"), text(LEASED))


def lease_of(leased: Leased) -> dict[str, Any]:
    """Return the parameters of `held`."""
    return {"its_id": leased.id, "its_fence": leased.fence}


def end_poll() -> Update:
    """Return the statement that ends a poll and gives its lease back, for the parameters of `end_of`."""
    plain: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ENDED}
    kept: dict[str, Any] = {name: func.coalesce(bindparam(f"to_{name}"), source.c[name]) for name in ("read_at", "polled_at")}
    return update(source).where(held()).values({**plain, **kept, "lease_until": None, "holder": None})


def end_of(outcome: Outcome) -> dict[str, Any]:
    """Return the parameters of `end_poll`. While the lease is held nobody else counts failures or quiet polls."""
    leased, validators = outcome.leased, outcome.validators
    failed, at = outcome.error is not None, to_ms(outcome.polled_at)
    quiet = leased.quiet if failed else leased.quiet + 1
    return lease_of(leased) | {
        "to_etag": clean_or_none(validators.etag),
        "to_last_modified": clean_or_none(validators.last_modified),
        "to_body_hash": validators.body_hash,
        "to_next_due": to_ms(outcome.next_due),
        "to_error": clean_or_none(outcome.error),
        "to_failures": leased.failures + 1 if failed else 0,
        "to_quiet": 0 if outcome.new else quiet,
        "to_tried_at": at,
        "to_baselined": leased.baselined or outcome.parsed,
        "to_read_at": at if outcome.parsed else None,
        "to_polled_at": None if failed else at,
    }


async def put_items(connection: AsyncConnection, source_id: int, items: Sequence[Recorded]) -> None:
    """Put items on record and raise the source's counter."""
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
    await connection.execute(insert(item), rows)
    counted = update(source).where(source.c.id == bindparam("its_id"))
    await connection.execute(
        counted.values(known=source.c.known + bindparam("more")), {"its_id": source_id, "more": len(rows)}
    )


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
    await connection.execute(dialect.insert(story).on_conflict_do_nothing(), first)
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
    number = await connection.scalar(insert(report).returning(report.c.id), row)
    if signature is not None and signature.index:
        keys = [{"key": key, "at": at, "report": number} for key in dict.fromkeys(signature.index)]
        await connection.execute(insert(story_key), keys)
