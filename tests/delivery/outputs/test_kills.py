"""Deliveries to a receiver that fails a third of the time, over kills of the process: each at least once, in order."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from aiohttp import web

from tests.delivery.outputs.conftest import Desk
from tests.delivery.outputs.receiver import SECRET, Receiver

ROOT = Path(__file__).parents[3]


async def start(desk: Desk, receiver: Receiver) -> asyncio.subprocess.Process:
    """Start a process that delivers."""
    told = (desk.play.url, receiver.url, SECRET)
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.plugins.output_sender", *told, cwd=ROOT)


@pytest.mark.parametrize(("stories", "kills"), [(40, 1), pytest.param(10_000, 10, marks=pytest.mark.soak)])
async def test_none_is_lost_over_kills(desk: Desk, receiver: Receiver, stories: int, kills: int) -> None:
    """However often it is killed in between; a story's revisions never go back."""
    chance = random.Random(7)

    async def shaky(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503 if chance.random() < 1 / 3 else 204)

    receiver.otherwise = shaky
    for begin in range(1, stories + 1, 500):
        await desk.tell(*range(begin, min(begin + 500, stories + 1)))
    for kill in range(kills + 1):
        process = await start(desk, receiver)
        wanted = stories if kill == kills else stories * (kill + 1) // (kills + 2)
        async with asyncio.timeout(60 + stories / 20):
            while len({one["data"]["story"] for one in receiver.got}) < wanted:
                await asyncio.sleep(0.02)
        if kill < kills:
            await desk.grow(1 + kill)
        else:
            async with asyncio.timeout(60):
                while any(one.waiting for one in await desk.store.outputs.count_outputs()):
                    await asyncio.sleep(0.1)
        process.kill()
        await process.wait()
    revisions = defaultdict[str, list[int]](list)
    for one in receiver.got:
        revisions[one["data"]["story"]].append(one["data"]["revision"])
    assert len(revisions) == stories
    assert all(found == sorted(found) for found in revisions.values())
    assert all(revisions[str(1 + kill)][-1] == 2 for kill in range(kills))
    again = len(receiver.got) - len({(one["data"]["story"], one["data"]["revision"]) for one in receiver.got})
    assert again <= 8 * kills, "a kill costs what was under way, eight messages at most"
