"""What the pages that change watchlists.yaml work on, beside the services of every page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.config.edits.editor import WatchlistEditor


@dataclass(frozen=True, slots=True)
class EditServices:
    """The editor of the file, and what puts a change in force in this process (BotError)."""

    editor: WatchlistEditor
    reload: Callable[[], Awaitable[object]]
