"""What the loops do, counted: observers that stand at their ends and change nothing of what passes through."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.errors import DeliveryError
from bot.model import Delivery, Source
from bot.polling.poll_source import PollResult
from bot.ports.outbox_store import Notifier
from bot.process.metrics import Metrics

# A part of the reason of a failed poll -> the word for it. The first that fits counts; status codes come before.
REASONS: Final = (
    ("internal error", "ours"),
    ("no process can be started", "ours"),
    ("was not found (DNS", "dns"),
    ("TLS", "tls"),
    ("refused the connection", "refused"),
    ("no connection to", "refused"),
    ("there is no way to", "refused"),
    ("is empty", "empty"),
    ("not a ", "not_a_feed"),
    ("not on the public internet", "refused"),
)
STATUSES: Final = frozenset({401, 403, 404, 410, 429})
_TIMEOUT: Final = re.compile(r"within [0-9.]+ s|takes longer than")
RETRIED: Final = frozenset({"wait", "unsent", "unknown", "retry", "token", "plain", "shrink"})


def reason_of(error: str, status: int | None) -> str:
    """Return the word for why a poll failed; one of a fixed list."""
    if status in STATUSES:
        return str(status)
    if _TIMEOUT.search(error):
        return "timeout"
    return next((word for sign, word in REASONS if sign in error), "broken")


def count_poll(metrics: Metrics, source: Source, result: PollResult, seconds: float) -> None:
    """Count a poll."""
    error = result.outcome.error
    metrics.observe("newswatch_poll_duration_seconds", seconds, source.kind)
    metrics.add("newswatch_fetched_bytes_total", by=result.fetched)
    if error is not None:
        metrics.add("newswatch_polls_total", "failed")
        metrics.add("newswatch_poll_failures_total", reason_of(error, result.status))
        return
    unread = "unchanged" if result.outcome.parsed else "not_modified"
    metrics.add("newswatch_polls_total", "new" if result.outcome.new else unread)
    baseline = result.braked if result.outcome.leased.baselined else result.items - result.new
    known = max(0, result.items - result.new - baseline)
    for word, count in (("new", result.new), ("known", known), ("baseline", baseline)):
        metrics.add("newswatch_items_total", word, by=count)
    metrics.add("newswatch_matches_total", by=result.matched)
    metrics.add("newswatch_stories_total", by=result.stories)
    for kind in result.joined:
        metrics.add("newswatch_reports_joined_total", kind)


def count_answer(metrics: Metrics, now: Callable[[], datetime]) -> None:
    """Note an answer of Telegram's to the listener."""
    metrics.set("newswatch_telegram_last_success_timestamp_seconds", now().timestamp(), "in")


def count_reload(metrics: Metrics, now: Callable[[], datetime]) -> None:
    """Note that watchlists.yaml was taken."""
    metrics.set("newswatch_config_last_reload_successful", 1)
    metrics.set("newswatch_config_last_reload_success_timestamp_seconds", now().timestamp())


def count_transaction(metrics: Metrics, kind: str, seconds: float) -> None:
    """Note a transaction."""
    metrics.observe("newswatch_database_transaction_seconds", seconds, kind)


@dataclass(frozen=True, slots=True)
class CountedNotifier:
    """A medium whose answers are counted: `Notifier` in, `Notifier` out."""

    medium: Notifier
    metrics: Metrics
    now: Callable[[], datetime]

    async def send(self, delivery: Delivery) -> int:
        """See Notifier."""
        try:
            message = await self.medium.send(delivery)
        except DeliveryError as error:
            self._count_refusal(error)
            raise
        self._count_message(edited=delivery.message is not None)
        if delivery.message is None and not delivery.alert.part and delivery.held is None and delivery.reports:
            first = delivery.reports[0]
            seconds = (self.now() - (first.published or first.at)).total_seconds()
            self.metrics.observe("newswatch_publish_to_message_seconds", max(0.0, seconds))
        return message

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """See Notifier."""
        try:
            sent = await self.medium.fold(deliveries, message)
        except DeliveryError as error:
            self._count_refusal(error)
            raise
        self._count_message(edited=message is not None)
        return sent

    def _count_message(self, *, edited: bool) -> None:
        self.metrics.add("newswatch_notifications_total", "edited" if edited else "sent")
        stamp = self.now().timestamp()
        self.metrics.set("newswatch_telegram_last_success_timestamp_seconds", stamp, "out")

    def _count_refusal(self, error: DeliveryError) -> None:
        self.metrics.add("newswatch_notification_refusals_total", error.verdict)
        if error.verdict in RETRIED:
            self.metrics.add("newswatch_notifications_total", "retried")
        if error.retry_after:
            self.metrics.add("newswatch_telegram_retry_after_seconds_total", by=error.retry_after)
