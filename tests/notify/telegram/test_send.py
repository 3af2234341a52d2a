"""Telegram as a medium, against the stand-in over real HTTP."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.errors import DeliveryError
from bot.model import Alert, Chat, Delivery, DisplayPreferences, Evidence, Preview, Report
from bot.notify.telegram.send import TelegramNotifier

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration

REPORT = Report(
    "Daily Courier",
    "courier",
    "Kremlin says no",
    "https://courier.example/1",
    datetime(2026, 11, 23, 14, 2, tzinfo=UTC),
)
ALERT = Alert(
    Chat(1),
    9,
    (("kremlin", "Kremlin"),),
    REPORT.headline,
    REPORT.url,
    "<b>The</b> Kremlin & co said *no*.",
    (Evidence("title", "Kremlin", 0, 7),),
)
DELIVERY = Delivery(1, ALERT, (REPORT,), 1, 0)


@pytest.fixture
async def notifier(telegram_server: TelegramServer, bot_token: str) -> AsyncIterator[TelegramNotifier]:
    """Speak to the stand-in."""
    async with TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as made:
        yield made


async def refused(notifier: TelegramNotifier, delivery: Delivery = DELIVERY) -> DeliveryError:
    """Send, and return why it failed."""
    with pytest.raises(DeliveryError) as caught:
        await notifier.send(delivery)
    return caught.value


async def test_an_alert_arrives(notifier: TelegramNotifier, telegram_server: TelegramServer) -> None:
    """As text with entities, without markup, its preview pinned to the article."""
    number = await notifier.send(DELIVERY)
    (told,) = telegram_server.sent()
    assert (told.chat, told.message) == (1, number)
    assert "<b>The</b> Kremlin & co said *no*." in told.text
    assert "parse_mode" not in told.params
    assert told.params["link_preview_options"] == {"url": REPORT.url}
    assert {one["type"] for one in told.params["entities"]} == {"bold", "text_link"}
    assert not told.params.get("disable_notification")
    assert "message_thread_id" not in told.params


async def test_case_120_no_money_is_spent(notifier: TelegramNotifier, telegram_server: TelegramServer) -> None:
    """No request ever allows a paid broadcast."""
    await notifier.send(DELIVERY)
    await notifier.fold((DELIVERY,), None)
    assert all("allow_paid_broadcast" not in params for _, _, params in telegram_server.requests)


async def test_low_priority_is_silent_and_a_topic_is_named(
    notifier: TelegramNotifier, telegram_server: TelegramServer
) -> None:
    """A silent message for a forum topic."""
    await notifier.send(replace(DELIVERY, alert=replace(ALERT, chat=Chat(-1005, 7), priority="low")))
    (told,) = telegram_server.sent(-1005)
    assert told.params["disable_notification"] is True
    assert told.params["message_thread_id"] == 7


async def test_an_edit_changes_the_message_in_place(
    notifier: TelegramNotifier, telegram_server: TelegramServer
) -> None:
    """A later report is folded into the message that is there."""
    number = await notifier.send(DELIVERY)
    second = replace(DELIVERY, message=number, reports=(REPORT, replace(REPORT, source="Reuters")))
    assert await notifier.send(second) == number
    assert "also Reuters" in telegram_server.shown(1, number)
    assert len(telegram_server.sent()) == 1


async def test_case_30_an_edit_to_the_same_text_is_done(notifier: TelegramNotifier) -> None:
    """The server's refusal to change nothing is success."""
    number = await notifier.send(DELIVERY)
    assert await notifier.send(replace(DELIVERY, message=number)) == number


async def test_the_message_to_edit_is_gone(notifier: TelegramNotifier) -> None:
    """Said as stale."""
    assert (await refused(notifier, replace(DELIVERY, message=777))).verdict == "stale"


async def test_the_rolling_message(notifier: TelegramNotifier, telegram_server: TelegramServer) -> None:
    """Sent once, then edited; what does not fit is said as shrink and nothing is sent."""
    number = await notifier.fold((DELIVERY,), None)
    await notifier.fold((DELIVERY, DELIVERY), number)
    assert telegram_server.shown(1, number).count("Kremlin says no") == 2
    with pytest.raises(DeliveryError) as caught:
        await notifier.fold((DELIVERY,) * 200, number)
    assert caught.value.verdict == "shrink"
    assert len(telegram_server.told) == 2


async def test_case_9_a_migrated_group_names_its_new_id(
    notifier: TelegramNotifier, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """The parameter comes through."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    telegram_server.plan(fault(400, text, {"migrate_to_chat_id": -1005}))
    error = await refused(notifier)
    assert (error.verdict, error.chat) == ("migrate", -1005)


@pytest.mark.parametrize(("named", "seconds"), [(30, 30.0), (0, 0.0), ("30", 30.0), ("soon", None), (86400, 86400.0)])
async def test_case_3_a_429_of_any_kind(
    notifier: TelegramNotifier,
    telegram_server: TelegramServer,
    fault: type[Fault],
    named: object,
    seconds: float | None,
) -> None:
    """The library alone would lose a zero and stumble over a text."""
    telegram_server.plan(fault(429, "Too Many Requests", {"retry_after": named}))
    error = await refused(notifier)
    assert (error.verdict, error.retry_after) == ("wait", seconds)


async def test_case_20_a_page_of_the_edge_is_ambiguous(
    notifier: TelegramNotifier,
    telegram_server: TelegramServer,
    fault: type[Fault],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """502 with HTML: unknown, no crash, no traceback in the log."""
    telegram_server.plan(fault(502, raw="<html>Bad Gateway</html>"))
    assert (await refused(notifier)).verdict == "unknown"
    assert not [one for one in caplog.records if one.exc_info]


async def test_case_18_a_connection_cut_after_acceptance_is_ambiguous(
    notifier: TelegramNotifier, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """It was accepted, and nobody can know."""
    telegram_server.plan(fault(accept=True, drop=True))
    assert (await refused(notifier)).verdict == "unknown"
    assert len(telegram_server.sent()) == 1


async def test_case_19_no_connection_is_certain(bot_token: str) -> None:
    """A refused connection, and a name that nobody knows, never left."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        async with TelegramNotifier(bot_token, home=DisplayPreferences, api_url=url) as notifier:
            assert (await refused(notifier)).verdict == "unsent"


async def test_case_23_a_refused_token_is_said_without_it(
    telegram_server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    """401 in JSON is about the token, and the token is in no message."""
    async with TelegramNotifier("1:canary-wrong", home=DisplayPreferences, api_url=telegram_server.url) as notifier:
        error = await refused(notifier)
    assert error.verdict == "token"
    assert "canary" not in str(error) + repr(error) + caplog.text


async def test_case_103_the_token_is_never_logged(
    notifier: TelegramNotifier, telegram_server: TelegramServer, fault: type[Fault], caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where everything logs at its lowest level: httpx would write every address."""
    with caplog.at_level(logging.DEBUG):
        await notifier.send(DELIVERY)
        telegram_server.plan(fault(500, "Internal Server Error"), times=2)
        error = await refused(notifier)
    assert "canary" not in caplog.text + str(error) + repr(error)
    assert error.__cause__ is None


async def test_an_answer_without_an_end_is_given_up(
    notifier: TelegramNotifier, telegram_server: TelegramServer, fault: type[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hanging answer costs a bounded time and is ambiguous."""
    monkeypatch.setattr(notifier._client, "_deadline", 0.1)
    telegram_server.plan(fault(hang=asyncio.Event()))
    assert (await refused(notifier)).verdict == "unknown"


async def test_proxies_of_the_environment_are_not_used(
    telegram_server: TelegramServer, bot_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that is set leads nowhere, and the message arrives."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier:
        await notifier.send(DELIVERY)
    assert len(telegram_server.sent()) == 1


@pytest.mark.parametrize(
    ("preview", "sent"),
    [
        ("auto", {"url": REPORT.url}),
        ("small", {"url": REPORT.url, "prefer_small_media": True}),
        ("large", {"url": REPORT.url, "prefer_large_media": True}),
        ("above", {"url": REPORT.url, "prefer_large_media": True, "show_above_text": True}),
        ("off", {"is_disabled": True}),
    ],
)
async def test_the_preview_is_as_the_chat_chose_and_an_edit_keeps_it(
    notifier: TelegramNotifier, telegram_server: TelegramServer, preview: Preview, sent: dict[str, object]
) -> None:
    """The article's picture comes with it: there is no second message and no caption."""
    chosen = replace(DELIVERY, look=DisplayPreferences(preview=preview))
    number = await notifier.send(chosen)
    await notifier.send(replace(chosen, message=number, reports=(REPORT, replace(REPORT, source="Reuters"))))
    shown = [params["link_preview_options"] for _, _, params in telegram_server.requests if "text" in params]
    assert shown == [sent, sent]


async def test_a_chat_may_hide_the_buttons(notifier: TelegramNotifier, telegram_server: TelegramServer) -> None:
    """Of what is sent from then on, and of what is edited."""
    await notifier.send(replace(DELIVERY, key=5))
    await notifier.send(replace(DELIVERY, key=5, look=DisplayPreferences(buttons=False)))
    first, second = telegram_server.sent()
    assert first.params["reply_markup"]
    assert not second.params.get("reply_markup")
