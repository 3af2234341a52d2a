"""What watchlists tell, put on record: for their feeds, and for the outputs that they name.

Functions over an open transaction, for polling: they commit with what was seen. One row a watchlist and story, one row
an output and story; what is there already stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Insert, bindparam, literal, or_, select, text, update

from bot.alerts.watchlist_alert import WatchlistAlert
from bot.model import Priority
from bot.store.database.dialect import Dialect
from bot.store.model_answers.open_questions import Asked
from bot.store.outputs.watchlist_alert_codec import to_watchlist_payload
from bot.store.tables import output_alerts, watchlist_alerts

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

RANKS: Final[tuple[Priority, ...]] = ("urgent", "normal", "low")  # by the number that stands in `rank`
_KEY_BYTES: Final = 12


async def announce(
    connection: AsyncConnection, dialect: Dialect, alerts: Sequence[WatchlistAlert], now: int, asked: Asked
) -> None:
    """Put these on record, and queue them for their outputs; `now` in milliseconds. A louder one raises what is there.

    An output that several watchlists of a story name gets the first of them, rather one that need not wait. What is
    `asked` about waits.
    """
    if not alerts:
        return
    rows = [
        {
            "watchlist": one.watchlist,
            "story": one.story,
            "rank": RANKS.index(one.priority),
            "payload": to_watchlist_payload(one),
            "revision": 1,
            "created_at": now,
            "updated_at": now,
        }
        for one in alerts
    ]
    await connection.execute(_insert_alert_statement(dialect), rows)
    queued = [
        {
            "its_output": output,
            "its_watchlist": one.watchlist,
            "its_story": one.story,
            "its_key": secrets.token_urlsafe(_KEY_BYTES),
            "now": now,
            "its_due": asked.when_due(one.story, one.watchlist, now),
        }
        for one in sorted(alerts, key=lambda one: (one.story, one.watchlist) in asked.questions)
        for output in one.outputs
    ]
    if queued:
        await connection.execute(_queue_statement(dialect), queued)


async def raise_output_revisions(
    connection: AsyncConnection, dialect: Dialect, grown: Sequence[int], corrected: Sequence[int], now: int
) -> None:
    """Make these stories due again wherever they were told; of `corrected`, a headline is another one."""
    if not grown:
        return
    packed = {"stories": dialect.pack(grown), "corrected": dialect.pack(corrected)}
    its = watchlist_alerts.c.revision + 1
    told = update(watchlist_alerts).where(dialect.among(watchlist_alerts.c.story, "stories"))
    await connection.execute(told.values(revision=its, updated_at=now), {"stories": packed["stories"]})
    sent = update(output_alerts).where(dialect.among(output_alerts.c.story, "stories"), text("state <> 'dead'"))
    changed = or_(output_alerts.c.corrected, dialect.among(output_alerts.c.story, "corrected"))
    await connection.execute(sent.values(wanted=output_alerts.c.wanted + 1, corrected=changed), packed)


@cache
def _insert_alert_statement(dialect: Dialect) -> Insert:
    new = dialect.insert(watchlist_alerts)
    louder = new.excluded.rank < watchlist_alerts.c.rank
    return new.on_conflict_do_update(
        index_elements=["watchlist", "story"], set_={"rank": new.excluded.rank}, where=louder
    )


@cache
def _queue_statement(dialect: Dialect) -> Insert:
    """Return the insert of an alert on its way: its_output, its_watchlist, its_story, its_key, now, its_due."""
    columns = output_alerts.c
    values: dict[str, Any] = {
        "output": bindparam("its_output", type_=columns.output.type),
        "story": watchlist_alerts.c.story,
        "alert": watchlist_alerts.c.id,
        "key": bindparam("its_key", type_=columns.key.type),
        "state": literal("pending"),
        "wanted": literal(1),
        "shown": literal(0),
        "answers": literal(0),
        "attempts": literal(0),
        "not_before": bindparam("its_due", type_=columns.not_before.type),
        "created_at": bindparam("now", type_=columns.created_at.type),
    }
    its = (
        watchlist_alerts.c.watchlist == bindparam("its_watchlist"),
        watchlist_alerts.c.story == bindparam("its_story"),
    )
    rows = select(*values.values()).where(*its)
    return dialect.insert(output_alerts).from_select([*values], rows).on_conflict_do_nothing()
