"""What the pages over the record work on, beside the services of every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.config.compiled import CompiledConfig
from bot.matching.engine import Engine
from bot.ports.history_store import ItemStore
from bot.ports.preference_store import AdmissionStore
from bot.ports.story_readings import RecordReader
from bot.preview.record_search import Search


@dataclass(frozen=True, slots=True)
class RecordServices:
    """The record and its search, the queries in force, and what makes an engine of one query (QueryError)."""

    reader: RecordReader
    items: ItemStore
    admissions: AdmissionStore
    search: Search
    compiled: Callable[[], CompiledConfig]
    build_engine: Callable[[str], Awaitable[Engine]]
