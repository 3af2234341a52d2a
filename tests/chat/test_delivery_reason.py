"""Why a chat was told of an item, or was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.delivery_reason import Fate, fate
from bot.model import Chat, Item, Match, Report, Watchlist
from bot.ports.record import ItemOnRecord, Telling, Trace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER, BEFORE = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
HERE = Chat(22)
MATCH = Match("k", "Kremlin", ())
LISTS = {
    "k": Watchlist("k", "K", ("Kremlin",)),
    "c": Watchlist("c", "C", ("Kremlin",), confirm=3),
    "d": Watchlist("d", "D", ("Kremlin",), deliver_to=(HERE,), confirm=2),
}


def trace(
    *fired: str,
    telling: Telling | None = None,
    first_sight: bool = False,
    subscribed: tuple[tuple[str, datetime], ...] = (),
) -> Trace:
    """Return an item that these watchlists fired on, by one publisher."""
    reports = (Report("S", "p", "Headline", None, NOW, None, fired),) if fired else ()
    found = ItemOnRecord(1, Item((), None, "Title"), "S", NOW, 7 if fired else None)
    return Trace(found, first_sight, reports, telling, subscribed, (b"",) * len(reports))


@pytest.mark.parametrize(
    ("given", "matches", "expected"),
    [
        (trace(), (), Fate("silent")),
        (trace(first_sight=True), (MATCH,), Fate("first sight")),
        (trace(), (MATCH,), Fate("later")),
        (trace("k", telling=Telling("sent", NOW, LATER)), (), Fate("told", LATER)),
        (trace("k", telling=Telling("sent", BEFORE, BEFORE)), (), Fate("joined", BEFORE)),
        (trace("k", telling=Telling("pending", BEFORE)), (), Fate("joined", BEFORE)),
        (trace("k", telling=Telling("pending", NOW, reason="429")), (), Fate("waiting", words="429")),
        (trace("k", telling=Telling("dead", NOW, reason="kicked")), (), Fate("dead", words="kicked")),
        (trace("k"), (), Fate("elsewhere")),
        (trace("k", subscribed=(("c", BEFORE),)), (), Fate("elsewhere")),
        (trace("k", subscribed=(("k", LATER),)), (), Fate("subscribed later", LATER)),
        (trace("k", "c", subscribed=(("k", LATER), ("c", BEFORE))), (), Fate("unknown")),
        (trace("c", subscribed=(("c", BEFORE),)), (), Fate("unconfirmed", number=3)),
        (trace("d"), (), Fate("unconfirmed", number=2)),
        (trace("k", subscribed=(("k", BEFORE),)), (), Fate("unknown")),
        (trace("gone", subscribed=(("gone", BEFORE),)), (), Fate("unknown")),
    ],
)
def test_every_reason_has_its_case(given: Trace, matches: tuple[Match, ...], expected: Fate) -> None:
    """Told, joined, waiting, given up, or one of the reasons why not."""
    assert fate(given, HERE, matches, LISTS) == expected
