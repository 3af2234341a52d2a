"""The terminal as a medium."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import DeliveryError
from bot.model import Alert, Chat, Delivery, DisplayPreferences, Evidence, Report
from bot.notify.console.send import ConsoleNotifier

REPORT = Report(
    "Daily Courier",
    "courier",
    "Kremlin says no",
    "https://courier.example/1",
    datetime(2026, 11, 23, 14, 2, tzinfo=UTC),
)
ALERT = Alert(
    Chat(7),
    9,
    (("kremlin", "Kremlin"),),
    REPORT.headline,
    REPORT.url,
    "😀 The Kremlin said so. " * 8,
    (Evidence("title", "Kremlin", 0, 7),),
)
DELIVERY = Delivery(1, ALERT, (REPORT,), 1, 0)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Broken(io.StringIO):
    """A stream that nobody reads any more."""

    def write(self, _: str) -> int:
        """Fail as a closed pipe does."""
        raise BrokenPipeError


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fix what rich takes from the environment."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


async def test_plain_lines_where_no_terminal_is() -> None:
    """The text as it is, and the article's address."""
    stream = io.StringIO()
    notifier = ConsoleNotifier(stream, home=DisplayPreferences)
    assert await notifier.send(DELIVERY) == 1
    assert stream.getvalue() == (
        "🔔 Kremlin\nKremlin says no\n"
        + ("😀 The Kremlin said so. " * 8).strip()
        + "\n🔎 Kremlin (title)\n📰 Daily Courier 14:02\n🔗 https://courier.example/1\n\n"
    )


async def test_a_card_in_a_terminal() -> None:
    """A frame that fits the width, bold words, a link to click on."""
    stream = Terminal()
    await ConsoleNotifier(stream, home=DisplayPreferences).send(DELIVERY)
    text = stream.getvalue()
    assert "chat 7" in text
    assert "\x1b]8;" in text
    assert "https://courier.example/1" in text
    assert "\x1b[1mKremlin" in text, "the matched word is bold, though a wide character stands before it"


async def test_an_edit_keeps_its_number() -> None:
    """It is printed again and marked."""
    stream = io.StringIO()
    notifier = ConsoleNotifier(stream, home=DisplayPreferences)
    number = await notifier.send(DELIVERY)
    assert await notifier.send(replace(DELIVERY, message=number)) == number
    assert "🔔 Kremlin (edited)" in stream.getvalue()
    assert await notifier.send(DELIVERY) == number + 1


async def test_the_rolling_message_shows_every_address() -> None:
    """Every headline with its link; what does not fit one message is said."""
    stream = io.StringIO()
    notifier = ConsoleNotifier(stream, home=DisplayPreferences)
    other = replace(DELIVERY, alert=replace(ALERT, headline="Second", url="https://courier.example/2"))
    await notifier.fold((DELIVERY, other), None)
    assert "🔗 https://courier.example/1\n🔗 https://courier.example/2\n" in stream.getvalue()
    with pytest.raises(DeliveryError):
        await notifier.fold((DELIVERY,) * 200, 1)


async def test_nothing_steers_the_terminal() -> None:
    """Escape sequences in a headline are no more than text."""
    stream = io.StringIO()
    evil = replace(DELIVERY, alert=replace(ALERT, headline="\x1b[2J\x1b]0;owned\x07Kremlin", lead="[bold]x"))
    await ConsoleNotifier(stream, home=DisplayPreferences).send(evil)
    assert "\x1b" not in stream.getvalue()
    terminal = Terminal()
    await ConsoleNotifier(terminal, home=DisplayPreferences).send(evil)
    assert "\x1b[2J" not in terminal.getvalue()
    assert "[bold]x" in terminal.getvalue()


async def test_a_closed_pipe_is_an_expected_fault() -> None:
    """No traceback for `newswatch run | head`."""
    with pytest.raises(DeliveryError) as caught:
        await ConsoleNotifier(Broken(), home=DisplayPreferences).send(DELIVERY)
    assert caught.value.verdict == "unsent"
