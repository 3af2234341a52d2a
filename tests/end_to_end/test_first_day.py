"""A newcomer's first day, over the wire: real polling of Telegram's stand-in, real feeds, a clock that the test sets.

The same day in a private chat, a group, a forum topic and a channel (which its owner configures from their private
chat), in English or in Russian. What is expected is said by the texts themselves, in the language that was chosen.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.chat.access.authorization import Authorizer
from bot.chat.context import QueryServices, Services
from bot.chat.dispatcher import Dispatcher
from bot.chat.listening.listener import DEADLINE, Listener
from bot.chat.registry import COMMANDS
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import latest as latest_texts
from bot.chat.texts import mute as mute_texts
from bot.chat.texts import queries as queries_texts
from bot.chat.texts import schedule as schedule_texts
from bot.chat.texts import settings_menu as settings_menu_texts
from bot.config.active import PersonalQuerySync
from bot.config.edits.editor import WatchlistEditor
from bot.delivery.loop import DeliveryLoop
from bot.delivery.rate_limit import UNPACED
from bot.i18n import Translator, field_name, words
from bot.model import Chat, DisplayPreferences
from bot.notify.telegram.bot_api import TelegramClient
from bot.notify.telegram.send import TelegramNotifier
from bot.ports.history_store import PersonalQuery
from bot.preferences import NONE
from bot.preview.record_search import Search
from bot.preview.replay import Replay
from bot.web.access.sign_in_links import PageLinks
from tests.chat.finder import SetFinder

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from bot.store.repository import Store
    from tests.plugins.rig import Rig
    from tests.plugins.telegram import TelegramServer, Told

pytestmark = pytest.mark.e2e

OWNER, READER, CHIEF, GROUP, CHANNEL = 11, 22, 33, -1005550001, -1005550002
FILE = """\
defaults: {{full_text: never}}
sources:
  - {{name: Courier, url: '{courier}', publisher: courier, backlog: all}}
  - {{name: Wire, url: '{wire}', publisher: wire}}
watchlists:
  kremlin: {{title: Kremlin and summits, keywords: [Kremlin, summit], languages: [en]}}
  oil: {{title: Oil, keywords: [OPEC], languages: [en]}}
"""
SUBJECTS = itertools.cycle(
    "harbour glacier orchestra library volcano museum railway orchard festival bakery stadium lighthouse".split()  # noqa: SIM905 - a list of words
)


@dataclass(frozen=True, slots=True)
class Where:
    """A place: whose chat is told, where one writes to the bot about it, and as whom."""

    chat: int
    user: int
    topic: int | None = None
    talk: int | None = None  # None = in the chat itself


PLACES = {
    "private": Where(READER, READER),
    "group": Where(GROUP, CHIEF),
    "topic": Where(GROUP, CHIEF, topic=7),
    "channel": Where(CHANNEL, OWNER, talk=OWNER),
}


@dataclass
class Day:
    """Somebody's day with the bot."""

    rig: Rig
    server: TelegramServer
    where: Where
    store: Store
    personal: PersonalQuerySync
    piece: type[Piece]
    sender: DeliveryLoop
    heads: list[str] = field(default_factory=list)

    @property
    def fixed(self) -> bool:
        """Return whether the place is configured from elsewhere: there answers have no buttons."""
        return self.where.talk is not None

    @property
    def talk(self) -> int:
        """Return the chat in which one writes to the bot."""
        return self.where.talk or self.where.chat

    async def ask(self, text: str) -> str:
        """Write a command about the place; return the answer."""
        if self.where.talk:
            text = f"/for {self.where.chat} {text.removeprefix('/')}"
        before = len(self.server.told)
        self.server.say(text, chat=self.talk, user=self.where.user, topic=self.where.topic)
        return await self._answer(before)

    async def tap(self, label: str) -> str:
        """Press the button of the last answer whose label has these words; return what its message says then."""
        last = next(one for one in reversed(self.server.told) if one.chat == self.talk)
        whole = next(key for key in self.server.keys(self.talk, last.message) if label in key)
        before = len(self.server.told)
        self.server.tap(whole, chat=self.talk, user=self.where.user, message=last.message)
        return await self._answer(before)

    async def _answer(self, before: int) -> str:
        async with asyncio.timeout(20):
            while not (found := [one for one in self.server.told[before:] if one.chat == self.talk]):
                await asyncio.sleep(0.003)
        if self.where.topic and found[0].method == "sendMessage":
            assert found[0].params["message_thread_id"] == self.where.topic
        return found[0].text.replace("\u2060", "")

    async def told(self) -> list[Told]:
        """Deliver what is due; return what the place was sent."""
        before = len(self.server.told)
        await self.sender.drain(self.rig.now + timedelta(minutes=5))
        found = [one for one in self.server.told[before:] if one.chat == self.where.chat]
        for one in found:
            if one.method == "sendMessage":
                assert one.params.get("message_thread_id") == self.where.topic, one.params
        return found

    async def news(self, about: str) -> str:
        """Let the Courier report; return the headline."""
        headline = f"{about} {next(SUBJECTS)} {next(SUBJECTS)} {next(SUBJECTS)} {len(self.heads)}"
        self.heads.append(headline)
        self.rig.newsroom.publish("courier", self.piece(headline, f"All of the {headline}.", (headline,)))
        await self.personal.look()
        await self.rig.later(minutes=2)
        return headline


@pytest.fixture
async def day(
    where: Where, rig: Rig, newsroom: Newsroom, telegram_server: TelegramServer, piece: type[Piece]
) -> AsyncIterator[Day]:
    """Open the bot to everybody, at noon, with one old piece of news."""
    server = telegram_server
    server.members[GROUP, CHIEF] = "administrator"
    server.now = lambda: rig.now
    newsroom.publish("courier", piece("Weather remains as it is", "Rain.", ("Rain.",)))
    store = await rig.set_up(FILE.format(courier=newsroom.feed("courier"), wire=newsroom.feed("wire")))
    await rig.poll(force=True)
    current = rig.parts[2]
    personal = PersonalQuerySync(store.queries, current)
    client = TelegramClient(server.token, server.url, deadline=DEADLINE)

    async def wait(seconds: float) -> None:
        rig.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    async with TelegramNotifier(server.token, api_url=server.url, home=DisplayPreferences) as medium:
        sender = DeliveryLoop(
            store.outbox, medium, limits=UNPACED, now=lambda: rig.now, wall=lambda: rig.now, pause=wait
        )
        listener = _listener(rig, store, personal, client)
        stop = asyncio.Event()
        listening = asyncio.create_task(listener.run(stop))
        try:
            yield Day(rig, server, where, store, personal, piece, sender)
        finally:
            stop.set()
            await listening


def _listener(rig: Rig, store: Store, personal: PersonalQuerySync, client: TelegramClient) -> Listener:
    """Return a listener as the app builds it, but for the clock of the services."""
    current = rig.parts[2]

    async def reload() -> tuple[str, ...]:
        return await current.reload()

    def now() -> datetime:
        return rig.now

    replay = Replay(store.items, time.monotonic)
    search = Search(store.search, store.items, time.monotonic)
    library = QueryServices(
        store.items, store.queries, replay, search, current.setup, current.engine_of, personal.heard
    )
    services = Services(
        commands=COMMANDS,
        config=current.config,
        chats=store.chats,
        preferences=store.preferences,
        admissions=store.admissions,
        buttons=store.buttons,
        queries=library,
        owners=frozenset({OWNER}),
        access="open",
        now=now,
        clock=_unhurried(),
        is_administrator=client.is_administrator,
        queue_alerts=lambda alerts: store.polls.queue_notices(alerts, rig.now),
        editor=WatchlistEditor(current.path, {}, store.edits, now),
        make_page_link=PageLinks(store.sessions, store.feeds, "http://127.0.0.1:8080", now).make_link,
        make_feed_link=PageLinks(store.sessions, store.feeds, "http://127.0.0.1:8080", now).make_feed_link,
        finder=SetFinder(),
        reload_config=reload,
    )
    answering = Dispatcher(client, Authorizer(services), store.chats, services.owners, now)
    return Listener(client, answering, store.outbox, now=lambda: datetime.now(UTC), clock=time.monotonic)


def _unhurried() -> Callable[[], float]:
    """Return a clock by which a minute passes between two looks, so that nobody writes too fast."""
    seconds = iter(range(0, 10**9, 60))
    return lambda: float(next(seconds))


@pytest.mark.parametrize(
    ("where", "language"),
    [
        (PLACES["private"], "ru"),
        (PLACES["group"], "en"),
        (PLACES["topic"], "ru"),
        (PLACES["channel"], "ru"),
    ],
    ids=["private", "group", "topic", "channel"],
)
async def test_a_newcomers_first_day(day: Day, language: str) -> None:
    """From /start to /forget, everything is answered in the chosen language, and alerts come when they should."""
    assert "/lists" in await day.ask("/start")
    assert settings_menu_texts.saved(words(language)) in await day.ask(f"/language {language}")
    _ = words("en" if day.fixed else language)  # an owner who configures a channel is answered in their own language
    assert basics_texts.lists(_, [], 1, 1).splitlines()[0] in await day.ask("/lists")
    answer = await (day.ask("/subscribe kremlin") if day.fixed else day.tap("Kremlin"))
    assert (
        basics_texts.subscribed(_, "Kremlin and summits", new=True) in answer
        or "✅ <b>Kremlin and summits</b>" in answer
    )
    await _alerts(day, _, words(language))
    await _mutes(day, _)
    await _nights(day, _)
    await _queries(day, _)
    await _pauses(day, _)
    await _leaves(day, _)


def _chat(day: Day) -> Chat:
    return Chat(day.where.chat, day.where.topic)


def _query(text: str) -> PersonalQuery:
    return PersonalQuery(1, Chat(1), 1, text)


async def _alerts(day: Day, _: Translator, theirs: Translator) -> None:
    headline = await day.news("Kremlin")
    (told,) = await day.told()
    assert told.text.splitlines()[:2] == ["🔔 Kremlin and summits", headline]
    assert f"Kremlin ({field_name(theirs, 'title')})" in told.text
    assert latest_texts.latest(_, [], day.rig.now, UTC).splitlines()[0] in await day.ask("/latest")  # type: ignore[arg-type]  # UTC is a zone


async def _mutes(day: Day, _: Translator) -> None:
    assert mute_texts.listed(_, [], day.rig.now, UTC).splitlines()[0] in await day.ask("/mute")  # type: ignore[arg-type]  # the same
    assert "hockey" in await day.ask("/mute hockey 1h")
    await day.news("Kremlin hockey")
    assert await day.told() == []
    day.rig.now += timedelta(hours=1)
    headline = await day.news("Kremlin hockey")
    assert [headline in one.text for one in await day.told()] == [True]


async def _nights(day: Day, _: Translator) -> None:
    assert "23:00–07:00" in await day.ask("/quiet 23:00-07:00 UTC")
    day.rig.now = day.rig.now.replace(hour=23, minute=30)
    held = [await day.news("Kremlin"), await day.news("Kremlin")]
    assert await day.told() == []
    day.rig.now += timedelta(hours=8)
    (morning,) = await day.told()
    assert all(headline in morning.text for headline in held)
    assert schedule_texts.rhythm(_, None) not in await day.ask("/digest daily 18:00")
    held = [await day.news("Kremlin"), await day.news("Kremlin")]
    assert await day.told() == []
    day.rig.now = day.rig.now.replace(hour=18, minute=1)
    (evening,) = await day.told()
    assert all(headline in evening.text for headline in held)
    assert schedule_texts.digest_set(
        _, (await day.store.preferences.read_preferences(_chat(day))), None, day.rig.now
    ) in await day.ask("/digest off")


async def _queries(day: Day, _: Translator) -> None:
    answer = await day.ask("/watch penguins")
    assert queries_texts.watching(_, _query("penguins"), "", new=True).splitlines()[-1] in answer
    headline = await day.news("Penguins")
    (told,) = await day.told()
    assert told.text.splitlines()[:2] == ["🔔 penguins", headline]
    link = next(one["url"] for one in told.params["entities"] if one["type"] == "text_link")
    assert "📮" in await day.ask(f"/why {link}")
    assert "penguins" in await day.ask("/mine")


async def _pauses(day: Day, _: Translator) -> None:
    assert schedule_texts.paused(_, NONE, day.rig.now, new=True) in await day.ask("/pause")
    held = [await day.news("Kremlin"), await day.news("Penguins")]
    assert await day.told() == []
    assert schedule_texts.catch_up(_, 2) in await day.ask("/resume")
    answer = await (day.ask("/resume all") if day.fixed else day.tap(schedule_texts.all_of_them(_)))
    assert schedule_texts.caught_up(_, 2, 0) in answer
    (whole,) = await day.told()
    assert all(headline in whole.text for headline in held)
    headline = await day.news("Kremlin")
    assert [headline in one.text for one in await day.told()] == [True]


async def _leaves(day: Day, _: Translator) -> None:
    assert settings_menu_texts.forget(_).splitlines()[0] in await day.ask("/forget")
    if day.fixed:
        assert basics_texts.unsubscribed(_, "Kremlin and summits", had=True) in await day.ask("/unsubscribe kremlin")
    else:
        assert settings_menu_texts.forgotten(_, fixed=False) in await day.tap(settings_menu_texts.forget_yes(_))
        assert basics_texts.mine(words("en"), [], []) in await day.ask("/mine")
    await day.news("Kremlin")
    assert await day.told() == []
