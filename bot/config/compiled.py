"""The configuration in force, as the loops use it: what watchlists.yaml says, and the engine compiled from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.matching.engine import Engine
from bot.model import Config, Source, Watchlist


@dataclass(frozen=True, slots=True)
class CompiledConfig:
    """The configuration in force: swapped as a whole when watchlists.yaml changes."""

    config: Config
    engine: Callable[[], Awaitable[Engine]]  # compiled when the first new item asks for it
    sources: dict[str, Source]
    watchlists: dict[str, Watchlist]
