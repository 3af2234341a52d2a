"""The configuration in force: loaded once, swapped as a whole when the file changes, kept when the new one is wrong.

The file's watchlists and the personal ones of chats are one engine. It is built in a thread when the first item asks
for it, so that a tick with nothing to do never pays for it; a change builds the new one before it takes the place of
the old.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.config.compiled import CompiledConfig
from bot.config.reload import WatchedFile, changes
from bot.config.watchlists.source_files import SourceFiles
from bot.config.watchlists.watchlists_file import load
from bot.errors import StoreError
from bot.inflection.word_forms import FormCache
from bot.matching.engine import Engine, OmittedQuery, build_engine
from bot.matching.query_check import build_checked_engine, find_over_limit
from bot.model import TERMINAL, Config, Source, Watchlist
from bot.ports.history_store import PERSONAL, PersonalQuery, QueryStore

log = logging.getLogger(__name__)


class ActiveConfig:
    """Holds the Setup in force."""

    def __init__(
        self, path: Path, environ: Mapping[str, str], cache: FormCache | None = None, *, terminal: bool = False
    ) -> None:
        """Load the file; ConfigError holds all of its mistakes.

        With `terminal`, watchlists that deliver to nobody are told at the terminal.
        """
        self._files = SourceFiles()
        self.watched = WatchedFile(path, self._files.signature)
        self.path = path
        self._terminal = terminal
        self.environ = environ
        self._cache = cache
        self._personal: tuple[Watchlist, ...] = ()
        self._queries: dict[str, PersonalQuery] = {}  # by watchlist, those that are left out too
        self._refused: tuple[OmittedQuery, ...] = ()
        self._changing = asyncio.Lock()
        self._setup, self._building = self._made(self._load(), (), None)
        self.watched.note_others(self._files.loaded())

    def setup(self) -> CompiledConfig:
        """Return the configuration in force."""
        return self._setup

    def config(self) -> Config:
        """Return what the file said when it was last valid."""
        return self._setup.config

    async def reload(self) -> tuple[str, ...]:
        """Read the file again and swap it in whole; return what changed.

        ConfigError, and whatever else the new engine could not be built for: nothing has, and it may be tried again.
        """
        async with self._changing:
            config, changed = await asyncio.to_thread(self._load_changes, self._setup.config)
            if changed is not None:
                previous = await self._building.made()
                setup, building = await asyncio.to_thread(self._made, config, self._personal, previous)
                await building()
                self._setup, self._building = setup, building
            return changed or ()

    async def adopt(self, queries: Sequence[PersonalQuery]) -> None:
        """Make these the personal queries in force, each a watchlist of its own.

        An engine in use is replaced by one that is ready; one that nobody has asked for yet is built when somebody
        does.
        """
        async with self._changing:
            personal, refused = await asyncio.to_thread(_watchlists, queries)
            self._queries, self._refused = {one.watchlist: one for one in queries}, refused
            if personal != self._personal:
                previous = await self._building.made()
                setup, building = await asyncio.to_thread(self._made, self._setup.config, personal, previous)
                if self._building.asked:
                    await building()
                self._setup, self._building, self._personal = setup, building, personal

    async def engine_of(self, query: str) -> Engine:
        """Return an engine of this query alone, for questions about it; QueryError where it may not be taken."""
        return await asyncio.to_thread(build_checked_engine, query, self._setup.config.sources, self._cache)

    def left_out(self) -> tuple[tuple[PersonalQuery | None, OmittedQuery], ...]:
        """Return the queries that are not in force, or not for every item; with who they belong to where to a chat."""
        engine = self._building.ready
        found = (*self._refused, *(engine.left_out() if engine else ()))
        named = ((self._queries.get(one.watchlist), one) for one in found)
        return tuple((own, one) for own, one in named if own or not one.watchlist.startswith(PERSONAL))

    def _load_changes(self, before: Config) -> tuple[Config, tuple[str, ...] | None]:
        """Return what the file says now and what has changed, None where nothing has. In a thread: it may be long."""
        config = self._load()
        return config, None if config == before else changes(before, config)

    def _load(self) -> Config:
        config = load(self.path, self.environ, files=self._files)
        if not self._terminal:
            return config
        told = (one if one.deliver_to else replace(one, deliver_to=(TERMINAL,)) for one in config.watchlists)
        return replace(config, watchlists=tuple(told))

    def _made(
        self, config: Config, personal: tuple[Watchlist, ...], previous: Engine | None
    ) -> tuple[CompiledConfig, EngineBuild]:
        watchlists = (*config.watchlists, *personal)
        building = EngineBuild(watchlists, config.sources, self._cache, previous)
        sources = {source.name: source for source in config.sources}
        return CompiledConfig(
            config, building, sources, {watchlist.id: watchlist for watchlist in watchlists}
        ), building


class PersonalQuerySync:
    """Keeps the personal queries in force those that are on record, whoever changed them."""

    def __init__(self, store: QueryStore, current: ActiveConfig) -> None:
        self._store = store
        self._current = current
        self._known = 0  # the store's counter, as of the queries in force
        self._turn = asyncio.Lock()
        self._looks: set[asyncio.Task[None]] = set()

    async def look(self) -> None:
        """Adopt what has changed; StoreError. Costs one row where nothing has."""
        async with self._turn:
            number = await self._store.read_revision()  # first: what comes in between is then looked at once more
            if number != self._known:
                await self._current.adopt(await self._store.find_all_queries())
                self._known = number

    def heard(self) -> None:
        """Look soon, in the background: this very process has changed something."""
        task = asyncio.create_task(self._look())
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def _look(self) -> None:
        try:
            await self.look()
        except StoreError as error:  # the next regular look will find it
            log.debug("personal queries not read", extra={"reason": str(error)})
        except Exception as error:  # noqa: BLE001 - the regular look tries it again, and says so
            log.warning("personal queries not in force yet", extra={"reason": repr(error)})


def _watchlists(queries: Sequence[PersonalQuery]) -> tuple[tuple[Watchlist, ...], tuple[OmittedQuery, ...]]:
    """Return personal queries as watchlists, and those that there is no room for.

    They stay on record: another version, or a chat that ends one of its queries, may have room for them. One that
    cannot be understood is left out by the engine.
    """
    verdicts = find_over_limit([(query.chat.id, query.text) for query in queries])
    found = [Watchlist(query.watchlist, query.text, (query.text,)) for query in queries]
    return (
        tuple(one for one, reason in zip(found, verdicts, strict=True) if reason is None),
        tuple(OmittedQuery(one.id, one.title, reason) for one, reason in zip(found, verdicts, strict=True) if reason),
    )


class EngineBuild:
    """Builds one engine when it is first called, and keeps it; a build that failed is begun anew by the next call."""

    def __init__(
        self,
        watchlists: tuple[Watchlist, ...],
        sources: tuple[Source, ...],
        cache: FormCache | None,
        previous: Engine | None,
    ) -> None:
        """Take what `match.build` takes."""
        self._watchlists = watchlists
        self._sources = sources
        self._cache = cache
        self._previous = previous
        self._task: asyncio.Task[Engine] | None = None
        self.asked = False  # whether anybody has asked for the engine

    @property
    def ready(self) -> Engine | None:
        """Return the engine where it is built already."""
        task = self._task
        return task.result() if task and task.done() and not task.cancelled() and not task.exception() else None

    async def __call__(self) -> Engine:
        """Return the engine; all who ask meanwhile wait for one build. Raises what the build does."""
        self.asked = True
        if self._task is None:
            self._task = asyncio.create_task(asyncio.to_thread(self._build))
            self._task.add_done_callback(self._over)
        return await asyncio.shield(self._task)

    async def made(self) -> Engine | None:
        """Return the engine if it is there or being built; None where nobody has asked for it, or it cannot be."""
        if self._task is None:
            return None
        try:
            return await self()
        except Exception:  # noqa: BLE001 - who asked for this engine has heard of it
            return None

    def _over(self, task: asyncio.Task[Engine]) -> None:
        if task.cancelled() or task.exception():
            self._task = None
        else:
            self._previous = None  # or every engine that ever was would be held by the next

    def _build(self) -> Engine:
        return build_engine(self._watchlists, self._sources, cache=self._cache, previous=self._previous)
