"""Loads watchlists.yaml and checks it as a whole.

In: the file's path and the environment that `${NAME}` in headers is taken from. Out: a `Config`, every default applied
and with what is odd but harmless as warnings; or a ConfigError with all mistakes at once, each a line
`file:line:column: what is wrong; what to do`. Nothing is fetched here, and no secret gets into a line.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from sys import intern
from typing import Any

from pydantic import ValidationError

from bot.config.watchlists import validation_errors
from bot.config.watchlists.checks import (
    Findings,
    ParseQuery,
    check_odd,
    check_sources,
    check_watchlists,
    check_without_model,
    fill_variables,
)
from bot.config.watchlists.output_checks import check_outputs, read_outputs
from bot.config.watchlists.source_files import SourceFiles, SourcesOfFiles, Terms
from bot.config.watchlists.watchlists_schema import (
    ChatSection,
    DefaultsSection,
    FileSection,
    SourceSection,
    WatchlistSection,
)
from bot.config.watchlists.yaml_file import YamlDocument, plain, read
from bot.errors import ConfigError
from bot.matching.query import parse
from bot.model import Chat, Config, Source, Watchlist
from bot.urls import publisher_of

_GENERAL = 1  # Telegram's number of a forum's General topic: messages reach it only without a topic


def load(
    path: Path, environ: Mapping[str, str], parse_query: ParseQuery = parse, *, files: SourceFiles | None = None
) -> Config:
    """Return what the file says. ConfigError holds every mistake of it, in the order of the file.

    `parse_query` checks a keyword and raises QueryError; `files` remembers the files that `sources_from` names.
    """
    with without_collection():
        return checked(read(path), environ, parse_query, folder=path.parent, files=files)


@contextmanager
def without_collection() -> Iterator[None]:
    """Let no garbage be collected: that walks through millions of nodes, and takes as long as all the rest."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def checked(
    document: YamlDocument,
    environ: Mapping[str, str],
    parse_query: ParseQuery = parse,
    *,
    folder: Path,
    files: SourceFiles | None = None,
) -> Config:
    """Do the same for a file that is composed already, and stands in this folder."""
    found = Findings(document, [], [])
    form = _form(found)
    check_sources(found, environ)
    own = tuple(_source(section, form.defaults, environ) for section in form.sources) if form else ()
    more = SourcesOfFiles()
    if form is not None and form.sources_from:
        terms = Terms(form.defaults, environ, partial(_source, environ=environ))
        more = (files or SourceFiles()).load(folder, form.sources_from, own, terms)
    check_watchlists(found, parse_query, more.names, more.publishers)
    check_outputs(found, environ)
    if found.problems or more.problems or form is None:
        raise ConfigError(*found.ordered(found.problems), *more.problems)
    config = _config(form, (*more.sources, *own), f"{more.fingerprint}{own!r}", environ)
    check_odd(found, config)
    if not environ.get("NEWSWATCH_MODEL_URL"):
        check_without_model(found)
    return replace(config, warnings=(*found.ordered(found.warnings), *more.warnings))


def _form(found: Findings) -> FileSection | None:
    data = plain(found.document, found.problems)
    root = found.document.root
    if not data or (isinstance(data, dict) and not any(map(data.get, ("sources", "sources_from", "watchlists")))):
        found.wrong(root, "the file names neither sources nor watchlists; start from the example watchlists.yaml")
    try:
        return FileSection.model_validate(data)
    except ValidationError as error:
        found.problems += validation_errors.lines(error, found.document, data) if data else []
        return None


def _config(form: FileSection, sources: tuple[Source, ...], said: str, environ: Mapping[str, str]) -> Config:
    """Return the configuration of these sources; what is `said` of them tells them from others."""
    watchlists = tuple(_watchlist(id_, section) for id_, section in form.watchlists.items())
    said = f"{said}{watchlists!r}"
    return Config(
        sources=sources,
        watchlists=watchlists,
        max_per_hour=form.defaults.max_per_hour,
        timezone=form.defaults.timezone,
        language=form.defaults.language,
        outputs=read_outputs(form.outputs, environ),
        fingerprint=blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest(),
    )


def _source(section: SourceSection, defaults: DefaultsSection, environ: Mapping[str, str]) -> Source:
    def own(name: str) -> Any:
        return getattr(section if name in section.model_fields_set else defaults, name)

    url = fill_variables(section.url, environ)
    site = intern(publisher_of(url))  # of many sources of one site, and of their tags, one text each is kept
    return Source(
        name=section.name,
        url=url,
        publisher=section.publisher or site or section.name,
        kind=section.kind,
        tags=tuple(map(intern, dict.fromkeys(section.tags))),
        every=own("every"),
        backlog=own("backlog"),
        full_text=own("full_text"),
        select=section.select or None,
        headers=tuple((name, fill_variables(value, environ)) for name, value in section.headers.items()),
        proxy=fill_variables(section.proxy, environ) or None,
        site=site,
    )


def _watchlist(id_: str, section: WatchlistSection) -> Watchlist:
    return Watchlist(
        id=id_,
        title=section.title or id_,
        keywords=tuple(section.keywords),
        exclude=tuple(section.exclude),
        sources=tuple(dict.fromkeys(section.sources)),
        languages=tuple(dict.fromkeys(section.languages)),
        priority=section.priority,
        confirm=section.confirm,
        urgent_at=section.urgent_at,
        spike=section.spike == "on",
        follow=section.follow,
        deliver_to=tuple(dict.fromkeys(_chat(reader) for reader in section.deliver_to)),
        also_to=tuple(dict.fromkeys(section.also_to)),
        only=" ".join(section.only.split()),
    )


def _chat(section: ChatSection) -> Chat:
    return Chat(section.chat, None if section.topic == _GENERAL else section.topic)
