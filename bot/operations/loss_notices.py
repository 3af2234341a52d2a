"""Tells owners of sources that show signs of losing news in silence: each sign of a source once a month at most.

A source that everything of is known is told of where it is polled (`source_health.source_notices`), with its gap.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from bot import owner_notices
from bot.errors import StoreError
from bot.model import Config
from bot.polling.source_health.loss_signs import find_all_signs
from bot.polling.source_health.source_notices import Notices
from bot.ports.chat_store import ChatStore

log = logging.getLogger(__name__)


async def tell_signs(chats: ChatStore, config: Config, notices: Notices, now: datetime) -> None:
    """Queue a notice for each sign that stands and was not told; while the database is away, none."""
    try:
        await _queue_signs(chats, config, notices, now)
    except StoreError as error:
        log.debug("signs of silent loss were not looked for", extra={"reason": str(error)})


async def _queue_signs(chats: ChatStore, config: Config, notices: Notices, now: datetime) -> None:
    status = await chats.read_status(now)
    found = find_all_signs({one.name: one.stats for one in status.sources}, config, now)
    told = [(name, sign) for name, signs in found.items() for sign in signs if sign != "stale"]
    for name, sign in told:
        headline, text = partial(owner_notices.may_lose, name=name), partial(owner_notices.loss, name=name, sign=sign)
        await notices.tell(headline, text, ("loss", name, sign, now.year, now.month), now)
