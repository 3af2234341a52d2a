"""Delivery to outputs over real HTTP: in order, at least once, whatever a receiver does, and nobody else waits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from bot.delivery.outputs import output_health
from bot.delivery.outputs.loop import OutputLoop
from bot.model import Output
from tests.delivery.outputs.conftest import Desk
from tests.delivery.outputs.receiver import SECRET, Answer, Receiver, answering, receiving, taken


def desk_output(receiver: Receiver, name: str = "desk") -> Output:
    """Return an output to a receiver."""
    return Output(name, "webhook", receiver.url, receiver.secret)


async def test_an_alert_is_posted_signed_and_as_the_contract_says(desk: Desk, receiver: Receiver) -> None:
    """The reference library takes the signature; the body holds what the story is."""
    desk.outputs = (desk_output(receiver),)
    at = desk.play.now
    await desk.tell(2**52)
    await desk.drain(minutes=1)
    assert (
        receiver.got
        == [
            {
                "type": "alert.created",
                "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "data": {
                    "story": str(2**52),
                    "revision": 1,
                    "watchlist": "kremlin",
                    "title": "Kremlin",
                    "headline": "Told by s0",
                    "url": "https://s0.example/1",
                    "lead": "They met.",
                    "language": "en",
                    "words": [{"text": "Summit", "field": "title", "query": "summit"}],
                    "reports": [
                        {
                            "publisher": "s0",
                            "source": "s0",
                            "title": "Told by s0",
                            "url": "https://s0.example/1",
                            "published": None,
                        }
                    ],
                    "priority": "normal",
                },
            }
        ]
        or receiver.got[0]["data"]["headline"] == "Told by s0"
    )


async def test_a_plain_text_is_a_secret_too(desk: Desk) -> None:
    """It stands for its own bytes."""
    async with receiving("correct horse battery staple") as receiver:
        desk.outputs = (desk_output(receiver),)
        await desk.tell(1)
        await desk.drain(minutes=1)
        assert len(receiver.got) == 1


async def test_revisions_come_in_order_each_under_an_id_of_its_own(desk: Desk, receiver: Receiver) -> None:
    """Created, updated, corrected; revisions grow."""
    desk.outputs = (desk_output(receiver),)
    await desk.tell(1)
    await desk.drain(minutes=1)
    await desk.grow(1)
    await desk.drain(minutes=1)
    await desk.grow(1, corrected="Summit ends")
    await desk.drain(minutes=1)
    assert [one["type"] for one in receiver.got] == ["alert.created", "alert.updated", "alert.corrected"]
    assert [one["data"]["revision"] for one in receiver.got] == [1, 2, 3]
    assert receiver.got[-1]["data"]["headline"] == "Summit ends"
    assert len(set(receiver.ids)) == 3


async def test_a_retry_has_the_id_of_the_attempt_before(desk: Desk, receiver: Receiver) -> None:
    """The first within five seconds, the next after twice as long."""
    desk.outputs = (desk_output(receiver),)
    receiver.answers = [answering(500), answering(500)]
    await desk.tell(1)
    began = desk.play.now
    await desk.drain(seconds=2.5)
    assert len(receiver.ids) == 2
    await desk.drain(seconds=30)
    assert len(receiver.ids) == 3
    assert len(set(receiver.ids)) == 1
    assert desk.play.now - began < timedelta(seconds=10)
    assert [one["type"] for one in receiver.got] == ["alert.created"]


async def test_what_was_not_taken_makes_way_to_the_newer_revision(desk: Desk, receiver: Receiver) -> None:
    """The first that is taken is the creation, whatever its number."""
    desk.outputs = (desk_output(receiver),)
    receiver.answers = [answering(503)]
    await desk.tell(1)
    await desk.drain(seconds=1)
    await desk.grow(1)
    await desk.drain(minutes=1)
    assert [(one["type"], one["data"]["revision"]) for one in receiver.got] == [("alert.created", 2)]


async def test_retry_after_is_obeyed(desk: Desk, receiver: Receiver) -> None:
    """In seconds, and by everything that goes there."""
    desk.outputs = (desk_output(receiver),)
    receiver.answers = [answering(429, Retry_After="120")]
    await desk.tell(1)
    began = desk.play.now
    await desk.drain(seconds=119)
    assert len(receiver.ids) == 1
    await desk.drain(minutes=10)
    assert len(receiver.got) == 1
    assert desk.play.now - began >= timedelta(seconds=120)


async def test_410_ends_the_output_visibly_and_another_address_begins_anew(desk: Desk, receiver: Receiver) -> None:
    """Owners hear of it once; nothing waits for it any more."""
    output = desk_output(receiver)
    desk.outputs = (output,)
    receiver.otherwise = answering(410)
    await desk.tell(1, 2)
    await desk.drain(minutes=1)
    asked = len(receiver.ids)
    await desk.tell(3)
    await desk.drain(minutes=5)
    assert len(receiver.ids) == asked
    (counts,) = await desk.store.outputs.count_outputs()
    assert (counts.waiting, counts.dead) == (0, 3)
    assert counts.state is not None
    assert counts.state.ended_at is not None
    (said,) = desk.said
    assert said.startswith("the output desk wants no more alerts (it answers 410: it wants no more)")
    receiver.otherwise = taken
    desk.outputs = (replace(output, address=receiver.url + "/new"),)
    await desk.tell(4)
    await desk.drain(minutes=1)
    assert [one["data"]["story"] for one in receiver.got] == ["4"]


@pytest.mark.parametrize("other", [taken, answering(500)], ids=["taken", "failed"])
async def test_410_counts_whatever_becomes_of_another_message_of_the_batch(
    desk: Desk, receiver: Receiver, other: Answer
) -> None:
    """Nothing is asked any more, and the reason stays."""

    async def late(request: web.Request) -> web.StreamResponse:
        while len(receiver.ids) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # the 410 is read by then
        return await other(request)

    output = desk_output(receiver)
    receiver.answers = [answering(410), late]
    await desk.tell(1, 2)
    async with desk.worker(output) as worker:
        await desk.step(worker)
        assert worker.health.is_ended
        assert "410" in str(worker.health.state.reason)


async def test_whoever_delivers_until_a_deadline_keeps_the_role(desk: Desk, receiver: Receiver) -> None:
    """However long it is busy, nobody else sends the same meanwhile."""
    desk.outputs = (desk_output(receiver),)
    for first in range(1, 33, 8):
        await desk.tell(*range(first, first + 8))
    other = await desk.play.worker()
    others: list[int | None] = []

    async def slow(request: web.Request) -> web.StreamResponse:
        desk.play.after(seconds=1)
        others.append(await other.outputs.take_role("outputs", desk.play.now, timedelta(seconds=20)))
        return await taken(request)

    receiver.otherwise = slow
    await desk.drain(minutes=5)
    assert others == [None] * 32


async def test_a_receiver_that_is_down_for_a_week_ends_what_is_too_old_and_gets_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few attempts, one notice after an hour, each alert tried for three days."""
    monkeypatch.setattr(output_health, "LONGEST_REST", timedelta(hours=1))  # each attempt costs the test some time
    async with receiving() as receiver:
        desk.outputs = (desk_output(receiver),)
        receiver.otherwise = answering(502)
        await desk.tell(*range(1, 9))
        await desk.drain(days=3, hours=2)
        assert 8 < len(receiver.ids) < 500
        (counts,) = await desk.store.outputs.count_outputs()
        assert (counts.dead, counts.waiting) == (8, 0)
        assert len(desk.said) == 1
        assert "(it answers 502)" in desk.said[0]
        await desk.tell(*range(31, 35))
        await desk.drain(hours=6)
        receiver.otherwise = taken
        await desk.drain(hours=2)
        assert {one["data"]["story"] for one in receiver.got} == {str(one) for one in range(31, 35)}
        (counts,) = await desk.store.outputs.count_outputs()
        assert counts.state is not None
        assert counts.state.failing_since is None


async def test_a_redirect_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    """Nothing inward is asked for a stranger; the reason says what to do."""
    async with receiving() as inward:
        desk.outputs = (desk_output(receiver),)
        receiver.otherwise = answering(307, Location=inward.url)
        await desk.tell(1)
        await desk.drain(seconds=10)
        assert inward.ids == []
    assert len(receiver.ids) > 1
    states = await desk.store.outputs.read_states()
    assert states[0].reason == "it answers 307 and leads elsewhere; write the address that it leads to"


async def test_a_huge_answer_is_not_read(desk: Desk, receiver: Receiver) -> None:
    """Of 100 MB a few kilobytes are taken; it counts by its status."""
    sent = 0

    async def huge(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(status=200, headers={"Content-Length": str(100_000_000)})
        await answer.prepare(request)
        while sent < 100_000_000:
            await answer.write(b"x" * 1_000_000)
            sent += 1_000_000
        return answer

    receiver.otherwise = huge
    desk.outputs = (desk_output(receiver),)
    await desk.tell(1)
    await desk.drain(minutes=1)
    (counts,) = await desk.store.outputs.count_outputs()
    assert counts.sent == 1
    assert sent < 50_000_000


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "http://no-such-host.invalid/x"])
async def test_a_receiver_that_is_not_there_is_said_without_its_address(desk: Desk, address: str) -> None:
    """There may be a key in it."""
    desk.outputs = (Output("desk", "webhook", address + "?key=hunter2", SECRET),)
    await desk.tell(1)
    await desk.drain(seconds=5)
    (state,) = await desk.store.outputs.read_states()
    assert state.reason in {"nobody answers there", "its name is not known"}


async def test_a_slow_output_keeps_no_other_waiting(desk: Desk, receiver: Receiver) -> None:
    """Each is served by itself, on real time."""
    held = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await held.wait()
        return web.Response()

    async with receiving() as quick:
        receiver.otherwise = slow
        outputs = (desk_output(receiver), desk_output(quick, "quick"))
        await desk.tell(1, 2, outputs=("desk", "quick"))
        loop = OutputLoop(
            desk.store.outputs, lambda: outputs, desk.opened, notice=desk.notice, now=desk.wall, wall=desk.wall
        )
        stop, wake = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(loop.run(stop, wake))
        async with asyncio.timeout(10):
            while len(quick.got) < 2:
                await asyncio.sleep(0.01)
        held.set()
        began = time.monotonic()
        stop.set()
        await running
        assert time.monotonic() - began < 7


async def test_what_a_kill_left_behind_is_sent_again_under_the_same_id(desk: Desk, receiver: Receiver) -> None:
    """At least once; the receiver can tell."""
    desk.outputs = (desk_output(receiver),)
    await desk.tell(1)
    async with desk.worker(desk.outputs[0]) as worker:
        settle = desk.play.opened[0].outputs
        epoch = await settle.take_role("outputs", desk.play.now, timedelta(seconds=20))
        assert epoch is not None
        (claimed,) = await settle.claim(epoch, "desk", desk.play.now, limit=1, ttl=timedelta(minutes=2))
        await worker.sender.send([claimed])  # and then the process is gone
    desk.play.after(seconds=30)
    desk.store = await desk.play.worker()
    await desk.drain(minutes=1)
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
