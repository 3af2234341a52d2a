"""The listener for its tests: real HTTP, a real database, and a clock that sleeping sets forward."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.chat.access.authorization import Authorizer
from bot.chat.context import QueryServices, Services
from bot.chat.dispatcher import Dispatcher
from bot.chat.listening.listener import DEADLINE, Listener
from bot.chat.registry import COMMANDS
from bot.config.edits.editor import WatchlistEditor
from bot.model import Config
from bot.notify.telegram.bot_api import TelegramClient
from bot.store.repository import Store
from bot.web.access.sign_in_links import PageLinks
from tests.chat.finder import SetFinder
from tests.chat.listening.conversation import (
    KREMLIN,
    OWNER,
    Make,
    Swift,
    unread,
)


@pytest.fixture
def swift() -> Swift:
    """Give a clock that sleeping sets forward."""
    return Swift()


@pytest.fixture
def problems() -> list[str | None]:
    """Give the list of what the listener complains of."""
    return []


@pytest.fixture
def make(
    telegram_server: Any,
    bot_token: str,
    store: Store,
    swift: Swift,
    problems: list[str | None],
    library: QueryServices,
    tmp_path: Path,
) -> Make:
    """Hand out what builds a listener as the app does."""

    def now() -> datetime:
        return datetime.now(UTC)

    def built(*, access: str = "open", wait: float = 25.0, patient: bool = False) -> Listener:
        client = TelegramClient(bot_token, telegram_server.url, deadline=DEADLINE)
        services = Services(
            commands=COMMANDS,
            config=lambda: Config((), (KREMLIN,)),
            chats=store.chats,
            preferences=store.preferences,
            admissions=store.admissions,
            buttons=store.buttons,
            queries=library,
            owners=frozenset({OWNER}),
            access=access,  # type: ignore[arg-type]  # a word of the settings, as a test wrote it
            now=now,
            clock=time.monotonic,
            is_administrator=client.is_administrator,
            queue_alerts=lambda alerts: store.polls.queue_notices(alerts, datetime.now(UTC)),
            editor=WatchlistEditor(tmp_path / "watchlists.yaml", {}, store.edits, now),
            make_page_link=PageLinks(
                store.sessions, store.feeds, "http://127.0.0.1:8080", lambda: datetime.now(UTC)
            ).make_link,
            make_feed_link=PageLinks(
                store.sessions, store.feeds, "http://127.0.0.1:8080", lambda: datetime.now(UTC)
            ).make_feed_link,
            finder=SetFinder(),
            reload_config=unread,
        )
        answering = Dispatcher(client, Authorizer(services), store.chats, services.owners, services.now)
        return Listener(
            client,
            answering,
            store.outbox,
            now=services.now,
            clock=time.monotonic if patient else swift,
            sleep=asyncio.sleep if patient else swift.sleep,
            report_problem=problems.append,
            wait=wait,
            jitter=lambda: 0.0,
        )

    return built
