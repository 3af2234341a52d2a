"""`only` from a poll to the chat: a no sends nothing, and nothing else is ever later than without a model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.i18n import Say, words
from bot.language_model.chat_completions import ChatCompletions, Endpoint
from bot.language_model.circuit_breaker import OPENS_AFTER
from bot.language_model.line_writer import LineWriter
from bot.language_model.model_client import AT_ONCE, ModelClient
from bot.language_model.model_worker import ModelWorker
from bot.language_model.relevance_judge import RelevanceJudge
from bot.model import Chat
from bot.ports.model_store import VERDICT_WAIT
from bot.process.metrics import Metrics

if TYPE_CHECKING:
    from bot.store.repository import Store
    from tests.plugins.model_server import ModelServer
    from tests.plugins.rig import Rig

    Rss = Callable[..., bytes]

LISTS = """
  talks: {keywords: [Kremlin], languages: [en], only: "about diplomacy, not sport", deliver_to: [77, 78]}
  plain: {keywords: [harbour], languages: [en], deliver_to: [77]}
"""


@dataclass
class Watched:
    """An installation with a model: `later` polls, `judged` lets the model answer all that is asked."""

    rig: Rig
    server: ModelServer
    store: Store
    worker: ModelWorker
    metrics: Metrics
    said: list[str] = field(default_factory=list)

    async def judged(self, seconds: float = 30.0) -> None:
        """Let the model work until nothing is asked any more."""
        stop = asyncio.Event()
        working = asyncio.create_task(self.worker.run(stop))
        async with asyncio.timeout(seconds):
            while self.rig.rows("SELECT 1 FROM model_verdicts WHERE verdict IS NULL"):
                await asyncio.sleep(0.01)
        stop.set()
        await working

    async def headlines(self) -> list[str]:
        """Return what is due now, and take it as sent."""
        return await self.rig.headlines()


@asynccontextmanager
async def watched(
    rig: Rig, rss: Rss, server: ModelServer, tokens: int = 1_000_000, *, seen: bool = True
) -> AsyncIterator[Watched]:
    """Give an installation whose source was seen empty; one that was not `seen` tells all that it shows first."""
    site = await rig.site()
    site.pages["/feed"] = rss(site=site.url(""))
    more = "" if seen else ", backlog: all"
    text = f"sources: [{{name: One, publisher: one, url: '{site.url()}', full_text: never{more}}}]\nwatchlists:"
    store = await rig.set_up(text + LISTS, NEWSWATCH_MODEL_URL=server.url)
    if seen:
        await rig.poll()
    completions, metrics, said = ChatCompletions(Endpoint(server.url, "small")), Metrics(), list[str]()

    async def notice(say: Say) -> None:
        said.append(say(words("en")))

    client = ModelClient(completions, store.tokens, tokens, notice, metrics)
    judge = RelevanceJudge(store.verdicts, client, metrics, lambda: rig.now)
    try:
        lines = LineWriter(store.lines, client, metrics, lambda: rig.now, lambda: "en")
        yield Watched(rig, server, store, ModelWorker(judge, lines, lambda: rig.now), metrics, said)
    finally:
        await completions.close()


def publish(rig: Rig, rss: Rss, *entries: tuple[str, str]) -> None:
    """Put these headlines with their texts into the feed."""
    site = rig.sites[0]
    site.pages["/feed"] = rss(*((str(n), title, text) for n, (title, text) in enumerate(entries)), site=site.url(""))


async def test_a_no_sends_nothing_and_a_yes_sends_at_once(rig: Rig, rss: Rss, model_server: ModelServer) -> None:
    """The model sees the sentence and the story; one call serves both chats."""
    model_server.reply = lambda asked: "no: it is about hockey." if "puck" in asked else "yes: it is about talks."
    async with watched(rig, rss, model_server) as bot:
        publish(rig, rss, ("Kremlin team wins", "The puck went in."), ("Kremlin invites envoys", "Talks begin."))
        assert (await rig.later(minutes=5)).queued == 4
        assert await bot.headlines() == []
        await bot.judged()
        assert await bot.headlines() == ["Kremlin invites envoys"] * 2
        rig.now += timedelta(hours=1)
        assert await bot.headlines() == []
        (trace,) = await bot.store.items.trace_item(rig.sites[0].url("/0"), Chat(78))
        assert trace.delivery is not None
        assert trace.delivery.reason == "talks: it is about hockey."
    assert len(model_server.asked) == 2
    assert all("about diplomacy, not sport" in asked for asked in model_server.questions())


@pytest.mark.parametrize(
    "reply",
    [
        "unsure: who knows",
        "Perhaps.",
        "",
        "<think>no",
        web.Response(status=500),
        web.Response(status=429, headers={"Retry-After": "3600"}),
        web.Response(body=b"no: not even JSON"),
        (60.0, "no: too late"),
    ],
    ids=["unsure", "prose", "empty", "thinking", "500", "429", "broken", "late"],
)
async def test_whatever_is_no_clear_no_sends_the_alert_in_time(
    rig: Rig, rss: Rss, model_server: ModelServer, reply: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late, broken, at length or unreadable: 30 s after the match the alert is due, whatever the model does."""
    monkeypatch.setattr("bot.language_model.model_client.DEADLINE", 0.3)
    model_server.reply = lambda _: reply  # type: ignore[assignment,return-value]  # each is one of the kinds
    async with watched(rig, rss, model_server) as bot:
        publish(rig, rss, ("Kremlin invites envoys", "Talks begin."))
        assert (await rig.later(minutes=5)).queued == 2
        await bot.judged()
        rig.now += VERDICT_WAIT
        assert await bot.headlines() == ["Kremlin invites envoys"] * 2


async def test_alerts_that_ask_nothing_are_as_early_as_without_a_model(
    rig: Rig, rss: Rss, model_server: ModelServer
) -> None:
    """In the same poll, beside a rush of questions to a model that hangs: paired in one run."""
    model_server.reply = lambda _: (60.0, "no")
    async with watched(rig, rss, model_server, seen=False) as bot:
        rush = [(f"Kremlin case {n}: {n * 7919}", f"Text {n}.") for n in range(30)]
        publish(rig, rss, *rush, ("The harbour opens", "Ships sail."))
        stop = asyncio.Event()
        working = asyncio.create_task(bot.worker.run(stop))
        assert (await rig.later(minutes=5)).queued == 61
        assert await bot.headlines() == ["The harbour opens"]
        stop.set()
        await working
        rig.now += VERDICT_WAIT
        assert len(await bot.headlines()) == 60
    assert model_server.most_at_once <= AT_ONCE


@pytest.mark.parametrize("many", [60, pytest.param(500, marks=pytest.mark.soak)])
async def test_a_rush_is_bounded_in_calls_and_all_of_it_is_told(
    rig: Rig, rss: Rss, model_server: ModelServer, many: int
) -> None:
    """A model that fails is left alone after a few; one whose tokens are spent is not asked at all."""
    model_server.reply = lambda _: web.Response(status=401)
    async with watched(rig, rss, model_server, seen=False) as bot:
        publish(rig, rss, *((f"Kremlin case {n}: {n * 7919} and {n}", f"Text {n * 31}.") for n in range(many)))
        rig.now += timedelta(minutes=5)
        queued = (await rig.poll(force=True)).queued
        assert queued == 2 * many
        await bot.judged(60)
        assert len([one for _ in range(3) for one in await bot.headlines()]) == queued
        assert len(model_server.asked) <= OPENS_AFTER + AT_ONCE
        assert len(bot.said) == 1


async def test_over_budget_means_yes(rig: Rig, rss: Rss, model_server: ModelServer) -> None:
    """An owner hears of it once, and nothing more is asked that day."""
    model_server.reply = lambda _: "no: never"
    async with watched(rig, rss, model_server, tokens=100) as bot:
        publish(rig, rss, ("Kremlin invites envoys", "Talks begin."), ("Kremlin sends envoys", "They leave."))
        await rig.later(minutes=5)
        await bot.judged()
        assert len(await bot.headlines()) == 4
        assert (len(model_server.asked), len(bot.said)) == (0, 1)


async def test_a_worker_that_dies_delays_nothing(rig: Rig, rss: Rss, model_server: ModelServer) -> None:
    """What it had taken is not asked again: the alert is due at its deadline."""
    model_server.reply = lambda _: (60.0, "no")
    async with watched(rig, rss, model_server) as bot:
        publish(rig, rss, ("Kremlin invites envoys", "Talks begin."))
        await rig.later(minutes=5)
        stop = asyncio.Event()
        working = asyncio.create_task(bot.worker.run(stop))
        async with asyncio.timeout(5):
            while not model_server.asked:
                await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        rig.now += VERDICT_WAIT
        assert len(await bot.headlines()) == 2
