"""`doctor` asks the language model one question, if there is one."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from bot.cli.doctor.findings import Finding, failed, passed
from bot.config.settings import Settings
from bot.errors import ModelError, StoreError
from bot.process.clock import wall

_SECONDS: Final = 30.0  # a local model is loaded at the first question
_MOST_TOKENS: Final = 500  # models that think first need some for that


async def ask_model(settings: Settings) -> list[Finding]:
    """Return whether the model answers, and how fast; nothing where none is set."""
    if not settings.model_url:
        return []
    from bot.language_model.chat_completions import Message
    from bot.operations import model_wiring

    began = time.monotonic()
    completions = model_wiring.chat_completions(settings)
    try:
        question = [Message("user", "Answer with one word: ready")]
        answer = await completions.complete(question, most_tokens=_MOST_TOKENS, seconds=_SECONDS)
    except ModelError as error:
        wrong = failed("model", f"{settings.model}: {error}", "start it, or correct the settings NEWSWATCH_MODEL…")
        return [replace(wrong, unreached=error.passing and error.status is None)]
    finally:
        await completions.close()
    seconds = time.monotonic() - began
    if not answer.text.strip():
        return [failed("model", f"{settings.model} answers with nothing", "take another model")]
    well = f"{settings.model} answered in {seconds:.1f} s{await _used(settings)}"
    return [replace(passed("model", well), answered=True)]


async def _used(settings: Settings) -> str:
    """Return how many tokens of today were used, as far as that is on record."""
    from bot import app

    try:
        async with app.on_record(settings) as store:
            used = await store.tokens.count_tokens(wall().toordinal()) if store else 0
    except StoreError:  # which is a finding of its own
        return ""
    return f", {used:,} of {settings.model_tokens_per_day:,} tokens used today"
