"""The request that says that all is well: when it is made, and when not."""

from __future__ import annotations

import asyncio

from bot.errors import FetchError, StoreError
from bot.operations.ping import keep_pinging
from bot.process.heartbeat import Heartbeats


async def test_all_is_well_is_said_only_when_it_is() -> None:
    """A silent loop, a loop in vain and a database that is away stop it; a monitoring that fails does not."""
    now, said, stop = [0.0], list[str](), asyncio.Event()
    hearts = Heartbeats(lambda: now[0])
    hearts.expect("poller", 30.0)
    states = iter(["well", "silent", "well", "vain", "well", "away", "well", "refused", "well"])
    state = ""

    async def ready() -> None:
        if state == "away":
            raise StoreError("away")

    async def ping() -> None:
        said.append(state)
        if state == "refused":
            raise FetchError("no")

    def beat() -> None:
        nonlocal state
        state = next(states, "")
        if not state:
            stop.set()
        now[0] += 31 if state == "silent" else 0
        if state != "silent":
            hearts.beat("poller")
        hearts.report_problem("poller", "full" if state == "vain" else None)

    await keep_pinging(ping, ready, hearts, stop, beat=beat, every=0.001)
    assert [one for one in said if one] == ["well"] * 4 + ["refused", "well"]
