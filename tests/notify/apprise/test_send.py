"""Apprise on real servers on loopback: mail with threads, and services that get JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP

from bot.alerts.watchlist_alert import FoundWord, WatchlistAlert
from bot.errors import OutputError
from bot.model import DisplayPreferences, Output, Report
from bot.notify.apprise.medium import MEDIUM
from bot.ports.output_store import OutputDelivery, OutputServices

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
HOSTILE = "Win <!channel> @here [a](http://evil.example) **b** <b>c</b>\r\nBcc: x@evil.example\u202e"
REPORTS = (
    Report("Daily Courier", "courier.example", HOSTILE, "https://courier.example/1", NOW),
    Report("Reuters", "reuters.com", "Summit <i>ends</i>", "https://reuters.com/1", NOW + timedelta(minutes=5)),
)
ALERT = WatchlistAlert(
    7,
    "kremlin",
    "Kremlin and summits",
    HOSTILE,
    "https://courier.example/1",
    "The lead <script>x</script>.",
    (FoundWord("Kremlin", "title", "Kremlin"),),
)
DELIVERY = OutputDelivery(1, "Key-1", ALERT, REPORTS[:1], 1, 0, 0, 0, False, None, None, NOW)  # noqa: FBT003 - its fields
GROWN = replace(DELIVERY, reports=REPORTS, revision=2, shown=1, sent_at=NOW + timedelta(minutes=1))


class Mailbox:
    """Takes mail, or answers what a test asks."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.answer = "250 OK"
        self.refused: set[str] = set()
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer to a recipient."""
        if address in self.refused:
            return "550 5.1.1 user unknown"
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 taken"


@pytest.fixture
async def mailbox() -> AsyncIterator[Any]:
    """Give a mail server."""
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


async def send(address: str, *deliveries: OutputDelivery, **changes: Any) -> None:
    """Send one message to an address."""
    output = replace(Output("one", "apprise", address), **changes)
    services = OutputServices("Newswatch/test", "", lambda: DisplayPreferences("Europe/Berlin", "en"))
    async with MEDIUM.open_sender(output, services) as sender:
        for one in deliveries if output.layout != "digest" else ():
            await sender.send([one])
        if output.layout == "digest":
            await sender.send(deliveries)


def mail_to(box: Any) -> str:
    """Return the address of a desk at the mail server."""
    return f"mailto://127.0.0.1:{box.port}?from=bot@news.example&to=desk@news.example&mode=insecure"


async def test_mail_has_a_plain_and_an_html_part_and_the_headline_as_its_subject(mailbox: Any) -> None:
    """Nothing of the headline becomes a header or a tag."""
    await send(mail_to(mailbox), DELIVERY)
    (mail,) = mailbox.got
    assert mail["Subject"] == "Win <!channel> @here [a](http://evil.example) **b** <b>c</b> Bcc: x@evil.example"
    assert mail["Bcc"] is None
    assert (str(mail["From"]), str(mail["To"])) == ("Newswatch <bot@news.example>", "desk@news.example")
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "The lead <script>x</script>." in plain
    assert "📰 Daily Courier 15:02" in plain
    assert "🔎 Kremlin (title)" in plain
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "<script>" not in html
    assert '<a href="https://courier.example/1">Win &lt;!channel&gt;' in html


async def test_the_thread_of_a_mail_is_the_story(mailbox: Any) -> None:
    """Later reports answer the first mail, each once under an id of its own; a retry has the same."""
    await send(mail_to(mailbox), DELIVERY, GROWN, GROWN, replace(GROWN, revision=3, is_correction=True))
    first, second, again, third = mailbox.got
    assert first["Message-ID"] == "<Key-1@news.example>"
    assert [one["In-Reply-To"] for one in (second, third)] == ["<Key-1@news.example>"] * 2
    assert second["References"] == "<Key-1@news.example>"
    assert second["Message-ID"] == again["Message-ID"] != third["Message-ID"]
    assert second["Subject"] == f"Re: {first['Subject']}"
    text = second.get_body(("plain",)).get_content()
    assert "🆕 New in this story" in text
    assert "📰 Reuters 15:07" in text
    assert "Daily Courier" not in text
    assert "✏️ Corrected headline" in third.get_body(("plain",)).get_content()


async def test_a_digest_is_one_mail(mailbox: Any) -> None:
    """Each story with its outlets and link."""
    other = replace(DELIVERY, id=2, key="Key-2", alert=replace(ALERT, headline="Second", url=None), reports=())
    await send(mail_to(mailbox), DELIVERY, other, layout="digest")
    (mail,) = mailbox.got
    assert mail["Subject"] == "Kremlin and summits: 2 stories"
    assert "Second" in mail.get_body(("html",)).get_content()


async def test_a_mail_server_that_refuses_is_said_with_its_answer(mailbox: Any) -> None:
    """451 is not taken; the next attempt goes by the same process."""
    mailbox.answer = "451 4.7.1 greylisted, come back"
    with pytest.raises(OutputError, match=r"451.*greylisted"):
        await send(mail_to(mailbox), DELIVERY)
    mailbox.answer = "250 OK"
    await send(mail_to(mailbox), DELIVERY)
    assert len(mailbox.got) == 1


async def test_a_mail_that_somebody_took_is_not_sent_to_them_again(
    mailbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """That another recipient was refused is said in the log, with the server's answer and no address."""
    mailbox.refused = {"gone@news.example"}
    await send(mail_to(mailbox).replace("to=", "to=gone@news.example,"), DELIVERY)
    assert len(mailbox.got) == 1
    (said,) = [one for one in caplog.records if one.levelname == "WARNING"]
    assert said.getMessage() == "a mail was taken, but not for every recipient"
    assert "user unknown" in said.__dict__["reason"]
    assert "gone@" not in said.__dict__["reason"]


async def test_what_is_said_of_a_failure_holds_no_part_of_the_address() -> None:
    """A password, a token and a host stay out of it."""
    with pytest.raises(OutputError) as caught:
        await send(
            "mailto://desk:hunter2secret@127.0.0.1:9?from=a@news.example&to=b@news.example&mode=insecure", DELIVERY
        )
    assert "hunter2" not in str(caught.value)


@asynccontextmanager
async def service(answer: Any = None) -> AsyncIterator[tuple[int, list[tuple[str, Any]]]]:
    """Open a service on loopback; give its port, and what it got as (path, JSON)."""
    got: list[tuple[str, Any]] = []

    async def take(request: web.Request) -> web.StreamResponse:
        got.append((request.path, await request.json() if request.can_read_body else None))
        if answer is not None:
            taken: web.StreamResponse = await answer(request)
            return taken
        return web.json_response({"id": "1"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1], got
    finally:
        await runner.cleanup()


async def test_ntfy_gets_a_title_and_a_text() -> None:
    """The headline is the title, on one line."""
    async with service() as (port, got):
        await send(f"ntfy://127.0.0.1:{port}/news", DELIVERY, layout="brief")
    ((_, told),) = got
    assert told["topic"] == "news"
    assert told["title"].startswith("Win <!channel>")
    assert "\n" not in told["title"]
    assert "https://courier.example/1" in told["message"]
    assert "Daily Courier 15:02" in told["message"]


async def test_nothing_of_a_headline_means_anything_to_a_chat_service() -> None:
    """No mention, no link under other words, no emphasis, in what is shaped as Slack's webhooks are."""
    async with service() as (port, got):
        await send(f"mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", DELIVERY)
    ((_, told),) = got
    for live in ("<!channel>", "@here", "](http", "**", "<script"):
        assert live not in told["text"], told["text"]
    assert "https://courier.example/1" in told["text"]


async def test_a_redirect_is_not_followed() -> None:
    """Also where the address asks for it."""

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"http://{request.host}/inward"})

    async with service(elsewhere) as (port, got):
        with pytest.raises(OutputError):
            await send(f"ntfy://127.0.0.1:{port}/news?redirect=yes", DELIVERY)
    assert [path for path, _ in got] == ["/"]


async def test_a_huge_answer_costs_the_process_that_sends_and_nobody_else() -> None:
    """It is not taken, and said so."""

    async def huge(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=200)
        await answer.prepare(request)
        with suppress(ConnectionError):
            for _ in range(2_000):
                await answer.write(b"x" * 1_000_000)
        return answer

    async with service(huge) as (port, _):
        with pytest.raises(OutputError):
            await asyncio.wait_for(send(f"ntfy://127.0.0.1:{port}/news", DELIVERY), 40)
