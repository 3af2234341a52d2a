"""Whether a failure counts against its source, as polls end one after the other; says when our own network goes down.

A poll that reached nobody comes in, the same poll goes out: counted, not counted because the outage is ours, or not
decided yet because others that are under way may still answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.config.compiled import CompiledConfig
from bot.polling import outcome
from bot.polling.source_health.outage import SILENT, Outage
from bot.ports.poll_store import Turn

log = logging.getLogger(__name__)


class OutageWatch:
    """Judges failures of one poll loop, by the steady clock."""

    def __init__(self, setup: Callable[[], CompiledConfig], steady: Callable[[], datetime]) -> None:
        self._setup = setup
        self._steady = steady
        self._outage = Outage()
        self._offline = False
        self._began: datetime | None = None  # the first failure that waited for others
        self._counted: tuple[CompiledConfig | None, int] = None, 0

    def note(self, site: str, *, unreached: bool) -> None:
        """Take note of a poll of this site (its publisher) that found somebody, or nobody."""
        self._outage.note(site, self._steady(), unreached=unreached)

    def is_ours(self) -> bool:
        """Return whether our own network is down, and say so when that is new."""
        ours = self._outage.is_ours(self._steady(), self._sites())
        if ours != self._offline:
            self._offline = ours
            log.warning("no site can be reached: is this machine online?" if ours else "sites can be reached again")
        return ours

    def is_undecided(self, turn: Turn, *, others: bool) -> bool:
        """Return whether, so soon after our beginning, `others` under way may still show that our network is well."""
        if not (turn.outcome.unreached and others and self._outage.answered_at is None):
            return False
        self._began = self._began or self._steady()
        return self._steady() - self._began < SILENT

    def judge(self, turn: Turn) -> Turn:
        """Return a turn whose failure counts, or does not because the outage is ours."""
        source = self._setup().sources.get(turn.outcome.leased.name)
        if source is None or not turn.outcome.unreached or not self.is_ours():
            return turn
        return replace(turn, outcome=outcome.outage(turn.outcome, source))

    def _sites(self) -> int:
        """Return how many sites there are to ask; counted once for each configuration."""
        setup, sites = self._counted
        if setup is not self._setup():
            setup = self._setup()
            sites = len({source.publisher for source in setup.sources.values()})
            self._counted = setup, sites
        return sites
