"""Writes what a model adds to the alerts of a story: a sentence about it, or headline and lead in another language.

A line that is wanted comes in, what is shown of it goes on record. What a model says is believed in nothing: it is made
plain text, compared with the reports, and dropped where it says more, or says it in another language.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from bot.errors import ModelError
from bot.inflection.word_forms import FormCache
from bot.language_model.faithfulness import find_inventions
from bot.language_model.model_client import ModelClient
from bot.language_model.plain_answer import clean_line
from bot.language_model.story_prompts import MOST_REPORTS, ask_summary, ask_translation, texts_of
from bot.ports.model_store import LineStore, ReportedItem, WantedLine
from bot.process.metrics import Metrics
from bot.stories.language_number import language as language_number
from bot.text.tokens import script, tokens
from bot.text.word_tables import read_table

log = logging.getLogger(__name__)

MOST_TOKENS: Final = 600  # of a line; models that think first need most of it for that
_CYRILLIC: Final = frozenset({"ru", "uk"})
AGAIN: Final = timedelta(minutes=10)  # until a line is asked for again that got no answer


@dataclass(frozen=True, slots=True)
class LineWriter:
    """Writes lines. `language` gives that of the installation, `shown` is called where messages are to be edited."""

    store: LineStore
    client: ModelClient
    metrics: Metrics
    now: Callable[[], datetime]
    language: Callable[[], str]
    shown: Callable[[], None] = lambda: None
    cache: FormCache | None = None

    async def claim(self, most: int) -> tuple[WantedLine, ...]:
        """Take up to so many lines that are wanted; StoreError."""
        return await self.store.claim_lines(self.now(), language=self.language(), most=most)

    async def write(self, wanted: WantedLine) -> None:
        """Ask for a line, and write it where it is faithful; StoreError."""
        reported = await self.store.read_items(wanted.story, most=MOST_REPORTS)
        try:
            line = await self._ask(wanted, reported)
        except ModelError as error:
            log.debug("no line", extra={"story": wanted.story, "reason": str(error)})
            await self.store.postpone_line(wanted, self.now() + AGAIN)
            return
        if await self.store.write_line(wanted, line, self.now(), language=self.language()):
            self.shown()

    async def _ask(self, wanted: WantedLine, reported: Sequence[ReportedItem]) -> str:
        """Return the line, empty where there is none to be shown; ModelError."""
        texts = [f"{wanted.headline}. {wanted.lead}", *texts_of(reported)]
        if wanted.kind == "translation" and _is_in(wanted.language, texts[0], reported):
            return ""
        if wanted.kind == "summary":
            messages = ask_summary(reported, wanted.language)
        else:
            messages = ask_translation(wanted.headline, wanted.lead, wanted.language)
        line = clean_line(await self.client.ask(messages, most_tokens=MOST_TOKENS))
        why = await asyncio.to_thread(self._judge, line, texts, wanted)
        self.metrics.add("newswatch_llm_lines_total", "dropped" if why else "shown")
        if why:
            log.info("a line of the model was dropped", extra={"story": wanted.story, "reason": why})
        return "" if why else line

    def _judge(self, line: str, texts: Sequence[str], wanted: WantedLine) -> str:
        """Return why a line is not shown; empty where it is. Nothing is raised: it would be asked for without end."""
        if not line:
            return "it is empty"
        letters = "cyrillic" if wanted.language in _CYRILLIC else "latin"
        if script(line) != letters or guess_language(line) not in {None, wanted.language}:
            return "it is in another language"
        try:
            inventions = find_inventions(line, texts, wanted.language, self.cache)
        except Exception:  # what cannot be compared with the reports is not shown
            log.exception("a line of the model could not be checked", extra={"story": wanted.story})
            return "it could not be checked"
        return f"no report says {', '.join(inventions)[:200]}" if inventions else ""


def _is_in(language: str, text: str, reported: Sequence[ReportedItem]) -> bool:
    """Return whether what is to be translated is in that language already, by its words, or else by its source."""
    stated = next((one.item.language for one in reported if one.item.language), None)
    return (guess_language(text) or stated) == language


def guess_language(text: str) -> str | None:
    """Return the language (ISO 639-1) that the small words of a text are of; None where they tell none."""
    number = language_number(text, tokens(text).folded())
    return _codes()[number - 1] if 0 < number <= len(_codes()) else None


@cache
def _codes() -> tuple[str, ...]:
    return tuple(row.partition(":")[0] for row in read_table("small_words")["by language"])
