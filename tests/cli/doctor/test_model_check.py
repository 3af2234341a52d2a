"""`doctor` and the language model: one question where there is a model, nothing where there is none."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.cli.doctor.model_check import ask_model
from bot.config.settings import Settings
from tests.plugins.model_server import ModelServer


async def test_a_model_is_asked_one_question(model_server: ModelServer, tmp_path: Path) -> None:
    """It is green when it answers, red with the reason and what to do when it does not; the key is never shown."""
    database = SecretStr(f"sqlite:///{tmp_path}/newswatch.db")
    key = SecretStr("sk-hidden")
    settings = Settings(model_url=model_server.url, model="small", model_key=key, database_url=database)
    model_server.reply = lambda _: "ready"
    (well,) = await ask_model(settings)
    assert well.ok
    assert "small answered in" in well.text
    assert "0 of 200,000 tokens used today" in well.text
    model_server.reply = lambda _: web.Response(status=401, text="no such key sk-hidden")
    (ill,) = await ask_model(settings)
    assert not ill.ok
    assert "401" in ill.text
    assert "sk-hidden" not in ill.text + ill.advice
    assert len(model_server.asked) == 2


async def test_a_model_that_is_not_started_is_red() -> None:
    """Nobody listens: it may be that this machine is offline, which is said once for all."""
    (ill,) = await ask_model(Settings(model_url="http://127.0.0.1:9/v1", model="small"))
    assert not ill.ok
    assert ill.unreached


async def test_without_a_model_nothing_is_asked_or_said() -> None:
    """It is no fault to have none."""
    assert await ask_model(Settings()) == []
