"""Whether this instance polls, where several with different configurations share a database.

Items must be matched by one configuration, or whose readers hear of one would depend on which instance polled it. It is
the one that a living instance read last; the others wait, and say so once to the log and the owners.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

from bot import owner_notices
from bot.i18n import words
from bot.model import Config
from bot.polling.source_health.source_notices import Notices
from bot.ports.poll_store import PollStore

log = logging.getLogger(__name__)

CONFIRMED = timedelta(seconds=1)  # for so long another instance's edit is not noticed
PATIENCE = timedelta(minutes=1)  # that an edit may take to reach all instances before it is worth a word


class ConfigurationRank:
    """Knows whether the configuration of this instance is in force; one for a poll loop."""

    def __init__(
        self, store: PollStore, notices: Notices, now: Callable[[], datetime], steady: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._notices = notices
        self._now = now
        self._steady = steady
        self._config: Config | None = None
        self._fingerprint = ""
        self._confirmed_at: datetime | None = None
        self._outranked_at: datetime | None = None
        self._said = False

    async def is_in_force(self, config: Config) -> bool:
        """Return whether polls go by this configuration; StoreError. Syncs the sources when it is so again.

        What was so a moment ago is not asked for again.
        """
        if config is not self._config:
            self._config, self._fingerprint = config, config.fingerprint or fingerprint(config)
        elif self._confirmed_at is not None and timedelta() <= self._steady() - self._confirmed_at < CONFIRMED:
            return True
        now, self._confirmed_at = self._now(), None
        if await self._store.register_configuration(self._fingerprint, now):
            if self._outranked_at is not None:
                await self._store.sync_sources(config.sources, now)
                self._outranked_at, self._said = None, False
            self._confirmed_at = self._steady()
            return True
        if self._outranked_at is None:
            self._outranked_at = self._steady()
        elif not self._said and self._steady() - self._outranked_at >= PATIENCE:
            log.warning(owner_notices.outranked(words("en")))
            await self._notices.say(owner_notices.outranked, owner_notices.one_file, now)
            self._said = True
        return False


def fingerprint(config: Config) -> str:
    """Return what tells one configuration from another: a hash of its sources and watchlists."""
    return blake2b(repr((config.sources, config.watchlists)).encode("utf-8", "replace"), digest_size=8).hexdigest()
