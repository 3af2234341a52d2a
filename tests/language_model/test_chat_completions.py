"""One request to an OpenAI-compatible server: what is sent, what is read, and what is refused."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.errors import ModelError
from bot.language_model.chat_completions import LARGEST_ANSWER, ChatCompletions, Completion, Endpoint, Message
from tests.plugins.model_server import ModelServer

QUESTION = (Message("system", "Be short."), Message("user", "What is it?"))


async def asked(server: ModelServer, key: str = "", seconds: float = 5.0) -> Completion:
    """Ask the server one question."""
    completions = ChatCompletions(Endpoint(server.url, "small", key))
    try:
        return await completions.complete(QUESTION, most_tokens=60, seconds=seconds)
    finally:
        await completions.close()


async def test_an_answer_comes_with_what_it_cost(model_server: ModelServer) -> None:
    """The text, and the tokens as the server counts them; the key goes into its header and nowhere else."""
    model_server.reply = lambda _: "A summit."
    assert await asked(model_server, "sk-hidden") == Completion("A summit.", 100, 20)
    assert model_server.keys == ["Bearer sk-hidden"]
    (payload,) = model_server.asked
    assert (payload["model"], payload["max_tokens"], payload["stream"]) == ("small", 60, False)
    assert "sk-hidden" not in repr(Endpoint(model_server.url, "small", "sk-hidden"))


async def test_no_proxy_of_the_environment_applies(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is the operator's own: what leaves goes there and nowhere else."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    model_server.reply = lambda _: "A summit."
    assert (await asked(model_server)).text == "A summit."


async def test_what_a_model_thinks_aloud_is_no_part_of_its_answer(model_server: ModelServer) -> None:
    """Models that reason write that into the answer; one that never comes to an end has said nothing."""
    model_server.tokens = None
    model_server.reply = lambda _: "<think>Is it\nso?</think>It is."
    assert await asked(model_server) == Completion("It is.")
    model_server.reply = lambda _: "<think>Is it so? And if"
    assert (await asked(model_server)).text == ""


@pytest.mark.parametrize(
    ("answer", "fault", "says"),
    [
        (web.Response(status=401), "failed", "NEWSWATCH_MODEL_KEY"),
        (web.Response(status=404), "failed", "a model of that name"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1/"}), "failed", "redirect"),
        (web.Response(body=b"<html>"), "unreadable", "no chat completion"),
        (web.Response(body=b'{"choices": []}'), "unreadable", "no chat completion"),
        (web.Response(body=b'{"choices": [{"message": {"content": null}}]}'), "unreadable", "no text"),
        (web.Response(body=b"[" * 100_000), "unreadable", "no chat completion"),
        (web.Response(body=b" " * (LARGEST_ANSWER + 1)), "unreadable", "larger than"),
    ],
    ids=["key", "model", "redirect", "html", "empty", "null", "nested", "large"],
)
async def test_what_is_no_answer_is_named(
    model_server: ModelServer, answer: web.Response, fault: str, says: str
) -> None:
    """An operator reads what to do; what the server wrote is not repeated."""
    model_server.reply = lambda _: answer
    with pytest.raises(ModelError, match=says) as caught:
        await asked(model_server, "sk-hidden")
    assert (caught.value.fault, caught.value.passing) == (fault, False)
    assert "sk-hidden" not in str(caught.value)


@pytest.mark.parametrize(("written", "seconds"), [("7", 7.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", None)])
async def test_a_server_may_ask_to_wait(model_server: ModelServer, written: str, seconds: float | None) -> None:
    """429 and 503 name seconds or a date; anything else is as good as nothing."""
    model_server.reply = lambda _: web.Response(status=429, headers={"Retry-After": written})
    with pytest.raises(ModelError) as caught:
        await asked(model_server)
    assert (caught.value.retry_after, caught.value.passing, caught.value.status) == (seconds, True, 429)


async def test_an_answer_that_does_not_come_is_late(model_server: ModelServer) -> None:
    """A server that hangs costs the seconds that it was given."""
    model_server.reply = lambda _: (20.0, "too late")
    with pytest.raises(ModelError) as caught:
        await asked(model_server, seconds=0.1)
    assert caught.value.fault == "late"


async def test_servers_that_know_other_parameters_are_asked_with_those(model_server: ModelServer) -> None:
    """Newer models of providers refuse `max_tokens` and a temperature: this is learned once."""

    def refuse(_: str) -> str | web.Response:
        payload = model_server.asked[-1]
        if "max_tokens" in payload:
            return web.Response(status=400, text="use 'max_completion_tokens' instead")
        return web.Response(status=400, text="'temperature' is not supported") if "temperature" in payload else "Yes."

    model_server.reply = refuse
    completions = ChatCompletions(Endpoint(model_server.url, "new"))
    for _ in range(2):
        assert (await completions.complete(QUESTION, most_tokens=60, seconds=5)).text == "Yes."
    await completions.close()
    assert len(model_server.asked) == 4


async def test_nobody_there_is_a_fault_that_may_pass() -> None:
    """A model that is not started yet is one line, without the address in full."""
    completions = ChatCompletions(Endpoint("http://127.0.0.1:9/v1", "small"))
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        await completions.complete(QUESTION, most_tokens=60, seconds=5)
    await completions.close()
    assert caught.value.passing
