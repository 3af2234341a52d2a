"""What is changed in a record that comes out of a backup, so that nothing old is told again.

What stands in a source at its first poll is baseline, but for what is dated after a time; alerts that were unsent when
the backup was taken end visibly, for they may have been sent since; whatever was leased is free. Functions over an open
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, text, update

from bot.store.database.timestamps import to_ms
from bot.store.tables import instances, outbox, output_alerts, page_sessions, role_leases, sign_in_links, sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

REASON = "restored"  # of alerts that end here
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # nothing is dated after it


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored record begins with."""

    sources: int  # of which what stands there now is taken as known
    ended: int  # alerts that were not sent


async def mark_restored(connection: AsyncConnection, tell_since: datetime | None) -> Restored:
    """Change a record so that it can be used again; return how many sources and alerts that concerns."""
    anew = {
        "told_from": to_ms(tell_since or NEVER),
        **dict.fromkeys(("etag", "last_modified", "body_hash", "holder", "lease_until", "whole_at")),
        "next_due": 0,
        "failures": 0,
    }
    begun = (await connection.execute(update(sources).values(anew))).rowcount
    unsent = update(outbox).where(text("state = 'pending'"))
    ended = (await connection.execute(unsent.values(state="dead", reason=REASON, hold=None))).rowcount
    # Messages that were sent have grown since: an edit by what is on record would take reports out of them.
    shown = update(outbox).where(text("state = 'sent' AND wanted > shown"))
    await connection.execute(shown.values(shown=outbox.c.wanted))
    await connection.execute(update(outbox).values(lease_epoch=None, lease_until=None))
    ended += await _end_output_alerts(connection)
    await connection.execute(delete(role_leases))
    await connection.execute(delete(instances))
    # A session that was ended since the backup would be open again.
    await connection.execute(delete(page_sessions))
    await connection.execute(delete(sign_in_links))
    return Restored(begun, ended)


async def _end_output_alerts(connection: AsyncConnection) -> int:
    """End what waits for outputs; return how many alerts."""
    free = {"lease_epoch": None, "lease_until": None}
    unsent = update(output_alerts).where(text("state = 'pending'"))
    ended = (await connection.execute(unsent.values(state="dead", reason=REASON, **free))).rowcount
    await connection.execute(
        update(output_alerts).where(text("state = 'sent'")).values(shown=output_alerts.c.wanted, **free)
    )
    return ended
