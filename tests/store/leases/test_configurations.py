"""Which configuration polls go by, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.store.leases.configurations import ALIVE, NOTED, register_configuration, release_configuration
from bot.store.leases.process_identity import ProcessIdentity
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported


async def test_the_configuration_that_a_living_instance_read_last_is_in_force(play: Play, store: Store) -> None:
    """An edit counts as reading; an instance that is silent for long counts no more, one that speaks does."""
    other = await play.worker()

    async def register(one: Store, fingerprint: str) -> bool:
        return await register_configuration(one.database, fingerprint, play.now)

    assert await register(store, "old")
    play.after(seconds=1)
    assert await register(other, "old")
    assert await register(store, "old")
    play.after(seconds=1)
    assert await register(other, "new")
    assert not await register(store, "old")
    play.after(seconds=1)
    assert await register(store, "new")
    play.after(seconds=1)
    assert await register(store, "newer")
    for _ in range(5):
        play.after(seconds=NOTED.total_seconds())
        assert await register(store, "newer")
        assert not await register(other, "new")
    play.after(seconds=ALIVE.total_seconds())
    assert await register(other, "new")


async def test_the_configuration_of_a_process_that_is_gone_does_not_count(
    play: Play, process_like_us: Callable[..., ProcessIdentity]
) -> None:
    """On this machine that is known at once."""
    dead, living = await play.worker(process_like_us(pid=2**22 - 3)), await play.worker(process_like_us())
    assert await register_configuration(living.database, "old", play.now)
    assert await register_configuration(dead.database, "new", play.after(seconds=1))
    assert await register_configuration(living.database, "old", play.now)


async def test_an_instance_that_leaves_has_no_say_any_more(play: Play, store: Store) -> None:
    """Whoever has another configuration polls by it at once, not when the one that left has been silent for long."""
    other = await play.worker()
    assert await register_configuration(store.database, "old", play.now)
    assert await register_configuration(other.database, "new", play.after(seconds=1))
    assert not await register_configuration(store.database, "old", play.now)
    await release_configuration(other.database)
    assert await register_configuration(store.database, "old", play.now)
