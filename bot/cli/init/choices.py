"""What `init` makes of what it was given, without asking anybody: the way of `--yes`.

What is certainly wrong (a token that Telegram refuses, a word that is no query) ends it; what cannot be known now
(Telegram or a source out of reach) is said on stderr, written as given, and tried by `run`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from bot import app
from bot.cli.init import account
from bot.cli.init.first_files import Answers
from bot.cli.init.reading import find_zone
from bot.config.edits.source_insertion import Entry
from bot.config.settings import Settings
from bot.errors import BotError, ConfigError, DeliveryError
from bot.i18n import LANGUAGES
from bot.model import Config
from bot.source_management.actions import AddRequest, SourceContext, entry, free_name, survey_address
from bot.source_management.survey import SurveyResult
from bot.sources.sites.pasted_address import expand_handle
from bot.urls import publisher_of


@dataclass(frozen=True, slots=True)
class Given:
    """What stood in options; "" and () where nothing did."""

    token: str = ""
    owners: tuple[int, ...] = ()
    timezone: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def choose(settings: Settings, environ: Mapping[str, str], given: Given) -> tuple[Answers, str]:
    """Return the answers, and the bot's user name where it is known. ConfigError for what is wrong."""
    name = ""
    if given.token:
        try:
            name = app.run(account.ask_name(settings, given.token))
        except DeliveryError as error:
            print(f"Telegram could not be asked about the token ({error}): `run` will try it", file=sys.stderr)
    entries: list[Entry] = []
    for address in given.sources:
        try:
            finds = look_at(settings, environ, address)
            found = write_entry(settings, environ, address, finds[0], entries)
        except ConfigError:
            raise
        except BotError as error:
            print(f"{address}: {error}; it is written as it is, and `run` tries it", file=sys.stderr)
            found = _as_given(address, entries)
        entries.append(found)
    zone, language = given.timezone or find_zone(), given.language or "en"
    return Answers(given.token, given.owners, zone, language, given.keywords, tuple(entries)), name


def look_at(settings: Settings, environ: Mapping[str, str], address: str) -> tuple[SurveyResult, ...]:
    """Return what an address leads to, the best first; BotError says why that is nothing."""
    request = AddRequest(expand_handle(address))
    finds: tuple[SurveyResult, ...] = app.run(survey_address(_context(settings, environ), request))
    return finds


def write_entry(
    settings: Settings, environ: Mapping[str, str], address: str, find: SurveyResult, others: list[Entry]
) -> Entry:
    """Return what watchlists.yaml is to say of a find, under a name that no other source has."""
    made = dict(entry(_context(settings, environ), AddRequest(expand_handle(address)), find))
    if any(other["url"] == made["url"] for other in others):
        raise ConfigError(f"{address}: this source is there already")
    made["name"] = free_name(str(made["name"]), {str(other["name"]) for other in others})
    return made


def meant_language(code: str) -> str:
    """Return the bot's language for that of somebody's Telegram."""
    short = code.lower().split("-")[0]
    return short if short in LANGUAGES else "en"


def _as_given(address: str, others: list[Entry]) -> Entry:
    url = expand_handle(address)
    url = url if "://" in url else f"https://{url}"
    return {"name": free_name(publisher_of(url) or url, {str(other["name"]) for other in others}), "url": url}


def _context(settings: Settings, environ: Mapping[str, str]) -> SourceContext:
    empty: Config | None = None
    return SourceContext(settings, dict(environ), empty)
