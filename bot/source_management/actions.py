"""What the `sources` verbs do: survey an address, add it to watchlists.yaml, list sources, test one.

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
from bot.config.edits import write
from bot.config.edits.source_insertion import Entry
from bot.config.environment import environment
from bot.config.settings import Settings, load_settings
from bot.config.watchlists.checks import fill_variables, restore_variables, without_variables
from bot.config.watchlists.yaml_values import nearest
from bot.errors import ConfigError, FetchError
from bot.model import Config, Item, Kind, Source
from bot.polling.retrieve import Retriever
from bot.ports.chat_store import SourceStatus
from bot.process.clock import wall
from bot.source_management import survey
from bot.source_management.survey import SurveyResult
from bot.sources.sites.pasted_address import find_site_address
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
    fires: survey.FiringTest | None = None  # of an engine that is there already

    @property
    def file(self) -> Path:
        """Return where watchlists.yaml is."""
        return self.settings.watchlists

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the sources that there are already."""
        return self.config.sources if self.config else ()


def open_context(*, needed: bool = True) -> SourceContext:
    """Read settings and watchlists.yaml; ConfigError holds every mistake. Without a file, `needed` decides."""
    environ = dict(environment())
    settings = load_settings(environ)
    if not needed and not settings.watchlists.exists():
        return SourceContext(settings, environ, None)
    return SourceContext(settings, environ, app.watchlists(settings, environ))


async def survey_address(context: SourceContext, request: AddRequest) -> tuple[SurveyResult, ...]:
    """Return what an address leads to. FetchError or ParseError say why that is nothing; ConfigError: it is there."""
    _refuse_known(context, request)
    async with _open_retriever(context) as retriever:
        source = await _find_scheme(retriever, _source(request, fill_variables(request.url, context.environ)))
        finds = await survey.survey(retriever, source, _firing_test(context))
    site = find_site_address(source.url)
    return tuple(replace(find, note=find.note or site.note) for find in finds) if site and site.note else finds


async def try_source(context: SourceContext, target: str) -> tuple[Source, SurveyResult]:
    """Poll a source of watchlists.yaml, by name or address, or any other address, without recording anything."""
    source = _find_named(context.sources, target)
    async with _open_retriever(context) as retriever:
        source = await _find_scheme(retriever, source)
        return source, await survey.survey_one(retriever, source, _firing_test(context))


def entry(context: SourceContext, request: AddRequest, find: SurveyResult) -> Entry:
    """Return what watchlists.yaml is to say of a find; ConfigError when it says so already."""
    address = without_variables(find.url)
    _refuse_address(context, address)
    name = request.name or free_name(_name(request, find), names_of(context.sources))
    url = restore_variables(address, request.url, context.environ)
    written: dict[str, str | list[str]] = {"name": name, "url": url}
    if find.kind != "feed":
        written["kind"] = find.kind
    if request.select:
        written["select"] = request.select
    if (theirs := publisher_of(_whole(request.url))) and theirs != publisher_of(find.url):
        written["publisher"] = theirs
    if request.tags:
        written["tags"] = list(request.tags)
    if request.every:
        written["every"] = request.every
    return written


def add(context: SourceContext, entries: Sequence[Entry]) -> None:
    """Put entries into watchlists.yaml."""
    write.add(context.file, entries, context.environ)


async def list_sources(context: SourceContext) -> tuple[ListedSource, ...]:
    """Return the sources of watchlists.yaml in its order, with their records."""
    async with app.on_record(context.settings) as store:
        statuses = (await store.chats.read_status(wall())).sources if store is not None else ()
    by_name = {status.name: status for status in statuses}
    return tuple(ListedSource(source, by_name.get(source.name)) for source in context.sources)


@asynccontextmanager
async def _open_retriever(context: SourceContext) -> AsyncIterator[Retriever]:
    from bot.sources.parse import Parser

    async with app.fetcher(context.settings) as fetch, Parser() as parser:
        yield Retriever(fetch, parser, wall)


def _source(request: AddRequest, address: str) -> Source:
    kind: Kind = "page" if request.select else "auto"
    return Source(request.name or address, address, publisher_of(address), kind=kind, select=request.select)


async def _find_scheme(retriever: Retriever, source: Source) -> Source:
    """Return the source with a whole address: one without a scheme is asked for by https, and else by http."""
    if _SCHEME.match(source.url):
        return source
    secure, plain = (
        replace(source, url=scheme + source.url, publisher=publisher_of(scheme + source.url)) for scheme in _WITHOUT
    )
    try:
        await retriever.fetch.get(secure.url, headers=source.headers, proxy=source.proxy)
    except FetchError as error:
        return plain if error.status is None else secure
    return secure


def _firing_test(context: SourceContext) -> survey.FiringTest | None:
    """Return what says whether an item is what somebody watches for."""
    if context.config is None or not context.config.watchlists:
        return None
    if context.fires is not None:
        return context.fires
    engine = app.engine(context.settings, context.environ)

    def fires(item: Item) -> bool:
        return bool(engine.match(item.title, item.lead, item.body, language=item.language))

    return fires


def _find_named(sources: Sequence[Source], target: str) -> Source:
    for source in sources:
        if target in {source.name, source.url}:
            return source
    if _SCHEME.match(target) or ("." in target and " " not in target):
        known = next((source for source in sources if canonical_url(source.url) == canonical_url(_whole(target))), None)
        return known or Source(redact_url(target), target, publisher_of(target))
    names = [source.name for source in sources]
    hint = nearest(target, names) or "`newswatch sources list` shows them"
    raise ConfigError(f"no source is called '{target[:60]}'; {hint}")


def _refuse_known(context: SourceContext, request: AddRequest) -> None:
    _refuse_address(context, _whole(request.url))
    if any(source.name == request.name for source in context.sources):
        raise ConfigError(f"{context.file}: a source is called '{request.name}' already; give another --name")


def _refuse_address(context: SourceContext, url: str) -> None:
    for source in context.sources:
        if canonical_url(source.url) == canonical_url(url):
            raise ConfigError(f"{context.file}: '{source.name}' has this address already: {redact_url(source.url)}")


def _whole(address: str) -> str:
    return address if _SCHEME.match(address) else _WITHOUT[0] + address


def _name(request: AddRequest, find: SurveyResult) -> str:
    host = (urlsplit(find.url).hostname or "").removeprefix("www.")
    return find.name or host or request.url


def names_of(sources: Sequence[Source]) -> set[str]:
    """Return what watchlists may call sources by: names and tags. A new source is not to answer to one of them."""
    return {name for source in sources for name in (source.name, *source.tags)}


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, with a number where it is taken."""
    names = chain((name,), (f"{name} {number}" for number in count(2)))
    return next(one for one in names if one not in taken)


def format_age(at: datetime | None, now: datetime) -> str:
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
