"""The JSON of a webhook: an alert on its way in, bytes out, the same at every attempt. Pure.

Texts are on one line and hold nothing that hides or turns text; they are plain text, never markup. A story is a text,
because not every receiver reads numbers of 62 bits.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final, Literal

from bot.model import Report
from bot.notify.sanitize import link, one_line
from bot.ports.output_store import OutputDelivery
from bot.stories.heading import heading_report, told_at

Event = Literal["alert.created", "alert.updated", "alert.corrected"]
_REPORTS: Final = 200  # of a story that are told, the newest


def event_of(delivery: OutputDelivery) -> Event:
    """Return what a revision is to a receiver: the first that it takes is new, whatever came before."""
    if not delivery.shown:
        return "alert.created"
    return "alert.corrected" if delivery.is_correction else "alert.updated"


def message_id(delivery: OutputDelivery) -> str:
    """Return the id of this revision, the same whenever it is tried."""
    return f"msg_{delivery.key}_{delivery.revision}"


def to_body(delivery: OutputDelivery) -> bytes:
    """Return what is posted."""
    alert, reports = delivery.alert, delivery.reports
    heading = heading_report(alert.headline, alert.url, reports)
    mine = heading is not None and heading.url == alert.url
    data: dict[str, Any] = {
        "story": str(alert.story),
        "revision": delivery.revision,
        "watchlist": alert.watchlist,
        "title": one_line(alert.title),
        "headline": one_line(heading.headline if heading and mine else alert.headline),
        "url": link(alert.url),
        "lead": one_line(alert.lead),
        "language": alert.language,
        "words": [{"text": one_line(one.text), "field": one.field, "query": one.query} for one in alert.words],
        "reports": [_report(one) for one in reports[-_REPORTS:]],
        "priority": alert.priority,
    }
    at = max((one.at for one in reports), default=delivery.created_at)
    body = {"type": event_of(delivery), "timestamp": _instant(at), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _report(report: Report) -> dict[str, Any]:
    return {
        "publisher": one_line(report.publisher),
        "source": one_line(report.source),
        "title": one_line(report.headline),
        "url": link(report.url),
        "published": _instant(told_at(report)) if report.published else None,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
