"""The tokens of a day are counted once for all instances, and never beyond what there are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.store.conftest import Play

DAY = 740_000


async def test_what_is_reserved_at_once_never_exceeds_the_day(play: Play) -> None:
    """Two instances reserve as if they were one; what was not used can be used by the next."""
    one, two = await play.worker(), await play.worker()
    got = await asyncio.gather(*(store.tokens.reserve_tokens(DAY, 30, 100) for store in (one, two) * 5))
    assert got.count(True) == 3
    assert await one.tokens.count_tokens(DAY) == 90
    await two.tokens.settle_tokens(DAY, -25)
    assert await one.tokens.reserve_tokens(DAY, 30, 100)
    assert not await one.tokens.reserve_tokens(DAY, 101, 100)
    assert await two.tokens.count_tokens(DAY) == 95


async def test_another_day_begins_anew_and_old_ones_are_forgotten(play: Play) -> None:
    """A restart in between changes nothing: the number is on record."""
    store = await play.worker()
    assert await store.tokens.reserve_tokens(DAY, 100, 100)
    assert await store.tokens.reserve_tokens(DAY + 1, 100, 100)
    assert not await (await play.worker()).tokens.reserve_tokens(DAY + 1, 1, 100)
    assert await store.tokens.reserve_tokens(DAY + 200, 1, 100)
    assert await store.tokens.count_tokens(DAY) == 0
