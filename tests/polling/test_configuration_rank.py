"""Two instances with different files on one database: one of the two polls, the other says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import owner_notices
from bot.config.compiled import CompiledConfig
from bot.i18n import words
from bot.model import DisplayPreferences
from bot.polling.configuration_rank import PATIENCE, ConfigurationRank
from bot.polling.loop import PollLoop
from bot.polling.source_health.source_notices import Notices

if TYPE_CHECKING:
    import pytest

    from bot.cli.demo_newsroom import Newsroom
    from tests.plugins.rig import Rig

FILE = """
sources:
  - {{name: A, publisher: p, url: '{url}', every: 1m}}
watchlists: {{k: {{keywords: [Kremlin], deliver_to: [77]}}}}
"""


async def test_the_instance_with_the_older_configuration_polls_nothing(rig: Rig, newsroom: Newsroom) -> None:
    """Each item is matched by one configuration; when the other instance is gone, the sources are its own again."""
    store = await rig.set_up(FILE.format(url=newsroom.feed("courier")))
    _, turns, current, _ = rig.parts
    assert (await rig.poll(force=True)).polled == 1
    other = await rig.worker()
    changed = replace(current.config(), sources=(replace(current.config().sources[0], name="B"),), fingerprint="")
    theirs = CompiledConfig(changed, current.setup().engine, {"B": changed.sources[0]}, current.setup().watchlists)
    notices = Notices(other.polls, (), other.preferences.read_display, DisplayPreferences)
    rig.now += timedelta(minutes=1)
    await other.polls.sync_sources(changed.sources, rig.now)
    second = PollLoop(replace(turns, store=other.polls), lambda: theirs, notices)
    assert await second.tick(20.0, forced_since=rig.now)
    assert second.tally.polled == 1
    first = rig.poller()
    assert await first.tick(20.0, forced_since=rig.now + timedelta(seconds=1))
    assert first.tally.polled == 0
    rig.now += timedelta(minutes=2)
    assert await first.tick(20.0, forced_since=rig.now)
    assert first.tally.polled == 1
    assert [one.name for one in (await store.chats.read_status(rig.now)).sources] == ["A"]


async def test_that_another_configuration_is_in_force_is_said_once(
    rig: Rig, newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    """After the time that an edit may take to reach all instances."""
    rig.owners = (500,)
    store = await rig.set_up(FILE.format(url=newsroom.feed("courier")))
    _, _, current, notices = rig.parts
    rank = ConfigurationRank(store.polls, notices, lambda: rig.now, lambda: rig.now)
    assert await rank.is_in_force(current.config())
    other, said = await rig.worker(), owner_notices.outranked(words("en"))
    for _ in range(10):
        rig.now += PATIENCE / 4
        await other.polls.register_configuration("another", rig.now)
        assert not await rank.is_in_force(current.config())
    assert [one.alert.headline for one in await rig.told()] == [said]
    assert caplog.text.count(said) == 1
