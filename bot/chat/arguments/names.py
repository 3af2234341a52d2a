"""What people mean by what they wrote: watchlists by id or title, words by the nearest one, chats by their id. Pure."""

from __future__ import annotations

import re
from difflib import get_close_matches

from bot.model import Chat, Config, Watchlist

AT_ONCE = 20  # watchlists named in one command
GENERAL = 1  # Telegram's number of the topic General
_GREATEST = 2**63 - 1  # that a database keeps


def split_names(config: Config, words: str) -> list[str]:
    """Return the ids that were written, in any case, or the one whose title was."""
    whole = [one.id for one in config.watchlists if one.title.casefold() == words.casefold()]
    return whole or list(dict.fromkeys(name for name in re.split(r"[\s,;]+", words) if name))[:AT_ONCE]


def find_watchlist(config: Config, name: str) -> Watchlist | None:
    """Return the watchlist of this id in any case."""
    return next((one for one in config.watchlists if one.id == name.lower()), None)


def closest_word(word: str, known: list[str]) -> str | None:
    """Return the known word that was probably meant."""
    return next(iter(get_close_matches(word[:64].lower(), known, n=1, cutoff=0.6)), None)


def closest_watchlist(config: Config, name: str) -> str | None:
    """Return the id of the watchlist that was probably meant: the nearest id, or one whose title has the word."""
    near = closest_word(name, [one.id for one in config.watchlists])
    return near or next((one.id for one in config.watchlists if name.casefold() in one.title.casefold()), None)


def parse_story_number(words: str) -> int | None:
    """Return the number of a story, None for what is none, or is greater than any."""
    number = int(words) if re.fullmatch(r"-?[0-9]{1,19}", words, re.ASCII) else None
    return number if number is not None and abs(number) <= _GREATEST else None


def parse_chat(words: str) -> Chat | None:
    """Return the chat of an id such as -1001234567890, or -1001234567890/7 for a topic; None for anything else.

    Topic 1 is General, which messages reach without a topic.
    """
    found = re.fullmatch(r"(-?[1-9][0-9]{0,15})(?:/([1-9][0-9]{0,9}))?", words)
    if not found:
        return None
    topic = int(found[2] or GENERAL)
    return Chat(int(found[1]), None if topic == GENERAL else topic)
