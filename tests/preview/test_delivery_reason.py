"""Why a chat was told of an item, or was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Chat, Item, Match, Report, Watchlist
from bot.ports.history_store import DeliveryRecord, ItemHistory, ItemOnRecord
from bot.preview.delivery_reason import DeliveryReason, explain_delivery

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
HERE = Chat(22)
MATCH = Match("k", "Kremlin", ())
REFUSED = DeliveryReason("refused", words="k: sport")
LISTS = {
    "k": Watchlist("k", "K", ("Kremlin",)),
    "c": Watchlist("c", "C", ("Kremlin",), confirm=3),
    "d": Watchlist("d", "D", ("Kremlin",), deliver_to=(HERE,), confirm=2),
}


def trace(
    *fired: str,
    delivery: DeliveryRecord | None = None,
    first_sight: bool = False,
    subscribed: tuple[tuple[str, datetime], ...] = (),
) -> ItemHistory:
    """Return an item that these watchlists fired on, by one publisher."""
    reports = (Report("S", "p", "Headline", None, NOW, None, fired),) if fired else ()
    found = ItemOnRecord(1, Item((), None, "Title"), "S", NOW, 7 if fired else None)
    return ItemHistory(found, first_sight, reports, delivery, subscribed, (b"",) * len(reports))


@pytest.mark.parametrize(
    ("given", "matches", "expected"),
    [
        (trace(), (), DeliveryReason("silent")),
        (trace(first_sight=True), (MATCH,), DeliveryReason("first sight")),
        (trace(), (MATCH,), DeliveryReason("later")),
        (trace("k", delivery=DeliveryRecord("sent", NOW, LATER)), (), DeliveryReason("told", LATER)),
        (trace("k", delivery=DeliveryRecord("sent", BEFORE, BEFORE)), (), DeliveryReason("joined", BEFORE)),
        (trace("k", delivery=DeliveryRecord("pending", BEFORE)), (), DeliveryReason("joined", BEFORE)),
        (trace("k", delivery=DeliveryRecord("pending", NOW, reason="429")), (), DeliveryReason("waiting", words="429")),
        (trace("k", delivery=DeliveryRecord("dead", NOW, reason="kicked")), (), DeliveryReason("dead", words="kicked")),
        (trace("k", delivery=DeliveryRecord("dead", NOW, None, "k: sport", "model")), (), REFUSED),
        (trace("k"), (), DeliveryReason("elsewhere")),
        (trace("k", subscribed=(("c", BEFORE),)), (), DeliveryReason("elsewhere")),
        (trace("k", subscribed=(("k", LATER),)), (), DeliveryReason("subscribed later", LATER)),
        (trace("k", "c", subscribed=(("k", LATER), ("c", BEFORE))), (), DeliveryReason("unknown")),
        (trace("c", subscribed=(("c", BEFORE),)), (), DeliveryReason("unconfirmed", number=3)),
        (trace("d"), (), DeliveryReason("unconfirmed", number=2)),
        (trace("k", subscribed=(("k", BEFORE),)), (), DeliveryReason("unknown")),
        (trace("gone", subscribed=(("gone", BEFORE),)), (), DeliveryReason("unknown")),
    ],
)
def test_every_reason_has_its_case(given: ItemHistory, matches: tuple[Match, ...], expected: DeliveryReason) -> None:
    """Told, joined, waiting, given up, or one of the reasons why not."""
    assert explain_delivery(given, HERE, matches, LISTS) == expected
