"""Reads what people answer to `init`: a token, words to watch, a time zone. Text in; values out, or what is wrong.

Pure, but for the machine's own time zone.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from bot.chat.arguments.unclear import Unclear
from bot.chat.arguments.zones import parse_zone
from bot.config import setting_values as values
from bot.config.environment import unwrap
from bot.errors import ConfigError, QueryError
from bot.i18n import LANGUAGES
from bot.matching.query import parse

# Commas outside quotes, brackets and regexes part one query from the next; one between digits belongs to a number.
_PART = re.compile(
    r"""(?:"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|\([^)]*\)|(?<![^\s,;(:])/(?:[^/\\\n]|\\.)+/|(?<=[0-9]),(?=[0-9])|[^,;\n])+"""
)
_PLAIN = ("Etc/UTC", "Etc/UCT", "Etc/GMT", "Etc/Universal", "Etc/Zulu")  # what servers call UTC
_LOCALTIME, _ZONE_NAME = Path("/etc/localtime"), Path("/etc/timezone")


def read_token(text: str) -> str:
    """Return the token that was pasted, "" for none; ConfigError where it is none."""
    token = values.bare_token(unwrap(text))
    if token:
        try:
            values.token(token)
        except ValueError as error:
            raise ConfigError(str(error)) from None
    return token


def read_keywords(text: str) -> tuple[str, ...]:
    """Return the queries of a list with commas; ConfigError shows the place of what cannot be read."""
    found = dict.fromkeys(part.strip() for part in _PART.findall(text) if part.strip())
    for query in found:
        try:
            parse(query)
        except QueryError as error:
            raise ConfigError(f"{query}\n{' ' * (error.column - 1)}^ {error}") from None
    return tuple(found)


def read_zone(text: str) -> str:
    """Return the IANA name of a zone as people write it; ConfigError where it may be none or several."""
    try:
        return parse_zone(text)
    except Unclear as error:
        choices = " or ".join(choice.meaning for choice in error.choices)
        hint = f"say which one: {choices}" if choices else "write a city or a name such as Europe/Berlin, or UTC+3"
        raise ConfigError(f"'{text.strip()[:60]}' is no time zone that is known here; {hint}") from None


def read_owners(texts: tuple[str, ...]) -> tuple[int, ...]:
    """Return the user ids; ConfigError where one is none."""
    given = ",".join(text for text in texts if text.strip())
    try:
        found = values.owners(given) if given else ()
    except ValueError as error:
        raise ConfigError(f"--owner: {error}") from None
    return tuple(found) if isinstance(found, tuple) else ()


def read_language(text: str) -> str:
    """Return one of the bot's languages; ConfigError for another."""
    language = text.strip().lower().split("-")[0].split("_")[0]
    if language not in LANGUAGES:
        raise ConfigError(f"'{text.strip()[:60]}' is no language of the bot; it speaks {', '.join(LANGUAGES)}")
    return language


def find_zone() -> str:
    """Return the time zone of this machine, UTC where it does not say."""
    candidates = [os.environ.get("TZ", "").lstrip(":")]
    with suppress(OSError, UnicodeDecodeError):
        candidates.append(_ZONE_NAME.read_text(encoding="utf-8").strip())
    with suppress(OSError, RuntimeError):
        candidates.append(str(_LOCALTIME.resolve()).partition("zoneinfo/")[2])
    for candidate in candidates:
        try:
            if candidate:
                zone = parse_zone(candidate)
                return zone if zone not in _PLAIN else "UTC"
        except Unclear:
            continue
    return "UTC"
