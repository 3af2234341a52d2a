"""Answers of the Bot API that are not as documented: what was accepted stays accepted, and one update costs itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DeliveryError
from bot.model import Chat
from bot.notify.telegram.answers import UNKNOWN_MESSAGE, message_id, parse_answer, readable_updates
from bot.notify.telegram.bot_api import Outgoing, TelegramClient

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration

ADMIN_REQUIRED = "Bad Request: CHAT_ADMIN_REQUIRED"


@pytest.fixture
async def client(telegram_server: TelegramServer, bot_token: str) -> AsyncIterator[TelegramClient]:
    """Speak to the stand-in."""
    made = TelegramClient(bot_token, telegram_server.url, deadline=5)
    yield made
    await made.disconnect()


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b'{"ok":true,"result":{"message_id":7}}', 7),
        (b'{"ok":true,"result":{"message_id":"7","chat":5,"date":"yesterday","entities":{"a":1}}}', 7),
        (b'{"ok":"true","result":{"message_id":7.0,"from":[],"new_field":{"x":[null]}}}', 7),
        (b'{"ok":true,"result":{"message_id":7,"text":"\xff\xfe broken"}}', 7),
        (b'{"ok":true,"result":{"message_id":7,"text":"broken o', 7),
        (b' { "ok" : true, "result": {"message_id": 7,, }}', 7),
        (b'{"ok":true,"result":{"message_id":null}}', UNKNOWN_MESSAGE),
        (b'{"ok":true,"result":{"message_id":true}}', UNKNOWN_MESSAGE),
        (b'{"ok":true,"result":true}', UNKNOWN_MESSAGE),
        (b'{"ok":true}', UNKNOWN_MESSAGE),
        (b'{"ok":true,"resu', UNKNOWN_MESSAGE),
    ],
)
def test_of_an_accepted_message_only_its_id_is_needed(body: bytes, number: int) -> None:
    """Whatever else is missing, strange, damaged or cut off; without an id, it was sent all the same."""
    answer = parse_answer(body)
    assert answer is not None
    assert answer["ok"] is True
    assert message_id(answer["result"]) == number


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"ok"', b'{"result":1}', b'{"o', b'{"ok":fal'])
def test_what_is_no_answer_is_none(body: bytes) -> None:
    """A page of a proxy, or nothing: whether anything was carried out is not known."""
    assert parse_answer(body) is None


def test_updates_that_cannot_be_read_are_named_and_done_with(caplog: pytest.LogCaptureFixture) -> None:
    """The others come through, be an id text, be the whole no JSON, be it cut off."""
    good = {"update_id": 1, "message": {}}
    assert readable_updates([good, {"update_id": "2"}, {"update_id": 3.0}]) == [
        good,
        {"update_id": 2},
        {"update_id": 3},
    ]
    assert readable_updates([None, {"update_id": None}, [], good, {"message": {}}]) == [good]
    assert len(caplog.messages) == 4
    assert readable_updates({"update_id": 1}) is None
    broken = b'{"ok":true,"result":[{"update_id":1,"message":{}},{"update_id":2,"message":{oops}},{"update_id":3,"mess'
    answer = parse_answer(broken)
    assert answer is not None
    assert readable_updates(answer["result"]) == [good, {"update_id": 2}, {"update_id": 3}]
    assert [getattr(one, "update", None) for one in caplog.records[4:]] == [2, 3]


@pytest.mark.parametrize(
    "body",
    ['{"ok":true,"result":{"message_id":5,"date":"?","chat":{"id":"x"}}}', '{"ok":true,"result":{"message_id":5,"te'],
)
async def test_an_accepted_message_with_a_strange_answer_is_sent(
    client: TelegramClient, telegram_server: TelegramServer, fault: type[Fault], body: str
) -> None:
    """Over HTTP: nothing is raised that would have it sent again; its id is known."""
    telegram_server.plan(fault(200, raw=body))
    assert await client.send(Outgoing(Chat(1), "Hello")) == 5
    telegram_server.plan(fault(200, raw='{"ok":true,"result":{"strange":[]}}'), times=2)
    assert await client.send(Outgoing(Chat(1), "Hello")) == UNKNOWN_MESSAGE
    assert await client.send(Outgoing(Chat(1), "Hello", edit=5)) == 5
    with pytest.raises(DeliveryError) as refused:
        await client.send(Outgoing(Chat(1), "Hello", edit=UNKNOWN_MESSAGE))
    assert refused.value.verdict == "stale"


async def test_questions_are_read_leniently(
    client: TelegramClient, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Only the field that is needed counts."""
    telegram_server.plan(fault(200, raw='{"ok":true,"result":{"username":"renamed_bot"}}'), method="getMe")
    assert (await client.me())["username"] == "renamed_bot"
    telegram_server.plan(fault(200, raw='{"ok":true,"result":{"type":"forum"}}'), method="getChat")
    assert (await client.chat(1))["type"] == "forum"
    for status, administers in (("creator", True), ("administrator", True), ("member", False), ("overlord", False)):
        raw = f'{{"ok":true,"result":{{"status":"{status}","user":7,"until_date":"never"}}}}'
        telegram_server.plan(fault(200, raw=raw), method="getChatMember")
        assert await client.is_administrator(-1001, 5) is administers
    assert telegram_server.asked("getChatAdministrators") == []


@pytest.mark.parametrize(
    "hiding",
    [(400, ADMIN_REQUIRED), (400, "Bad Request: member list is inaccessible"), (400, "PARTICIPANT_ID_INVALID")],
)
async def test_where_members_are_hidden_the_list_of_administrators_tells(
    client: TelegramClient, telegram_server: TelegramServer, fault: type[Fault], hiding: tuple[int, str]
) -> None:
    """An administrator is one, and a member is none."""
    telegram_server.members[-1001, 5] = "administrator"
    telegram_server.plan(fault(*hiding), times=2, method="getChatMember")
    assert await client.is_administrator(-1001, 5)
    assert not await client.is_administrator(-1001, 6)


async def test_strange_rows_of_the_list_cost_themselves(
    client: TelegramClient, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """And where Telegram shows nobody at all, that is said."""
    telegram_server.plan(fault(400, ADMIN_REQUIRED), times=9, method="getChatMember")
    raw = '{"ok":true,"result":[null,{"user":[]},{"status":"creator"},{"user":{"id":"5"}}]}'
    telegram_server.plan(fault(200, raw=raw), times=2, method="getChatAdministrators")
    assert await client.is_administrator(-1001, 5)
    assert not await client.is_administrator(-1001, 6)
    telegram_server.plan(fault(400, ADMIN_REQUIRED), method="getChatAdministrators")
    with pytest.raises(DeliveryError) as refused:
        await client.is_administrator(-1001, 5)
    assert refused.value.verdict == "suspend"


async def test_a_refusal_is_read_leniently_as_well(
    client: TelegramClient, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Numbers as text, a status that a proxy changed."""
    planned: list[tuple[str, str, Any, Any]] = [
        ('{"ok":false,"error_code":401,"description":"?"}', "token", None, None),
        ('{"ok":"false","error_code":"429","parameters":{"retry_after":"7"}}', "wait", 7.0, None),
        ('{"ok":false,"parameters":{"migrate_to_chat_id":"-1007"}}', "migrate", None, -1007),
        ('{"ok":false,"parameters":[]}', "retry", None, None),
    ]
    for raw, verdict, wait, chat in planned:
        telegram_server.plan(fault(200, raw=raw))
        with pytest.raises(DeliveryError) as refused:
            await client.me()
        assert (refused.value.verdict, refused.value.retry_after, refused.value.chat) == (verdict, wait, chat)
