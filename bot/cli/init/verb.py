"""`newswatch init`: from nothing to an installation that tells its owner, by five questions or by options.

Options and answers come in; `.env` and watchlists.yaml are there afterwards, both at the end and at once, so that
whoever stops half-way has changed nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import BotError, ConfigError

if TYPE_CHECKING:
    from bot.config.settings import Settings

Many = list[str] | None


def init(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: for scripts.")] = False,
    token: Annotated[str, typer.Option(help="The bot's token, from @BotFather; `-` reads it from stdin.")] = "",
    owner: Annotated[Many, typer.Option(help="The Telegram user id of an owner; may be repeated.")] = None,
    timezone: Annotated[str, typer.Option(help="Of the times in alerts, such as Europe/Berlin.")] = "",
    language: Annotated[str, typer.Option(help="Of the bot's own words: en, ru, uk, de, fr or es.")] = "",
    watch: Annotated[Many, typer.Option(help="A word or query to watch for; may be repeated.")] = None,
    source: Annotated[Many, typer.Option(help="A feed, a site, a channel, a search; may be repeated.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files; the old ones are kept as .bak.")] = False,
) -> None:
    """Set the bot up by five questions: writes .env and watchlists.yaml, never over what is there without asking."""
    from bot.cli.init import first_files, questions, reading
    from bot.cli.init.choices import Given, choose
    from bot.config.environment import DOTENV

    environ, settings = _read_settings()
    paths = (DOTENV, settings.watchlists)
    there = first_files.find_existing(paths)
    if yes and there and not force:
        names = " and ".join(map(str, there))
        verb = "is" if len(there) == 1 else "are"
        raise ConfigError(f"{names} {verb} there already; --force replaces, and keeps the old as .bak")
    given = Given(
        reading.read_token(sys.stdin.readline() if token == "-" else token),  # noqa: S105 - the sign for stdin
        reading.read_owners(tuple(owner or ())),
        reading.read_zone(timezone) if timezone.strip() else "",
        reading.read_language(language) if language.strip() else "",
        tuple(dict.fromkeys(word for text in watch or () for word in reading.read_keywords(text))),
        tuple(text.strip() for text in source or () if text.strip()),
    )
    if yes:
        answers, name = choose(settings, environ, given)
        kept: tuple[Path, ...] = ()
    else:
        kept = () if force else questions.ask_what_to_keep(there)
        answers, name = questions.ask(settings, environ, given, kept, DOTENV)
    texts = {DOTENV: first_files.render_env(answers), settings.watchlists: first_files.render_watchlists(answers)}
    written = {path: text for path, text in texts.items() if path not in kept}
    if settings.watchlists in written:
        for warning in first_files.check_watchlists(written[settings.watchlists], settings.watchlists, environ):
            if yes:  # who was asked knows
                print(warning, file=sys.stderr)
    moved = first_files.write_files(written, private=DOTENV)
    questions.show_end(tuple(written), moved, answers, name)


def _read_settings() -> tuple[Mapping[str, str], Settings]:
    """Return the settings that are in force while `init` works; an `.env` that is wrong is going to be replaced."""
    from bot.config.environment import environment
    from bot.config.settings import PREFIX, load_settings

    try:
        environ: Mapping[str, str] = environment()
        return environ, load_settings(environ)
    except BotError:
        environ = {key: text for key, text in os.environ.items() if key != f"{PREFIX}TELEGRAM_TOKEN"}
        return environ, load_settings(environ)
