"""The history of watchlists.yaml: changes made by hand are put on record when the service takes them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot import app
from bot.errors import BotError

log = logging.getLogger(__name__)


async def note_change(base: app.Base, said: Sequence[str]) -> None:
    """Put a change on record in the words in which it is logged; a database that is away costs the entry alone."""
    try:
        await app.editor(base).note_change(said)
    except BotError as error:
        log.warning("the history of watchlists.yaml lacks a change", extra={"reason": str(error)})
