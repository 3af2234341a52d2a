"""What answers commands in a running service: with it, owners find sources from the chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import app

if TYPE_CHECKING:
    from bot.chat.listening.listener import Listener


def listener(
    base: app.Base,
    token: str,
    beat: Callable[[], None] = lambda: None,
    report_problem: app.Ail = lambda _: None,
    answered: Callable[[], None] = lambda: None,
) -> Listener:
    """Return the listener, as `app.listener` builds it."""
    from bot.source_management.chat_finder import ChatSourceFinder

    return app.listener(base, token, beat, report_problem, answered, finder=ChatSourceFinder(base))
