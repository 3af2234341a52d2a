"""The environment as settings are read from it: variables, `.env`, and files that hold a secret.

In: what people and their editors write: byte-order marks, UTF-16 as Notepad saves it, CRLF, quotes that no shell took
away, characters that nobody sees. Out: the text that was meant, or a line that says what to correct. A value of a
secret is never in a line.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
from collections.abc import Collection, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Final

from bot.config.regular_file import read_regular_file
from bot.errors import ConfigError
from bot.text.scrub import scrub

DOTENV: Final = Path(".env")
_MOST_BYTES: Final = 65_536  # of .env, or of a file that holds a secret
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_QUOTES: Final = ('""', "''", "``", "“”", "„“", "”“", "‘’", "‚‘", "«»", "<>")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
# What people call our settings elsewhere, in other bots and in older notes.
_ALIASES: Final = {
    "BOT_TOKEN": "TELEGRAM_TOKEN",
    "TELEGRAM_BOT_TOKEN": "TELEGRAM_TOKEN",
    "TELEGRAM_API_TOKEN": "TELEGRAM_TOKEN",
    "TG_TOKEN": "TELEGRAM_TOKEN",
    "TG_BOT_TOKEN": "TELEGRAM_TOKEN",
    "OWNER": "OWNERS",
    "OWNER_ID": "OWNERS",
    "TELEGRAM_OWNERS": "OWNERS",
}
_NEARLY: Final = re.compile(r"(?:NEWS[_-]?WATCH[_-]?|BOT_)?(.+)")


def environment() -> dict[str, str]:
    """Return the environment over what `.env` in the working directory says; ConfigError when `.env` is unreadable.

    An empty variable counts as unset and hides nothing.
    It is also what `${NAME}` in watchlists.yaml is taken from.
    """
    given = {name: text for name, text in os.environ.items() if text.strip()}
    return {name: scrub(text) for name, text in (os.environ | _dotenv(DOTENV) | given).items()}


def unwrap(text: str) -> str:
    """Return a value without what surrounds it by mistake: white space, invisible characters, a pair of quotes."""
    text = scrub(text).strip()
    while len(text) > 1 and text[0] + text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text


def read_secret(path: Path, name: str) -> str:
    """Return what the file holds; a line `NAME=value` of the setting `name` counts too.

    ValueError, with what to do, when it cannot be had.
    """
    try:
        text = unwrap(_decode(_bounded(path)))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is neither UTF-8 nor UTF-16"
        raise ValueError(f"{path} cannot be read: {reason}; check the path and who may read it") from None
    setting, sign, value = text.removeprefix("export ").partition("=")
    if sign and setting.strip() == name:
        text = unwrap(value)
    if not text:
        raise ValueError(f"{path} is empty; put the secret in, or unset this setting")
    if len(text.splitlines()) > 1:
        raise ValueError(f"{path} has several lines; keep the secret alone in it")
    return text


def find_unused(environ: Mapping[str, str], fields: Collection[str], prefix: str) -> tuple[str, ...]:
    """Return a line for each variable that looks like a setting and is none: without its prefix, or a proxy.

    `fields` are the settings in upper case, without the prefix. No value is in a line.
    """
    return (*_unprefixed(environ, fields, prefix), *_proxies(environ, fields, prefix))


def _unprefixed(environ: Mapping[str, str], fields: Collection[str], prefix: str) -> Iterator[str]:
    for name in sorted(environ):
        if name.startswith(prefix) or not environ[name].strip():
            continue
        word = name.upper()
        bare = _NEARLY.fullmatch(word)
        found = (word, _ALIASES.get(word), bare and bare[1])
        field = next((one for one in found if one in fields), None)
        if field and not environ.get(f"{prefix}{field}", "").strip():
            yield f"{name} is set and not used: only {prefix}{field} is read; rename it"


def _proxies(environ: Mapping[str, str], fields: Collection[str], prefix: str) -> Iterator[str]:
    cure = f"; {prefix}PROXY is the setting for it" if "PROXY" in fields else ""
    if environ.get(f"{prefix}PROXY", "").strip():
        return
    given = [name for name in sorted(environ) if name.upper() in _PROXIES and environ[name].strip()]
    if given:
        many = "is" if len(given) == 1 else "are"
        yield f"{', '.join(given)} {many} set and not used: proxies of the environment do not count here{cure}"


def _decode(data: bytes) -> str:
    """Return the text of a small file that somebody saved in an editor."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(charset)
    if len(data) > 1 and len(data) % 2 == 0 and b"\0" in data:  # UTF-16 without a mark, as some tools write it
        return data.decode("utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be")
    return data.decode()


def _bounded(path: Path) -> bytes:
    """Return a whole file; OSError where it cannot be read, is no regular file or is larger than `_MOST_BYTES`."""
    data = read_regular_file(path, _MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {_MOST_BYTES >> 10} KB", str(path))
    return data


def _dotenv(path: Path) -> dict[str, str]:
    try:
        text = _decode(_bounded(path))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is neither UTF-8 nor UTF-16"
        raise ConfigError(f"{path}: cannot be read: {reason}; correct it, or remove it") from None
    from dotenv.parser import parse_stream  # only where there is a file

    bindings: list[Any] = list(parse_stream(StringIO(text)))
    if bad := [one.original for one in bindings if one.error]:
        lines = [one.line + one.string[: -len(one.string.lstrip())].count("\n") for one in bad]
        raise ConfigError(*(f"{path}:{line}: not NAME=value; correct the line" for line in lines))
    return {one.key: one.value for one in bindings if one.key and one.value is not None}
