"""Sources found and tried for the chat of a running service, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import app
from bot.errors import BotError, ConfigError
from bot.source_management.chat_finder import ChatSourceFinder

if TYPE_CHECKING:
    from tests.plugins.home import Home


async def test_an_address_and_a_name_are_read_with_the_engine_in_force(home: Home) -> None:
    """What is there already is said, and so is what nobody answers."""
    async with app.opened(home.environ) as base:
        finder = ChatSourceFinder(base)
        source = base.current.config().sources[0]
        tried = await finder.try_source(source.name)
        assert tried.name == source.name
        assert tried.items >= 0
        assert tried.fires is not None
        with pytest.raises(ConfigError, match="has this address already"):
            await finder.find_sources(source.url)
        with pytest.raises(BotError):
            await finder.find_sources(source.url.replace("feed.xml", "nowhere.xml"))
