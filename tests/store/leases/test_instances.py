"""Who works on a record, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cli.record import describe_instances
from bot.store.leases.configurations import ALIVE, register_configuration
from bot.store.leases.instances import Instances, read_instances
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported


async def test_instances_and_roles_are_told_with_their_configurations(play: Play, store: Store) -> None:
    """The configuration read last is in force; who is silent for long is gone, and a role given back is nobody's."""
    other = await play.worker()
    await register_configuration(store.database, "old", play.now)
    await register_configuration(other.database, "new", play.after(seconds=1))
    epoch = await play.sender(store)
    found = await read_instances(store.database, play.now)
    assert [(one.host, one.configuration, one.alive, one.in_force) for one in found.polling] == [
        ("host1", "new", True, True),
        ("host0", "old", True, False),
    ]
    assert [(one.role, one.host, one.epoch) for one in found.roles] == [("sender", "host0", epoch)]
    said = "\n".join(describe_instances(found, 3.0, play.now))
    assert "2 different configurations" in said
    assert "waits: another configuration is in force" in said
    await store.outbox.release_role("sender", epoch)
    play.after(seconds=ALIVE.total_seconds() + 1)
    found = await read_instances(store.database, play.now)
    assert [one.host for one in found.roles] == [None]
    assert not any(one.alive for one in found.polling)


def test_a_record_that_nobody_has_worked_on_says_so() -> None:
    """Instead of an empty table."""
    assert "no instance has worked on this record so far" in describe_instances(Instances((), ()), 0.0, None)  # type: ignore[arg-type]  # no instance, no time
