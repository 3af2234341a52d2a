"""Ids of a turn or a delivery: on every line of its own, and on no other."""

from __future__ import annotations

import asyncio
import logging
from io import StringIO

from bot.process.log_context import bind_log_ids, log_ids
from bot.process.logs import configure


async def test_lines_of_a_piece_of_work_carry_its_id() -> None:
    """In its task, in tasks and threads that it starts, whatever the others do meanwhile."""
    log, out = logging.getLogger("bot"), StringIO()
    end = configure(stream=out)

    async def turn(number: int) -> None:
        bind_log_ids(turn=f"{number}.1")
        log.warning("begins %d", number)
        await asyncio.sleep(0)
        await asyncio.to_thread(log.warning, "in a thread %d", number)

    await asyncio.gather(*(asyncio.create_task(turn(number)) for number in (1, 2)))
    with log_ids(delivery="7.2"):
        log.warning("sent")
    log.warning("none")
    end()
    lines = out.getvalue().splitlines()
    assert all(f"turn={number}.1" in line for line in lines for number in (1, 2) if line.count(f" {number} "))
    assert sum("turn=" in line for line in lines) == 4
    assert [line.endswith("sent delivery=7.2") for line in lines].count(True) == 1
    assert lines[-1].endswith("none")
