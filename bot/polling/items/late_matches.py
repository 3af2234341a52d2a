"""First match is first alert: known items that match only as they are now, because their publisher changed them.

What changed and what is on record comes in, the items to be told goes out. What would have matched as it stood is not
told: then it is the watchlist that was edited, and what stood there all along is no news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.item_identity import Identity
from bot.matching.engine import Engine
from bot.model import Item
from bot.polling.items.headline_changes import AT_ONCE
from bot.ports.poll_store import PollStore, ReportOnRecord

TEXTS_AT_ONCE = 20  # texts of one document that changed; of more, a template did


def worth_reading(entries: Sequence[Identity], changed: Sequence[int], known: Collection[int]) -> tuple[int, ...]:
    """Return those of the changed items that are read again: those under other headlines, and a few under their own."""
    retitled = [p for p in changed if entries[p].page is not None and entries[p].page not in known]
    return tuple(changed if len(changed) - len(retitled) <= TEXTS_AT_ONCE else retitled)


def reports_of(
    entries: Sequence[Identity], positions: Collection[int], found: Mapping[int, ReportOnRecord]
) -> dict[int, ReportOnRecord]:
    """Return the newest report of each of these items that has one; `found` is by key."""
    reported = {}
    for position in positions:
        its = [found[key] for key in entries[position].known_by if key in found]
        if its:
            reported[position] = max(its, key=lambda report: report.id)
    return reported


async def find_late_matches(
    store: PollStore,
    build: Callable[[], Awaitable[Engine]],
    source_id: int,
    source: str,
    items: Sequence[tuple[ReportOnRecord | None, Item]],
) -> tuple[Item, ...]:
    """Return the changed items that fire watchlists which neither told of them before nor fired on their old text.

    The engine is only built where there are any: that takes memory and seconds, and most polls need none.
    """
    if not items:
        return ()
    engine = await build()

    def fired(texts: Sequence[Item]) -> list[frozenset[str]]:
        return [
            frozenset(
                match.watchlist
                for match in engine.match(one.title, one.lead, one.body, source=source, language=one.language)
            )
            for one in texts
        ]

    now = await asyncio.to_thread(fired, [item for _, item in items])
    may_be = [
        (item, fresh)
        for (report, item), lists in zip(items, now, strict=True)
        if (fresh := lists.difference(report.report.watchlists if report is not None else ()))
    ]
    on_record = await store.find_items(source_id, {item.url for item, _ in may_be if item.url}) if may_be else {}
    # Of a page that has moved nothing says what it was: under another title it is new.
    may_be = [(item, fresh) for item, fresh in may_be if not item.url or item.url in on_record]
    before = [on_record.get(item.url or "", item) for item, _ in may_be]
    then = await asyncio.to_thread(fired, before)
    found = [
        replace(item, sighting="updated")
        for (item, fresh), lists in zip(may_be, then, strict=True)
        if not item.url or fresh.difference(lists)
    ]
    return tuple(found) if len(found) <= AT_ONCE else ()  # a site that was rewritten is no news
