"""A model asked within limits: one deadline, retries, a budget on record, a breaker that says once that it opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import ModelError
from bot.i18n import Say, words
from bot.language_model import model_client
from bot.language_model.chat_completions import ChatCompletions, Endpoint, Message
from bot.language_model.circuit_breaker import OPENS_AFTER
from bot.language_model.model_client import ModelClient
from bot.store.repository import Store, open_store
from tests.plugins.model_server import ModelServer, Reply

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUESTION = (Message("user", "x" * 100),)  # reserves 50 tokens beside those of the answer
COST = 120  # tokens of an answer of the stand-in


@dataclass
class Bench:
    """A server, a database, and clients of it that each play an instance."""

    server: ModelServer
    store: Store
    stack: AsyncExitStack
    now: datetime = NOW
    said: list[str] = field(default_factory=list)

    def client(self, tokens: int = 10_000) -> ModelClient:
        """Return the client of one more instance."""

        async def notice(say: Say) -> None:
            self.said.append(say(words("en")))

        completions = ChatCompletions(Endpoint(self.server.url, "small"))
        self.stack.push_async_callback(completions.close)
        return ModelClient(completions, self.store.tokens, tokens, notice, now=lambda: self.now)

    async def used(self) -> int:
        """Return the tokens of today."""
        return await self.store.tokens.count_tokens(self.now.toordinal())


@pytest.fixture
async def bench(tmp_path: Path, model_server: ModelServer) -> AsyncIterator[Bench]:
    """Give a server, a database, and whatever clients a test wants."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(await open_store(f"sqlite:///{tmp_path}/n.db", migrate=True))
        yield Bench(model_server, store, stack)


def in_turn(*replies: Reply) -> object:
    """Return what answers with these, one after the other."""
    left = list(replies)
    return lambda _: left.pop(0)


async def ask(client: ModelClient, seconds: float = 10.0) -> str:
    """Ask one question."""
    return await client.ask(QUESTION, most_tokens=50, seconds=seconds)


async def test_a_busy_server_is_asked_again_when_it_says_and_within_the_deadline(bench: Bench) -> None:
    """429 with Retry-After and 500 are waited out; nothing but the answer costs tokens."""
    busy, broken = web.Response(status=429, headers={"Retry-After": "0.1"}), web.Response(status=500)
    bench.server.reply = in_turn(busy, broken, "Well.")  # type: ignore[assignment]  # it answers as it should
    assert await ask(bench.client()) == "Well."
    assert (len(bench.server.asked), await bench.used()) == (3, COST)


async def test_a_wait_that_the_deadline_has_no_room_for_is_not_begun(bench: Bench) -> None:
    """Nobody waits for a model that says "in an hour", and nobody asks it until then."""
    bench.server.reply = lambda _: web.Response(status=429, headers={"Retry-After": "3600"})
    client = bench.client()
    async with asyncio.timeout(3):
        with pytest.raises(ModelError, match="429"):
            await ask(client)
    with pytest.raises(ModelError) as caught:
        await ask(client)
    assert (caught.value.fault, len(bench.server.asked)) == ("resting", 1)


async def test_all_tries_together_take_no_longer_than_the_deadline(bench: Bench) -> None:
    """A server that is broken for good costs the seconds that there were."""
    bench.server.reply = lambda _: web.Response(status=500)
    began = asyncio.get_running_loop().time()
    with pytest.raises(ModelError):
        await ask(bench.client(), seconds=1.0)
    assert asyncio.get_running_loop().time() - began < 3


async def test_the_breaker_opens_after_failures_and_an_owner_hears_of_it_once(bench: Bench) -> None:
    """From then on nothing is sent; alerts go out without it."""
    bench.server.reply = lambda _: web.Response(status=401)
    client = bench.client()
    for _ in range(OPENS_AFTER + 5):
        with pytest.raises(ModelError):
            await ask(client)
    assert len(bench.server.asked) == OPENS_AFTER
    (said,) = bench.said
    assert "NEWSWATCH_MODEL_KEY" in said
    assert client.metrics.values["newswatch_llm_failures_total", ("resting",)] == 5


async def test_the_budget_holds_over_instances_and_restarts(bench: Bench) -> None:
    """What two instances ask at once is reserved before it is sent; a third that starts later finds it spent."""
    bench.server.reply = lambda _: (0.05, "Well.")
    clients = [bench.client(1000), bench.client(1000)]
    results = await asyncio.gather(*(ask(clients[n % 2]) for n in range(20)), return_exceptions=True)
    late = await asyncio.gather(ask(bench.client(1000)), return_exceptions=True)
    refused = [one for one in (*results, *late) if isinstance(one, ModelError)]
    assert {one.fault for one in refused} == {"budget"}
    assert await bench.used() <= 1000 + 2 * COST
    assert await bench.used() == COST * len(bench.server.asked)
    assert len(bench.said) == 3  # each instance says it once
    bench.now = NOW.replace(day=24)
    assert await ask(clients[0]) == "Well."


async def test_a_server_that_counts_nothing_is_charged_what_was_reserved(bench: Bench) -> None:
    """So is one whose answer came too late: it may have worked all the same."""
    bench.server.tokens = None
    bench.server.reply = lambda _: "Well."
    await ask(bench.client())
    assert await bench.used() == 100
    bench.server.reply = lambda _: (20.0, "Well.")
    with pytest.raises(ModelError):
        await ask(bench.client(), seconds=0.2)
    assert await bench.used() == 200


async def test_only_a_few_questions_are_under_way_at_a_time(bench: Bench) -> None:
    """A rush waits its turn, and a small machine is not asked for more than it can do."""
    bench.server.reply = lambda _: (0.02, "Well.")
    client = bench.client()
    await asyncio.gather(*(ask(client) for _ in range(12)))
    assert bench.server.most_at_once == model_client.AT_ONCE
