"""Ids of buttons: what Telegram sends back when one is pressed; random, without meaning for anybody else.

Telegram gives back whatever was under a button, from anybody who learns it, so neither a verb nor a right is in it:
what it does is looked up, for the chat that it was pressed in. Each message has a random key, each button its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Action = Literal["mute", "words", "why", "more"]
ACTIONS: Final[tuple[Action, ...]] = ("mute", "words", "why", "more")  # of an alert, by number
KEY_BITS = 63  # of randomness, or more

_ALERT = re.compile(r"a([0-9]{1,18})\.([0-9]{1,19})\.([0-3])", re.ASCII)
_MENU = re.compile(r"m([A-Za-z0-9_-]{1,40})\.([0-9]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AlertButton:
    """A button under an alert: the row of the outbox and its key."""

    row: int
    key: int
    action: Action


@dataclass(frozen=True, slots=True)
class MenuButton:
    """A button under one of the bot's other messages."""

    key: str
    number: int


def alert_button_id(row: int, key: int, action: Action) -> str:
    """Return what a button of an alert says: 43 bytes at most."""
    return f"a{row}.{key}.{ACTIONS.index(action)}"


def menu_button_id(key: str, number: int) -> str:
    """Return what the how manyth button (from 0) of a message says."""
    return f"m{key}.{number}"


def parse_button_id(said: str) -> AlertButton | MenuButton | None:
    """Return which button this is, None for what no button of ours says."""
    if found := _ALERT.fullmatch(said):
        return AlertButton(int(found[1]), int(found[2]), ACTIONS[int(found[3])])
    if found := _MENU.fullmatch(said):
        return MenuButton(found[1], int(found[2]))
    return None
