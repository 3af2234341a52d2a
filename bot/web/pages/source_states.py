"""The one state that a source is in, and its name on pages. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from bot.i18n import Translator
from bot.polling import publishing_rhythm
from bot.ports.chat_store import SourceStatus

SourceState = Literal["ok", "failing", "silent", "gone", "new", "paused"]
SOURCE_STATES: Final[tuple[SourceState, ...]] = ("ok", "failing", "silent", "gone", "new", "paused")

QUIET_STATES: Final = frozenset({"ok", "new", "paused"})  # in which nothing is wrong


def source_state(one: SourceStatus | None, now: datetime) -> SourceState:
    """Return the state of a configured source."""
    if one is not None and one.paused_at is not None:
        return "paused"
    if one is None or (one.polled_at is None and one.error is None):
        return "new"
    if one.error is not None:
        return "gone" if "(410)" in one.error else "failing"
    return "silent" if publishing_rhythm.silence(one.stats, now) is not None else "ok"


def name_state(_: Translator, state: SourceState) -> str:
    """Return a state in one or two words."""
    names: dict[SourceState, str] = {
        "ok": _.pgettext("state of a source", "fine"),
        "failing": _.pgettext("state of a source", "failing"),
        "silent": _.pgettext("state of a source", "silent"),
        "gone": _.pgettext("state of a source", "gone"),
        "new": _.pgettext("state of a source", "not read yet"),
        "paused": _.pgettext("state of a source", "paused"),
    }
    return names[state]
