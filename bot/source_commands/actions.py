"""What the `sources` verbs do: look at an address, put it into watchlists.yaml, list what is polled, try one source.

Words of the command line come in, plain results go out; `bot.cli.source_tables` shows them. Real parts come from `app`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from urllib.parse import urlsplit

from bot import app
from bot.config import write
from bot.config.edit import Entry
from bot.config.settings import Settings, environment, load_settings
from bot.config.values import nearest
from bot.errors import ConfigError, FetchError
from bot.model import Config, Item, Kind, Source
from bot.polling.retrieve import Retriever
from bot.ports.chat_store import SourceStatus
from bot.process.clock import wall
from bot.source_commands import survey
from bot.source_commands.survey import SurveyResult
from bot.urls import canonical_url, publisher_of, redact_url

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_WITHOUT = ("https://", "http://")  # tried in this order for an address that says neither


@dataclass(frozen=True, slots=True)
class AddRequest:
    """A source as somebody wants it added."""

    url: str
    name: str | None = None
    tags: tuple[str, ...] = ()
    every: str | None = None
    select: str | None = None


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source of watchlists.yaml, and its record where there is one."""

    source: Source
    status: SourceStatus | None


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What the verbs work with: the settings and the file as it is now, None where there is none."""

    settings: Settings
    environ: dict[str, str]
    config: Config | None

    @property
    def file(self) -> Path:
        """Return where watchlists.yaml is."""
        return self.settings.watchlists

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the sources that there are already."""
        return self.config.sources if self.config else ()


def desk(*, needed: bool = True) -> SourceContext:
    """Read settings and watchlists.yaml; ConfigError holds every mistake. Without a file, `needed` decides."""
    environ = dict(environment())
    settings = load_settings(environ)
    if not needed and not settings.watchlists.exists():
        return SourceContext(settings, environ, None)
    return SourceContext(settings, environ, app.watchlists(settings, environ))


async def look(on: SourceContext, wish: AddRequest) -> tuple[SurveyResult, ...]:
    """Return what an address leads to. FetchError or ParseError say why that is nothing; ConfigError: it is there."""
    _refuse_known(on, wish)
    async with _asking(on) as asking:
        source = await _reached(asking, _source(wish, wish.url))
        return await survey.survey(asking, source, _fires(on))


async def trial(on: SourceContext, target: str) -> tuple[Source, SurveyResult]:
    """Poll a source of watchlists.yaml, by name or address, or any other address, without recording anything."""
    source = _named(on.sources, target)
    async with _asking(on) as asking:
        source = await _reached(asking, source)
        return source, await survey.trial(asking, source, _fires(on))


def entry(on: SourceContext, wish: AddRequest, find: SurveyResult) -> Entry:
    """Return what watchlists.yaml is to say of a find; ConfigError when it says so already."""
    _refuse_address(on, find.url)
    name = wish.name or free(_name(wish, find), names_of(on.sources))
    written: dict[str, str | list[str]] = {"name": name, "url": find.url}
    if find.kind != "feed":
        written["kind"] = find.kind
    if wish.select:
        written["select"] = wish.select
    if (theirs := publisher_of(_whole(wish.url))) and theirs != publisher_of(find.url):
        written["publisher"] = theirs
    if wish.tags:
        written["tags"] = list(wish.tags)
    if wish.every:
        written["every"] = wish.every
    return written


def add(on: SourceContext, entries: Sequence[Entry]) -> None:
    """Put entries into watchlists.yaml."""
    write.add(on.file, entries, on.environ)


async def listed(on: SourceContext) -> tuple[ListedSource, ...]:
    """Return the sources of watchlists.yaml in its order, with their records."""
    async with app.on_record(on.settings) as store:
        statuses = (await store.chats.read_status(wall())).sources if store is not None else ()
    by_name = {status.name: status for status in statuses}
    return tuple(ListedSource(source, by_name.get(source.name)) for source in on.sources)


@asynccontextmanager
async def _asking(on: SourceContext) -> AsyncIterator[Retriever]:
    from bot.sources.parse import Parser

    async with app.fetcher(on.settings) as fetch, Parser() as parser:
        yield Retriever(fetch, parser, wall)


def _source(wish: AddRequest, address: str) -> Source:
    kind: Kind = "page" if wish.select else "auto"
    return Source(wish.name or address, address, publisher_of(address), kind=kind, select=wish.select)


async def _reached(asking: Retriever, source: Source) -> Source:
    """Return the source with a whole address: one without a scheme is asked for by https, and else by http."""
    if _SCHEME.match(source.url):
        return source
    secure, plain = (
        replace(source, url=scheme + source.url, publisher=publisher_of(scheme + source.url)) for scheme in _WITHOUT
    )
    try:
        await asking.fetch.get(secure.url, headers=source.headers)
    except FetchError as error:
        return plain if error.status is None else secure
    return secure


def _fires(on: SourceContext) -> survey.Told | None:
    """Return what says whether an item is what somebody watches for."""
    if on.config is None or not on.config.watchlists:
        return None
    engine = app.engine(on.settings, on.environ)

    def fires(item: Item) -> bool:
        return bool(engine.match(item.title, item.lead, item.body, language=item.language))

    return fires


def _named(sources: Sequence[Source], target: str) -> Source:
    for source in sources:
        if target in {source.name, source.url}:
            return source
    if _SCHEME.match(target) or ("." in target and " " not in target):
        known = next((source for source in sources if canonical_url(source.url) == canonical_url(_whole(target))), None)
        return known or Source(redact_url(target), target, publisher_of(target))
    names = [source.name for source in sources]
    hint = nearest(target, names) or "`newswatch sources list` shows them"
    raise ConfigError(f"no source is called '{target[:60]}'; {hint}")


def _refuse_known(on: SourceContext, wish: AddRequest) -> None:
    _refuse_address(on, _whole(wish.url))
    if any(source.name == wish.name for source in on.sources):
        raise ConfigError(f"{on.file}: a source is called '{wish.name}' already; give another --name")


def _refuse_address(on: SourceContext, url: str) -> None:
    for source in on.sources:
        if canonical_url(source.url) == canonical_url(url):
            raise ConfigError(f"{on.file}: '{source.name}' has this address already: {redact_url(source.url)}")


def _whole(address: str) -> str:
    return address if _SCHEME.match(address) else _WITHOUT[0] + address


def _name(wish: AddRequest, find: SurveyResult) -> str:
    host = (urlsplit(find.url).hostname or "").removeprefix("www.")
    return find.name or host or wish.url


def names_of(sources: Sequence[Source]) -> set[str]:
    """Return what watchlists may call sources by: names and tags. A new source is not to answer to one of them."""
    return {name for source in sources for name in (source.name, *source.tags)}


def free(name: str, taken: Collection[str]) -> str:
    """Return the name, with a number where it is taken."""
    names = chain((name,), (f"{name} {number}" for number in count(2)))
    return next(one for one in names if one not in taken)


def since(at: datetime | None, now: datetime) -> str:
    """Return how long ago that was, or will be, in few words."""
    if at is None:
        return "never"
    seconds = (now - at).total_seconds()
    ahead, seconds = seconds < 0, abs(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            words = f"{seconds / size:.0f} {unit}"
            return f"in {words}" if ahead else f"{words} ago"
    return "now"
