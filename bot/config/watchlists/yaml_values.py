"""Single values of watchlists.yaml: times, addresses, languages, chats.

In: what YAML read. Out: the value in the model's terms, or an error that says what to write instead. A value of another
type passes through: the strict model refuses it in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic_core import PydanticCustomError

from bot.config.watchlists.yaml_file import Misread, shown
from bot.i18n import LANGUAGES as BOT_LANGUAGES

LONGEST_EVERY: Final = timedelta(hours=24)
OWN_ERROR: Final = "newswatch"  # the type of errors whose message is ours
_UNIT: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ISO_639_1: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz "
    "ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik "
    "io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml "
    "mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd "
    "se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi "
    "vo wa wo xh yi yo za zh zu"
)
LANGUAGES: Final = frozenset(re.findall(r"\w\w", _ISO_639_1))
SPOKEN: Final = "the bot has " + ", ".join(f"{code} ({name})" for code, name in BOT_LANGUAGES.items())
# What people write for a language: a country, or an older code.
_MEANT: Final = {"ua": "uk", "jp": "ja", "cn": "zh", "gr": "el", "cz": "cs", "dk": "da", "rs": "sr", "us": "en"}


def wrong(message: str) -> PydanticCustomError:
    """Return the error of a validator; its message is printed as it is."""
    return PydanticCustomError(OWN_ERROR, "{message}", {"message": message})


def nearest(word: str, known: Collection[str], say: str = "did you mean") -> str:
    """Return `did you mean 'x'?` for the most similar known word, or an empty string."""
    folded = {name.casefold(): name for name in sorted(known)}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"{say} '{shown(folded[close[0]])}'?" if close else ""


def interval(value: object) -> timedelta:
    """Read `10m`, from 1s to 24h."""
    parts = re.fullmatch(r"([0-9]{1,6})([smhdw])", value.strip()) if isinstance(value, str) else None
    if parts is None:
        raise wrong("not a time; write a number with its unit: 30s, 10m or 1h")
    every = timedelta(seconds=int(parts[1]) * _UNIT[parts[2]])
    if not timedelta(seconds=1) <= every <= LONGEST_EVERY:
        raise wrong("out of range; anything from 1s to 24h")
    return every


def backlog(value: object) -> int | None:
    """Read none, a number or all; None stands for all."""
    if isinstance(value, int) and value >= 0:
        return value
    if value == "none":
        return 0
    if value == "all":
        return None
    raise wrong("not a backlog; write none, all, or a number from 0")


def follow(value: object) -> object:
    """Read a bare off, which YAML takes for false, as the word."""
    return "off" if isinstance(value, Misread) and value.text.lower() == "off" else value


def switch(value: object) -> object:
    """Read a bare on or off, which YAML takes for true and false, as the word."""
    return value.text.lower() if isinstance(value, Misread) and value.text.lower() in {"on", "off"} else value


def timezone(value: object) -> object:
    """Let names of the time zone database pass."""
    if not isinstance(value, str):
        return value
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError):
        hint = nearest(value, available_timezones()) or "write a name such as Europe/Berlin"
        raise wrong(f"unknown time zone '{shown(value)}'; {hint}") from None
    return value


def language(value: object) -> object:
    """Let two-letter codes of ISO 639-1 pass."""
    if not isinstance(value, str) or value in LANGUAGES:
        return value
    short = value.lower().split("-")[0].split("_")[0]
    meant = _MEANT.get(short) or (short[:2] if len(short) == len("eng") else short)
    hint = f"did you mean '{meant}'?" if meant in LANGUAGES else "write two letters of ISO 639-1, such as en"
    raise wrong(f"unknown language '{shown(value)}'; {hint}")


def own_language(value: object) -> object:
    """Let the same pass for the bot's own words; what is none is told which ones it has."""
    try:
        return language(value)
    except PydanticCustomError:
        raise wrong(f"unknown language '{shown(str(value))}'; {SPOKEN}") from None


def address(value: object) -> object:
    """Let http and https addresses pass. What is wrong is said without the address: it may hold a password."""
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong("not an address: its host or port cannot be read; write https://host/path") from None
    if parts.scheme not in {"http", "https"}:
        found = f"'{shown(parts.scheme)}' is not http or https" if "://" in value else "an address begins with https://"
        raise wrong(f"{found}; write https://… (or http://…)")
    if not host or re.search(r"[\s\\<>\"\x00-\x20\x7f]", value):
        raise wrong("not an address: no host, or a space or \\ in it; write https://host/path")
    return value


def chat(value: object) -> object:
    """Read what is no mapping as a chat without a topic."""
    return value if isinstance(value, dict) else {"chat": value}


def chat_id(value: object) -> object:
    """Let the numbers of chats pass."""
    if isinstance(value, int) and value:
        return value
    raise wrong("not a chat; write its number, which /start shows there (groups and channels are negative)")


def text(value: object) -> object:
    """Let texts with something in them pass."""
    if isinstance(value, str) and not value.strip():
        raise wrong("empty; write a word, or remove it")
    return value
