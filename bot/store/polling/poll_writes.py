"""What a poll changes, as rows: the end of the poll, new items, stories with their reports and keys.

Functions over an open transaction; `recording` calls them in order. Whose turn it is was decided before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bot.model import Report
from bot.ports.poll_store import Correction, Outcome, Recorded, SourceLease, Turn
from bot.store.codecs import clean, clean_or_none, to_json
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_ms_or_none
from bot.store.hubs.hub_states import remove_contents
from bot.store.polling import poll_statements
from bot.store.polling.poll_notes import add_poll_note
from bot.store.polling.seen_keys import AgedKeys, insert_keys, look_up_keys, refresh_keys
from bot.store.polling.source_stats_codec import from_source_stats

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# Characters that stay on record: enough for backtests and for what an alert shows, a bound for the disk.
TITLE, LEAD, BODY = 1_000, 4_000, 20_000


def lease_parameters(leased: SourceLease) -> dict[str, Any]:
    """Return the parameters of `is_lease_held`."""
    return {"its_id": leased.id, "its_fence": leased.fence}


def finish_parameters(outcome: Outcome, more: int = 0) -> dict[str, Any]:
    """Return the parameters of `finish_statement`; `more` items are new.

    While the lease is held nobody else counts failures or quiet polls.
    """
    leased, validators = outcome.leased, outcome.validators
    failed, at = outcome.error is not None, to_ms(outcome.polled_at)
    quiet = leased.quiet if failed else leased.quiet + 1
    failures = leased.failures + outcome.counted if failed else 0
    learned = from_source_stats(outcome.stats or leased.stats)
    learned["poll_notes"] = add_poll_note(leased.stats.polls, outcome.polled_at, None if failed else more)
    return lease_parameters(leased) | {
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


async def write_quiet_polls(
    connection: AsyncConnection, dialect: Dialect, aged_keys: AgedKeys, turns: Sequence[Turn]
) -> None:
    """Write turns that tell nobody anything: what was seen, and the ends of the polls.

    What was seen under a lease that is lost is left out as a whole, and so are items that are on record already.
    """
    ids = dialect.pack([turn.outcome.leased.id for turn in turns])
    fences = {
        row.id: row.fence
        for row in await connection.execute(poll_statements.lock_leases_statement(dialect), {"ids": ids})
    }
    leases = ((turn.outcome.leased, turn) for turn in turns)
    ours = {leased.id: turn for leased, turn in leases if fences.get(leased.id) == leased.fence}
    if not ours:
        return
    found = {one: [key for each in turn.items for key in each.item.keys] for one, turn in ours.items()}
    unknown, _ = await look_up_keys(connection, dialect, found)
    fresh = {
        one: [
            each
            for each in turn.items
            if each.item.sighting != "first" or unknown.get(one, set()).issuperset(each.item.keys)
        ]
        for one, turn in ours.items()
    }
    await insert_items(connection, [(one, each) for one, items in fresh.items() for each in items])
    keys = [(one, key) for one, turn in ours.items() for key in (*found[one], *turn.keys)]
    await insert_keys(connection, dialect, keys, max(to_ms(turn.outcome.polled_at) for turn in turns))
    await refresh_keys(
        connection, [row for one, turn in ours.items() for row in aged_keys.take(one, turn.outcome.polled_at)]
    )
    await remove_contents(connection, (each for turn in ours.values() for each in turn.outcome.read_contents))
    await connection.execute(
        poll_statements.finish_statement(),
        [finish_parameters(turn.outcome, len(fresh[one])) for one, turn in ours.items()],
    )


async def insert_items(connection: AsyncConnection, items: Iterable[tuple[int, Recorded]]) -> None:
    """Put items on record, each with its source."""
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
        for source_id, one in items
    ]
    if rows:
        await connection.execute(poll_statements.insert_item_statement(), rows)


async def insert_reports(connection: AsyncConnection, dialect: Dialect, items: Sequence[Recorded]) -> None:
    """Put the reports of items on record, with their stories where those are new, and with the keys that find them."""
    rows = [(one, _report(one, one.report)) for one in items if one.story is not None and one.report is not None]
    if not rows:
        return
    first = [
        {"id": row["story"], "created_at": row["at"], "headline": row["headline"], "url": row["url"]} for _, row in rows
    ]
    await connection.execute(poll_statements.insert_story_statement(dialect), first)
    numbers = await connection.scalars(poll_statements.insert_report_statement(), [row for _, row in rows])
    keys = [
        {"key": key, "at": row["at"], "report": number}
        for (one, row), number in zip(rows, numbers, strict=True)
        for key in dict.fromkeys(one.signature.index if one.signature else ())
    ]
    if keys:
        await connection.execute(poll_statements.insert_story_key_statement(), keys)


def _report(one: Recorded, report: Report) -> dict[str, Any]:
    return {
        "story": one.story,
        "source": clean(report.source),
        "publisher": clean(report.publisher),
        "headline": clean(report.headline[:TITLE]),
        "url": clean_or_none(report.url),
        "at": to_ms(report.at),
        "published": to_ms_or_none(report.published),
        "watchlists": to_json(report.watchlists),
        "sketch": b"" if one.signature is None else one.signature.sketch,
        "reason": clean(report.reason),
        "key": next(iter(one.item.keys), None),
    }


async def correct_headlines(connection: AsyncConnection, corrections: Sequence[Correction]) -> None:
    """Give reports the headlines that their publishers give them now."""
    if corrections:
        rows = [{"its_id": one.report, "to_headline": clean(one.headline[:TITLE])} for one in corrections]
        await connection.execute(poll_statements.correct_headline_statement(), rows)
