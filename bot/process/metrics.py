"""What is measured, by name, and the numbers so far: plain additions, no library, nothing that waits.

In: events of the loops. Out: values, for whoever shows them. A counter costs a dictionary look-up (0.2 µs), so that the
hot path may count. No label comes from outside, their values are words of ours, but for the names of sources where
METRICS_SOURCES asks for them. Names follow Prometheus: one prefix,
base units, `_total`, `_seconds`, `_bytes`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[str, ...]

_FAST: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
_POLL: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_TOLD: Final = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `buckets` are upper bounds in seconds."""

    kind: Kind
    help: str
    labels: Labels = ()
    buckets: tuple[float, ...] = ()


CATALOGUE: Final[Mapping[str, Metric]] = {
    "newswatch_build_info": Metric("gauge", "1, with what runs.", ("version", "python", "database")),
    "newswatch_sources": Metric("gauge", "Configured sources, each once: ok, failing, silent, gone, new.", ("state",)),
    "newswatch_polls_total": Metric("counter", "Polls: new, unchanged, not_modified, failed.", ("result",)),
    "newswatch_poll_failures_total": Metric("counter", "Polls that failed, by reason.", ("reason",)),
    "newswatch_poll_duration_seconds": Metric("histogram", "From request to record, by kind.", ("kind",), _POLL),
    "newswatch_source_failing": Metric("gauge", "1 where a source fails; with METRICS_SOURCES.", ("source",)),
    "newswatch_source_last_success_timestamp_seconds": Metric(
        "gauge", "The last good poll of a source; with METRICS_SOURCES.", ("source",)
    ),
    "newswatch_poll_lag_seconds": Metric("gauge", "For how long the most overdue source has been due."),
    "newswatch_fetched_bytes_total": Metric("counter", "Bytes of answers of sources, decompressed."),
    "newswatch_items_total": Metric("counter", "Items in polls: new, known, baseline.", ("result",)),
    "newswatch_matches_total": Metric("counter", "New items on which a query fired."),
    "newswatch_stories_total": Metric("counter", "Stories that began."),
    "newswatch_reports_joined_total": Metric(
        "counter", "Reports that joined a story: by identity, copy, words, meaning.", ("by",)
    ),
    "newswatch_outbox": Metric("gauge", "Alerts: due, held, waiting, unknown, dead.", ("state",)),
    "newswatch_outbox_oldest_due_seconds": Metric("gauge", "For how long the oldest due alert has been due."),
    "newswatch_outputs": Metric("gauge", "Outputs that were sent to, each once: ok, failing, ended.", ("state",)),
    "newswatch_output_alerts": Metric("gauge", "Alerts of all outputs: waiting, sent, dead.", ("state",)),
    "newswatch_notifications_total": Metric("counter", "Messages: sent, edited, retried; alerts: dead.", ("result",)),
    "newswatch_notification_refusals_total": Metric("counter", "Messages that were not accepted.", ("cause",)),
    "newswatch_publish_to_message_seconds": Metric("histogram", "From publication to message.", (), _TOLD),
    "newswatch_telegram_retry_after_seconds_total": Metric("counter", "Seconds that Telegram asked to wait."),
    "newswatch_telegram_last_success_timestamp_seconds": Metric("gauge", "Last success: in, out.", ("direction",)),
    "newswatch_loop_last_progress_timestamp_seconds": Metric("gauge", "Last progress of a loop.", ("loop",)),
    "newswatch_role_held": Metric("gauge", "1 where this process holds the role.", ("role",)),
    "newswatch_leases": Metric("gauge", "Leases of sources: held, expired.", ("state",)),
    "newswatch_config_last_reload_successful": Metric("gauge", "1 where the last edit was taken."),
    "newswatch_config_last_reload_success_timestamp_seconds": Metric("gauge", "When a file was last taken."),
    "newswatch_config_hash": Metric("gauge", "A number of the configuration: equal where it is the same."),
    "newswatch_database_size_bytes": Metric("gauge", "Size of the database."),
    "newswatch_database_transaction_seconds": Metric("histogram", "Transactions: read, write.", ("kind",), _FAST),
    "newswatch_backup_last_success_timestamp_seconds": Metric("gauge", "When a backup was last taken and verified."),
    "newswatch_llm_tokens_total": Metric("counter", "Tokens of a language model: in, out.", ("direction",)),
    "newswatch_llm_failures_total": Metric("counter", "Questions to it without an answer, by reason.", ("reason",)),
    "newswatch_llm_lines_total": Metric("counter", "Lines of it: shown, or dropped as invented.", ("result",)),
    "newswatch_llm_verdicts_total": Metric("counter", "Verdicts of `only`: yes, no, unsure, none.", ("verdict",)),
    "newswatch_backup_verified": Metric("gauge", "1 where the last try to take a backup ended in a verified one."),
    "newswatch_database_dead_tuples": Metric("gauge", "Dead rows of a table (PostgreSQL).", ("table",)),
}


@dataclass(slots=True)
class Distribution:
    """Observations so far: `counts` per bucket, the last one for what is above all bounds."""

    counts: list[int]
    total: float = 0.0


@dataclass(slots=True)
class Metrics:
    """The numbers of one process; one for all its loops, which share a thread."""

    values: dict[tuple[str, Labels], float] = field(default_factory=dict)
    distributions: dict[tuple[str, Labels], Distribution] = field(default_factory=dict)

    def add(self, name: str, *labels: str, by: float = 1.0) -> None:
        """Count an event."""
        key = (name, labels)
        self.values[key] = self.values.get(key, 0.0) + by

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        self.values[name, labels] = value

    def observe(self, name: str, seconds: float, *labels: str) -> None:
        """Add an observation to a histogram."""
        buckets = CATALOGUE[name].buckets
        found = self.distributions.get((name, labels))
        if found is None:
            found = self.distributions[name, labels] = Distribution([0] * (len(buckets) + 1))
        found.counts[bisect_left(buckets, seconds)] += 1
        found.total += seconds
