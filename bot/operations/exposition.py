"""The numbers of this process, and what its database says, in the text that Prometheus reads.

In: `Metrics`, heartbeats, the store. Out: bytes. What the database says is asked at most once in KEPT seconds, however
many scrape; the text is made in a thread. A database that is away leaves out what only it knows.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bot.errors import StoreError
from bot.model import Config
from bot.polling.configuration_rank import fingerprint
from bot.ports.chat_store import SourceStatus
from bot.ports.output_store import OutputCounts
from bot.process.heartbeat import Heartbeats
from bot.process.metrics import CATALOGUE, Labels, Metrics
from bot.store.copies.backup_log import read_last_backup
from bot.store.record_counts import RecordCounts, count_record
from bot.store.repository import Store
from bot.web.pages.about_page import running_version
from bot.web.pages.source_states import SOURCE_STATES, source_state

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

KEPT: Final = 5.0  # seconds
ROLES: Final = ("sender", "listener", "outputs")
Values = dict[tuple[str, Labels], float]


def config_number(config: Config) -> int:
    """Return a number of the configuration that a float holds exactly: 48 bits of its hash."""
    return int(fingerprint(config)[:12], 16)


class Exposition:
    """Renders; one for a process. `clock` is monotonic, `wall` the time of day."""

    def __init__(
        self,
        metrics: Metrics,
        hearts: Heartbeats,
        store: Store,
        config: Callable[[], Config],
        *,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
        by_source: bool = False,
    ) -> None:
        """Take what is shown; with `by_source` each source of the file by its name, too."""
        self._metrics, self._hearts, self._store, self._config = metrics, hearts, store, config
        self._clock, self._wall, self._by_source = clock, wall, by_source
        self._turn = asyncio.Lock()
        self._of_record: Values = {}
        self._read_at: float | None = None

    async def render(self) -> bytes:
        """Return the text of a scrape."""
        values = {**self._metrics.values, **self._of_process(), **await self._record()}
        values["newswatch_notifications_total", ("dead",)] = float(self._store.database.observed.dead)
        return await asyncio.to_thread(_exposed, values, self._metrics)

    def _of_process(self) -> Values:
        now = self._wall().timestamp()
        found: Values = {
            (
                "newswatch_build_info",
                (running_version(), platform.python_version(), self._store.database.dialect.name),
            ): 1.0,
            ("newswatch_config_hash", ()): float(config_number(self._config())),
        }
        for name, pulse in self._hearts.pulses().items():
            found["newswatch_loop_last_progress_timestamp_seconds", (name,)] = now - pulse.age
        for role in ROLES:
            found["newswatch_role_held", (role,)] = float(self._store.database.observed.roles.get(role, False))
        return found

    async def _record(self) -> Values:
        async with self._turn:
            if self._read_at is None or self._clock() - self._read_at >= KEPT:
                self._read_at = self._clock()
                try:
                    self._of_record = await self._ask()
                except StoreError:
                    self._of_record = {}
            return self._of_record

    async def _ask(self) -> Values:
        now = self._wall()
        counts = await count_record(self._store.database, now)
        status = {one.name: one for one in await self._store.chats.read_sources()}
        found = _of_counts(counts)
        backup = await read_last_backup(self._store.database)
        if backup is not None:
            found["newswatch_backup_last_success_timestamp_seconds", ()] = backup.timestamp()
            found["newswatch_backup_verified", ()] = self._metrics.values.get(("newswatch_backup_verified", ()), 1.0)
        found |= _of_outputs(await self._store.outputs.count_outputs())
        for state in SOURCE_STATES:
            found["newswatch_sources", (state,)] = 0.0
        for source in self._config().sources:
            found["newswatch_sources", (source_state(status.get(source.name), now),)] += 1
        return found | (_of_sources(status.values()) if self._by_source else {})


def _of_outputs(outputs: Sequence[OutputCounts]) -> Values:
    found: Values = {("newswatch_outputs", (state,)): 0.0 for state in ("ok", "failing", "ended")}
    for one in outputs:
        state = one.state
        word = "ended" if state and state.ended_at else "failing" if state and state.failing_since else "ok"
        found["newswatch_outputs", (word,)] += 1
    sums = {"waiting": 0, "sent": 0, "dead": 0}
    for one in outputs:
        sums = {name: many + getattr(one, name) for name, many in sums.items()}
    return found | {("newswatch_output_alerts", (name,)): float(many) for name, many in sums.items()}


def _of_counts(counts: RecordCounts) -> Values:
    found: Values = {
        ("newswatch_poll_lag_seconds", ()): counts.poll_lag,
        ("newswatch_outbox_oldest_due_seconds", ()): counts.oldest_due,
        ("newswatch_leases", ("held",)): float(counts.leases_held),
        ("newswatch_leases", ("expired",)): float(counts.leases_expired),
        ("newswatch_database_size_bytes", ()): float(counts.size),
    }
    found |= {("newswatch_outbox", (state,)): float(number) for state, number in counts.outbox.items()}
    found |= {("newswatch_database_dead_tuples", (table,)): float(many) for table, many in counts.dead_tuples.items()}
    return found


def _of_sources(status: Iterable[SourceStatus]) -> Values:
    """Return whether each source fails, and its last good poll."""
    found: Values = {}
    for one in status:
        found["newswatch_source_failing", (one.name,)] = float(one.error is not None)
        if one.polled_at is not None:
            found["newswatch_source_last_success_timestamp_seconds", (one.name,)] = one.polled_at.timestamp()
    return found


def _exposed(values: Mapping[tuple[str, Labels], float], metrics: Metrics) -> bytes:
    from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
    from prometheus_client.exposition import generate_latest

    registry = CollectorRegistry(auto_describe=False)
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(_Collector(values, metrics))
    return generate_latest(registry)


class _Collector:
    """Hands the numbers to prometheus-client, family by family, in the order of the catalogue."""

    def __init__(self, values: Mapping[tuple[str, Labels], float], metrics: Metrics) -> None:
        self._values, self._metrics = values, metrics

    def collect(self) -> Iterator[Family]:
        """Yield every family that has a value."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        by_name: dict[str, list[tuple[Labels, float]]] = {}
        for (name, labels), value in self._values.items():
            by_name.setdefault(name, []).append((labels, value))
        for name, metric in CATALOGUE.items():
            family: Any
            if metric.kind == "histogram":
                family = HistogramMetricFamily(name, metric.help, labels=metric.labels)
                for (one, labels), found in list(self._metrics.distributions.items()):
                    if one == name:
                        family.add_metric(labels, _cumulated(metric.buckets, found.counts), found.total)
            else:
                made = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
                family = made(name, metric.help, labels=metric.labels)
                start = [] if metric.labels or metric.kind == "gauge" else [((), 0.0)]
                for labels, value in sorted(by_name.get(name, start)):
                    family.add_metric(labels, value)
            yield family


def _cumulated(buckets: tuple[float, ...], counts: list[int]) -> list[tuple[str, float]]:
    total, found = 0, list[tuple[str, float]]()
    for bound, count in zip((*map(str, buckets), "+Inf"), counts, strict=True):
        total += count
        found.append((bound, float(total)))
    return found
