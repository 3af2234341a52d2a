"""How updates are fetched: outages, a second reader, webhooks, hanging polls, restarts and ticks."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import Chat
from bot.store.repository import Store
from tests.chat.listening.conversation import (
    READER,
    Make,
    Swift,
    answers,
    running,
    until,
)


@pytest.mark.parametrize("code", [401, 404])
async def test_case_22_one_refusal_of_the_token_does_not_deafen(
    make: Make, telegram_server: Any, fault: Any, problems: list[str | None], code: int
) -> None:
    """Case 22: a single 401 or 404 from a proxy is tried again; the next command is answered, nobody is alarmed."""
    telegram_server.plan(fault(code, "Not Found"), method="getUpdates")
    async with running(make()):
        assert "/lists" in await answers(telegram_server, "/start")
    assert [one for one in problems if one] == []


async def test_case_23_a_revoked_token_is_tried_seldom_and_told(
    make: Make, telegram_server: Any, fault: Any, swift: Swift, problems: list[str | None]
) -> None:
    """Case 23: after five minutes of refusals health is red and tries are ten minutes apart; a new token would heal."""
    telegram_server.plan(fault(401, "Unauthorized"), times=10**6)
    async with running(make()):
        await until(lambda: swift.now > 1800)
    assert len(telegram_server.asked("getMe")) < 40
    (told,) = problems
    assert told is not None
    assert "NEWSWATCH_TELEGRAM_TOKEN" in told
    assert telegram_server.token not in told


async def test_case_24_a_second_reader_makes_us_step_back(
    make: Make, telegram_server: Any, fault: Any, swift: Swift, caplog: pytest.LogCaptureFixture
) -> None:
    """Case 24: while another program reads with the token we step back, say so once, and go on when it is gone."""
    taken = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    telegram_server.plan(fault(409, taken), times=5, method="getUpdates")
    async with running(make()):
        assert "/lists" in await answers(telegram_server, "/start")
    assert swift.now >= 5 * 30
    assert caplog.text.count("another program reads") == 1


async def test_case_25_a_webhook_is_removed_and_its_updates_kept(make: Make, telegram_server: Any) -> None:
    """Case 25: a webhook left over from another program is deleted, never with what waits there."""
    telegram_server.webhook = "https://old.example/hook"
    async with running(make()):
        assert "/lists" in await answers(telegram_server, "/start")
    (asked,) = telegram_server.asked("deleteWebhook")
    assert not asked.get("drop_pending_updates")


async def test_case_26_a_hanging_poll_is_given_up(
    make: Make, telegram_server: Any, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 26: a getUpdates that never answers ends by our own deadline, and the next goes over a new connection."""
    monkeypatch.setattr("bot.notify.telegram.bot_api.SLACK", 0.2)
    telegram_server.plan(fault(hang=asyncio.Event()), method="getUpdates")
    listener = make(wait=0)
    async with running(listener):
        assert "/lists" in await answers(telegram_server, "/start")


class Passage:
    """A way to the stand-in for Telegram that may swallow what goes through, its connections open all the while."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.swallowed: set[asyncio.StreamWriter] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def swallow(self) -> None:
        """Let nothing through any more of the connections that there are now; new ones are well."""
        self.swallowed |= self._writers

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry both ways until one side has had enough."""
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ours = {writer, to_writer}
        self._writers |= ours
        try:
            await asyncio.gather(self._carry(reader, to_writer), self._carry(to_reader, writer))
        finally:
            self._writers -= ours
            for one in ours:
                one.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while part := await reader.read(65536):
                if writer not in self.swallowed:
                    writer.write(part)
                    await writer.drain()
        writer.close()


async def test_case_26_a_connection_that_is_open_and_dead_is_replaced(
    make: Make, telegram_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 26: half-open in the middle of a long poll; after our own deadline the next goes over a new one."""
    monkeypatch.setattr("bot.notify.telegram.bot_api.SLACK", 0.3)
    passage = Passage(int(telegram_server.url.rpartition(":")[2]))
    server = await asyncio.start_server(passage.connect, "127.0.0.1", 0)
    monkeypatch.setattr(telegram_server, "url", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, running(make(wait=1)):
        assert "/lists" in await answers(telegram_server, "/start")
        passage.swallow()
        assert "/lists" in await answers(telegram_server, "/help")
        assert passage.swallowed


async def test_case_27_an_update_is_processed_once_in_any_order(make: Make, telegram_server: Any) -> None:
    """Case 27: the same id twice is answered once; ids that jump back after a while are answered all the same."""
    async with running(make(wait=0)):
        await answers(telegram_server, "/start")
        message = {"message_id": 9, "date": 1, "chat": {"id": READER, "type": "private"}, "text": "/mine"}
        sender = {"from": {"id": READER, "is_bot": False, "first_name": "R"}}
        before = len(telegram_server.sent())
        twin = {"update_id": 7_000_000, "message": message | sender}
        telegram_server._queue += [twin, twin]
        telegram_server._news.set()
        await until(lambda: len(telegram_server.sent()) > before)
        await until(lambda: "offset" not in telegram_server.asked("getUpdates")[-1])  # a quiet poll has passed
        telegram_server._queue.append({"update_id": 3_000, "message": message | sender | {"text": "/help"}})
        telegram_server._news.set()
        await until(lambda: "What you are told" in telegram_server.sent()[-1].text)
    assert len(telegram_server.sent()) == before + 2


async def test_a_standby_waits_and_takes_over(make: Make, telegram_server: Any, store: Store) -> None:
    """While another instance holds the role nothing is fetched; given back, it is taken, and commands are answered."""
    from bot.store.leases.process_identity import this_process

    other = replace(store.outbox.database, holder=replace(this_process(), host="elsewhere", boot="another"))
    held = await replace(store.outbox, database=other).take_role("listener", datetime.now(UTC), timedelta(minutes=4))
    assert held is not None
    async with running(make()):
        telegram_server.say("/start", chat=READER, user=READER)
        await asyncio.sleep(0.05)
        assert telegram_server.asked("getUpdates") == []
        await replace(store.outbox, database=other).release_role("listener", held)
        await until(lambda: telegram_server.sent(READER))


async def test_once_answers_what_is_pending_and_confirms_it(make: Make, telegram_server: Any, store: Store) -> None:
    """A tick of a scheduler answers everything that waits, tells Telegram so, and the next tick has nothing to do."""
    for text in ("/start", "/subscribe kremlin", "/mine"):
        telegram_server.say(text, chat=READER, user=READER)
    assert await make().answer_pending(10) == 3
    assert len(telegram_server.sent(READER)) == 3
    assert telegram_server.asked("setMyCommands")
    assert await make().answer_pending(10) == 0
    assert len(telegram_server.sent(READER)) == 3
    assert await store.chats.find_subscriptions(Chat(READER)) == ("kremlin",)


async def test_case_25_once_takes_the_updates_back_from_a_webhook(make: Make, telegram_server: Any) -> None:
    """Case 25: a tick removes a webhook that is in the way, and answers in the same run."""
    telegram_server.webhook = "https://old.example/hook"
    telegram_server.say("/start", chat=READER, user=READER)
    assert await make().answer_pending(10) == 1


async def test_once_leaves_the_updates_to_a_live_listener(make: Make, telegram_server: Any, store: Store) -> None:
    """A tick beside a running service on another machine answers nothing, and asks Telegram nothing."""
    from bot.store.leases.process_identity import this_process

    other = replace(store.outbox.database, holder=replace(this_process(), host="elsewhere", boot="another"))
    await replace(store.outbox, database=other).take_role("listener", datetime.now(UTC), timedelta(minutes=4))
    telegram_server.say("/start", chat=READER, user=READER)
    assert await make().answer_pending(10) == 0
    assert telegram_server.requests == []


async def test_a_fault_of_the_store_is_told_and_costs_one_command(
    make: Make, telegram_server: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database fails, the reader learns that nothing was done, and the next command is answered."""
    broken = [True]
    subscriptions = type(store.chats).find_subscriptions

    async def failing(chats: Any, chat: Chat) -> tuple[str, ...]:
        if broken:
            broken.clear()
            raise StoreError("disk full")
        return await subscriptions(chats, chat)

    monkeypatch.setattr(type(store.chats), "find_subscriptions", failing)
    async with running(make()):
        assert "Something is wrong on my side" in await answers(telegram_server, "/mine")
        assert "Not subscribed" in await answers(telegram_server, "/mine")


async def test_once_with_telegram_away_answers_nothing_and_says_so(
    make: Make, telegram_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """With nobody at the other end a tick goes on to polling after one line; the role is free again."""
    await telegram_server.stop()
    assert await make().answer_pending(5) == 0
    assert "no updates from Telegram" in caplog.text
    assert len(caplog.records) <= 2


async def test_an_outage_is_outlasted(
    make: Make, telegram_server: Any, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Error pages, cut connections and floods in a row: said once each, and the next command is answered."""
    telegram_server.plan(fault(502, raw="<html>Bad Gateway</html>"), times=3, method="getUpdates")
    telegram_server.plan(fault(drop=True), times=3, method="getUpdates")
    telegram_server.plan(fault(429, "Too Many Requests: retry after 7", {"retry_after": 7}), method="getUpdates")
    async with running(make()):
        assert "/lists" in await answers(telegram_server, "/start")
        await until(lambda: len(telegram_server.asked("setMyCommands")) == 22)
    assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) <= 4


async def test_told_to_stop_it_confirms_what_it_answered(make: Make, telegram_server: Any) -> None:
    """What was answered does not come again after a restart."""
    async with running(make()):
        await answers(telegram_server, "/start")
    async with running(make()):
        await answers(telegram_server, "/help")
    assert len(telegram_server.sent(READER)) == 2
