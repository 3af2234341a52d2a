"""The questions of `init` in the terminal: each with what it is for, asked again until the answer can be used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import typer

from bot import app
from bot.cli.init import account, reading
from bot.cli.init.choices import Given, look_at, meant_language, write_entry
from bot.cli.init.first_files import WATCHLIST, Answers
from bot.cli.program import called
from bot.config.edits.source_insertion import Entry
from bot.config.settings import Settings
from bot.errors import BotError, ConfigError, DeliveryError
from bot.matching.loose_operators import find_loose
from bot.process.clock import wall

T = TypeVar("T")
_EXAMPLE = "https://feeds.bbci.co.uk/news/world/rss.xml"


def ask_what_to_keep(there: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files that are to stay as they are."""
    return tuple(
        path
        for path in there
        if not _confirm(f"{path} is there already. Replace it? The old one is kept as {path}.bak")
    )


def ask(
    settings: Settings, environ: Mapping[str, str], given: Given, kept: tuple[Path, ...], dotenv: Path
) -> tuple[Answers, str]:
    """Return the answers and the bot's user name; what stood in options is not asked."""
    _say("Five questions, and nothing is written before the last of them. Ctrl+C ends it.")
    token, name, owners, language = given.token, "", given.owners, given.language
    if dotenv in kept:
        _say(f"\n{dotenv} stays as it is: its token and owners count.")
        owners = owners or settings.owners
    else:
        token, name = _ask_token(settings, given.token)
        if token and not owners:
            person = _ask_owner(settings, token, name)
            owners, language = (person.id,), language or meant_language(person.language)
    if settings.watchlists in kept:
        _say(f"\n{settings.watchlists} stays as it is.")
        return Answers(token, owners, given.timezone or "UTC", language or "en"), name
    zone = given.timezone or _ask_zone()
    keywords = given.keywords or _ask_keywords()
    sources = _ask_sources(settings, environ, given.sources)
    return Answers(token, owners, zone, language or "en", keywords, sources), name


def show_end(written: tuple[Path, ...], moved: tuple[tuple[Path, Path], ...], answers: Answers, name: str) -> None:
    """Say what was written, and what to do next."""
    for old, spare in moved:
        _say(f"kept the old {old} as {spare}")
    if not written:
        _say("\nNothing was written: both files stay as they are.")
    for path in written:
        _say(f"wrote {path}")
    _say(f"\nNext: {called('run')}")
    if answers.token and answers.owners:
        where = f" (https://t.me/{name})" if name else ""
        _say(f"It tells you in Telegram{where}; whoever has not pressed Start there cannot be told.")
    elif answers.token:
        _say("Nobody owns the bot yet: press Start there, and put the id that it names into NEWSWATCH_OWNERS.")
    elif ".env" in map(str, written):
        _say("Without a token it prints its alerts in the terminal.")
    _say("What stands in a source at first sight is not news: the first alert comes with the next report.")
    _say(
        f"Sooner: `{called('sources list')}` shows what is polled, `{called('explain ADDRESS')}` what fires on a page."
    )
    if not answers.sources and Path(".env") in written and len(written) > 1:
        _say(f"There is no source yet: `{called('sources add ADDRESS')}` finds the feed of a site and adds it.")
    if answers.keywords and answers.owners:
        _say(f"A group or a friend subscribes by /subscribe {WATCHLIST}.")


def _ask_token(settings: Settings, given: str) -> tuple[str, str]:
    """Return a token that Telegram knows, and the bot's name; "" for none."""
    if not given:
        _say(
            "\n1. The bot. Open https://t.me/BotFather in Telegram, send /newbot, and copy the token that it gives you."
        )
    while True:
        token = given or _until_read("Token (Enter: none, alerts go to the terminal)", reading.read_token, secret=True)
        if not token:
            return "", ""
        try:
            name = app.run(account.ask_name(settings, token))
        except ConfigError as error:
            if given:
                raise
            _complain(str(error))
            continue
        except DeliveryError as error:
            _complain(f"Telegram cannot be asked: {error}")
            if not _confirm("Go on with this token unchecked?"):
                if given:
                    raise
                continue
            return token, ""
        _say(f"   ✔ This is @{name}.")
        return token, name


def _ask_owner(settings: Settings, token: str, name: str) -> account.Person:
    """Wait for /start, and ask whether that is who sits here, where somebody can be asked."""
    from bot.cli import terminal

    refused: set[int] = set()
    where = f"https://t.me/{name}" if name else "your bot in Telegram"
    _say(f"\n2. Its owner. Open {where} and press Start. Waiting for you …")
    while True:
        with terminal.waiting("waiting for /start"):
            person = app.run(account.wait_for_start(settings, token, frozenset(refused)))
        if not sys.stdin.isatty() or typer.confirm(
            f"   {person.name}, user id {person.id}: is that you?", default=True
        ):
            _say(f"   ✔ {person.name} ({person.id}) is the owner.")
            return person
        refused.add(person.id)


def _ask_zone() -> str:
    _say("\n3. The time zone of the times in alerts: a city, Europe/Berlin, UTC+3.")
    return _until_read("Time zone", reading.read_zone, default=reading.find_zone())


def _ask_keywords() -> tuple[str, ...]:
    _say('\n4. What to watch for: words or queries, with commas: Kremlin, "peace talks", summit AND (Putin OR Trump)')
    while True:
        found = _until_read("Watch for", reading.read_keywords)
        if found:
            return tuple(dict.fromkeys(map(_ask_meaning, found)))
        _complain("at least one word: without any, nothing can be found")


def _ask_meaning(query: str) -> str:
    """Return a query as it is meant: words that only look like operators are asked about."""
    loose = find_loose(query)
    if loose is None or not sys.stdin.isatty():
        return query
    _say(f"   '{loose.said}' is no operator here. Which one do you mean?")
    for number, (_, reading_) in enumerate(loose.readings, start=1):
        _say(f"     {number}  {reading_}")
    meant: str = loose.readings[_ask_number("Number", 1, len(loose.readings)) - 1][1]
    return meant


def _ask_number(question: str, least: int, most: int) -> int:
    def read(text: str) -> int:
        if not (text.strip().isascii() and text.strip().isdigit() and least <= int(text[:9]) <= most):
            raise ConfigError(f"a number from {least} to {most}")
        return int(text)

    return _until_read(question, read, default="1")


def _ask_sources(settings: Settings, environ: Mapping[str, str], given: tuple[str, ...]) -> tuple[Entry, ...]:
    """Return the sources: those of options, else as many as somebody names."""
    from bot.cli import source_tables, terminal

    entries: list[Entry] = []
    waiting = list(given)
    if not given:
        _say(f"\n5. Where from: a feed, a site, a channel, a search, as you would paste it. For example {_EXAMPLE}")
    while True:
        if waiting:
            address = waiting.pop(0)
        elif given:
            return tuple(entries)
        else:
            address = _prompt("Another source (Enter: no more)" if entries else "Source (Enter: none yet)")
            if not address.strip():
                return tuple(entries)
        try:
            with terminal.waiting(f"looking at {address}"):
                finds = look_at(settings, environ, address.strip())
            source_tables.show_finds(finds, wall())
            number = 1
            if len(finds) > 1 and sys.stdin.isatty():
                number = _ask_number(f"Which one? 1 to {len(finds)}, 0 for none", 0, len(finds))
            if 1 <= number <= len(finds):
                entries.append(write_entry(settings, environ, address.strip(), finds[number - 1], entries))
                _say(f"   ✔ {entries[-1]['name']}")
        except BotError as error:
            _complain(f"{address}: {error}")


def _until_read(question: str, read: Callable[[str], T], *, default: str = "", secret: bool = False) -> T:
    while True:
        try:
            return read(_prompt(question, default=default, secret=secret))
        except ConfigError as error:
            _complain(str(error))


def _prompt(question: str, *, default: str = "", secret: bool = False) -> str:
    hidden = secret and sys.stdin.isatty()
    with _answered():
        said: str = typer.prompt(f"   {question}", default=default, hide_input=hidden, show_default=bool(default))
    return said


def _confirm(question: str, *, default: bool = False) -> bool:
    with _answered():
        return typer.confirm(question, default=default)


@contextmanager
def _answered() -> Iterator[None]:
    """Tell who gives no answer because nobody is there of `--yes`."""
    try:
        yield
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        raise ConfigError("the answers have ended before the questions; for scripts there is --yes") from None


def _say(text: str) -> None:
    print(text, flush=True)


def _complain(text: str) -> None:
    for line in text.splitlines():
        print(f"   ✘ {line}" if line == text.splitlines()[0] else f"     {line}", flush=True)
