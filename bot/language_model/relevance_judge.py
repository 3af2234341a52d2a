"""Answers what `only` asks: questions on record in, verdicts on record out, each within its own deadline.

What cannot be answered (late, broken, over budget) is none, and its alerts go: at once, or at the question's deadline.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import ModelError
from bot.language_model.model_client import ModelClient
from bot.language_model.story_prompts import MOST_REPORTS, Judgement, ask_relevance, read_judgement
from bot.ports.model_store import OpenQuestion, VerdictStore
from bot.process.metrics import Metrics

log = logging.getLogger(__name__)

MOST_TOKENS: Final = 300  # of a verdict; models that think first need most of it for that


@dataclass(frozen=True, slots=True)
class RelevanceJudge:
    """Judges stories for watchlists. `decided` is called where alerts have become due."""

    store: VerdictStore
    client: ModelClient
    metrics: Metrics
    now: Callable[[], datetime]
    decided: Callable[[], None] = lambda: None

    async def judge(self, question: OpenQuestion) -> None:
        """Ask about a story, and write what follows; StoreError."""
        judgement = await self._ask(question)
        self.metrics.add("newswatch_llm_verdicts_total", judgement.verdict)
        released = await self.store.write_verdict(question, judgement.verdict, judgement.reason, self.now())
        if judgement.verdict == "no":
            log.info("the model says no", extra={"watchlist": question.watchlist, "reason": judgement.reason})
        if released:
            self.decided()

    async def _ask(self, question: OpenQuestion) -> Judgement:
        reported = await self.store.read_items(question.story, most=MOST_REPORTS)
        seconds = (question.until - self.now()).total_seconds()
        if not reported or seconds <= 0:
            return Judgement("none", "")
        try:
            messages = ask_relevance(question.sentence, reported)
            return read_judgement(await self.client.ask(messages, most_tokens=MOST_TOKENS, seconds=seconds))
        except ModelError as error:
            log.debug("no verdict", extra={"watchlist": question.watchlist, "reason": str(error)})
            return Judgement("none", "")
