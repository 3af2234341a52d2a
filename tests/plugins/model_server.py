"""A stand-in for an OpenAI-compatible server on loopback: it answers as a test says, and remembers the questions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

Reply = str | web.Response | tuple[float, str]  # a text, a whole answer, or a text after so many seconds


@dataclass
class ModelServer:
    """Answers every question by `reply`, which is given what was asked; counts what is under way."""

    reply: Callable[[str], Reply] = lambda _: "unsure: nobody said what to answer."
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    tokens: tuple[int, int] | None = (100, 20)  # of the question and the answer; None = it does not say
    at_once: int = 0
    most_at_once: int = 0

    def questions(self) -> list[str]:
        """Return all texts that were asked."""
        return [_text(one) for one in self.asked]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        payload = json.loads(await request.read())
        self.asked.append(payload)
        self.keys.append(request.headers.get("Authorization", ""))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            reply = self.reply(_text(payload))
            if isinstance(reply, web.Response):
                return reply
            if isinstance(reply, tuple):
                await asyncio.sleep(reply[0])
                reply = reply[1]
            return web.json_response(self.completion(reply))
        finally:
            self.at_once -= 1

    def completion(self, text: str) -> dict[str, Any]:
        """Return an answer as servers write it."""
        said: dict[str, Any] = {"id": "1", "object": "chat.completion", "model": "small", "choices": [_choice(text)]}
        if self.tokens is not None:
            said["usage"] = {"prompt_tokens": self.tokens[0], "completion_tokens": self.tokens[1]}
        return said


def _choice(text: str) -> dict[str, Any]:
    return {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}


def _text(payload: dict[str, Any]) -> str:
    return "\n".join(message["content"] for message in payload["messages"])


@pytest.fixture
async def model_server() -> AsyncIterator[ModelServer]:
    """Run a server of a model; its `reply` says what it answers."""
    server = ModelServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield server
    await runner.cleanup()
