"""Polls that tell nobody anything: kept for a moment, and written many in one transaction.

Most polls are such. What cannot be written now stays here for the next attempt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.config.compiled import CompiledConfig
from bot.errors import StoreError
from bot.polling.poll_source import SourcePoller
from bot.polling.poll_tally import PollTally
from bot.polling.source_health.outage_watch import OutageWatch
from bot.ports.poll_store import Turn

log = logging.getLogger(__name__)

FLUSH = 100  # polls in one transaction …
FLUSH_ITEMS = 500  # … or fewer that saw so many items, which wait in memory …
FLUSH_AFTER = 1.0  # … or after so many seconds …
FLUSH_ALONE = 0.25  # … or so many where no other poll is under way


class QuietPolls:
    """What waits to be written; one for a poll loop."""

    def __init__(
        self, turns: SourcePoller, setup: Callable[[], CompiledConfig], outages: OutageWatch, tally: PollTally
    ) -> None:
        """Take `turns`, whose store is written to; a bug that one poll meets is counted in `tally` as its failure."""
        self._turns = turns
        self._store = turns.store
        self._setup = setup
        self._outages = outages
        self._tally = tally
        self._waiting: list[Turn] = []
        self._written_at = 0.0  # on the loop's clock

    def add(self, turn: Turn) -> None:
        """Keep a poll until it is written."""
        self._waiting.append(turn)

    async def write_due(self, *, others: bool) -> bool:
        """Write what waits if it is much or has waited long; return whether something was written; StoreError.

        Without `others` under way little more is to come, and nothing waits for long.
        """
        now = asyncio.get_running_loop().time()
        full = len(self._waiting) >= FLUSH or sum(len(turn.items) for turn in self._waiting) >= FLUSH_ITEMS
        if full or (self._waiting and now - self._written_at >= (FLUSH_AFTER if others else FLUSH_ALONE)):
            self._written_at = now
            return await self.write(others=others)
        return False

    async def write(self, *, others: bool = False) -> bool:
        """Write what waits, but for failures that others under way decide; return whether there was any; StoreError."""
        waiting, self._waiting = self._waiting, []
        decided: list[Turn] = []
        for turn in waiting:
            if self._outages.is_undecided(turn, others=others):
                self._waiting.append(turn)
            else:
                decided.append(self._outages.judge(turn))
        any_decided = bool(decided)
        try:
            try:
                await self._store.finish_polls(decided)
            except StoreError:
                raise
            except Exception:  # noqa: BLE001 - a bug met one of them, and is named below
                while decided:
                    await self._write_one(decided[0])
                    del decided[0]
        except BaseException:
            self._waiting[:0] = decided
            raise
        return any_decided

    async def _write_one(self, turn: Turn) -> None:
        """Write a turn by itself; one that meets a bug becomes a failure of its source."""
        try:
            await self._store.finish_polls([turn])
        except StoreError:
            raise
        except Exception as error:
            leased = turn.outcome.leased
            log.exception("poll failed", extra={"source": leased.name})
            source = self._setup().sources.get(leased.name)
            if source is not None:
                taken = self._turns.broken(leased, source, error)
                self._tally.failures[leased.name] = taken.outcome.error or ""
                await self._store.finish_polls([Turn(taken.outcome)])
