"""The wiring of a language model, where the settings name one: nothing of it is imported before.

Its address is the operator's own, as the database's is: neither the guard of `fetch` nor a proxy applies to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.app import Base, form_cache
from bot.config.settings import Settings
from bot.i18n import Say
from bot.process.clock import wall
from bot.process.metrics import Metrics

if TYPE_CHECKING:
    from bot.language_model.chat_completions import ChatCompletions
    from bot.language_model.model_worker import ModelWorker


def chat_completions(settings: Settings) -> ChatCompletions:
    """Return the way to the language model that the settings name. No proxy applies to it, it is the operator's own."""
    from bot.language_model.chat_completions import ChatCompletions, Endpoint

    key = settings.model_key.get_secret_value() if settings.model_key else ""
    return ChatCompletions(Endpoint(settings.model_url, settings.model, key))


@asynccontextmanager
async def model_worker(
    base: Base,
    notice: Callable[[Say], Awaitable[None]],
    decided: Callable[[], None],
    metrics: Metrics | None = None,
) -> AsyncIterator[ModelWorker]:
    """Return what asks the language model of this process; only where the settings name one.

    `notice` hears what an owner should know, `decided` is called where alerts have become due.
    """
    from bot.language_model.line_writer import LineWriter
    from bot.language_model.model_client import ModelClient
    from bot.language_model.model_worker import ModelWorker
    from bot.language_model.relevance_judge import RelevanceJudge

    store, metrics = base.store, metrics or Metrics()
    completions = chat_completions(base.settings)
    client = ModelClient(completions, store.tokens, base.settings.model_tokens_per_day, notice, metrics)
    try:
        judge = RelevanceJudge(store.verdicts, client, metrics, wall, decided)
        cache = form_cache(base.settings)
        lines = LineWriter(store.lines, client, metrics, wall, lambda: base.home().language or "en", decided, cache)
        yield ModelWorker(judge, lines, wall)
    finally:
        await completions.close()
