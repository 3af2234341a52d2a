"""The configuration in force: loaded once, swapped as a whole when the file changes, kept when the new one is wrong.

The keyword engine is built in a thread when the first item asks for it, so that a tick with nothing to do never
pays for it; a reload builds the new one before it takes the place of the old.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.match import Engine, build
from bot.model import TERMINAL, Config
from bot.reload import Watched, changes
from bot.turn import Setup
from bot.watchlists import load
from bot.words import FormCache


class Current:
    """Holds the Setup in force."""

    def __init__(
        self, path: Path, environ: Mapping[str, str], cache: FormCache | None = None, *, terminal: bool = False
    ) -> None:
        """Load the file; ConfigError holds all of its mistakes.

        With `terminal`, watchlists that deliver to nobody are told at the terminal.
        """
        self.watched = Watched(path)
        self._path = path
        self._terminal = terminal
        self._environ = environ
        self._cache = cache
        self._setup = self._made(self._load(), None)

    def setup(self) -> Setup:
        """Return the configuration in force."""
        return self._setup

    def config(self) -> Config:
        """Return what the file said when it was last valid."""
        return self._setup.config

    async def reload(self) -> tuple[str, ...]:
        """Read the file again and swap it in whole; return what changed. ConfigError: nothing has."""
        config = await asyncio.to_thread(self._load)
        changed = changes(self._setup.config, config)
        if config != self._setup.config:
            setup = self._made(config, await self._setup.engine())
            await setup.engine()
            self._setup = setup
        return changed

    def _load(self) -> Config:
        config = load(self._path, self._environ)
        if not self._terminal:
            return config
        told = (one if one.deliver_to else replace(one, deliver_to=(TERMINAL,)) for one in config.watchlists)
        return replace(config, watchlists=tuple(told))

    def _made(self, config: Config, previous: Engine | None) -> Setup:
        return Setup(
            config,
            _Building(config, self._cache, previous),
            {source.name: source for source in config.sources},
            {watchlist.id: watchlist for watchlist in config.watchlists},
        )


class _Building:
    """Builds the engine of one configuration, once, when it is first called."""

    def __init__(self, config: Config, cache: FormCache | None, previous: Engine | None) -> None:
        self._config = config
        self._cache = cache
        self._previous = previous
        self._task: asyncio.Task[Engine] | None = None

    async def __call__(self) -> Engine:
        if self._task is None or (self._task.done() and (self._task.cancelled() or self._task.exception())):
            self._task = asyncio.create_task(asyncio.to_thread(self._build))
        return await asyncio.shield(self._task)

    def _build(self) -> Engine:
        engine = build(self._config.watchlists, self._config.sources, cache=self._cache, previous=self._previous)
        self._previous = None  # or every engine that ever was would be held by the next
        return engine
