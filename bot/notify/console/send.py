"""Sends alerts to the terminal: each a card, or plain lines where the output is no terminal.

Deliveries in, text on the stream that was handed in. Nothing is read, and nothing of a stranger can steer the
terminal: the rendered text holds no control characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from bot.errors import DeliveryError
from bot.model import TERMINAL, Chat, Delivery, DisplayPreferences
from bot.notify.digest_message import fold
from bot.notify.message_builder import Message, Span
from bot.notify.render import render

_WIDEST = 76  # columns; wider lines are hard to read


class ConsoleNotifier:
    """Fulfils Notifier. Messages are numbered from 1; an edit is printed again, marked as such."""

    def __init__(self, stream: TextIO, *, home: Callable[[], DisplayPreferences]) -> None:
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
        self._home = home
        self._numbers = count(1)

    async def send(self, delivery: Delivery) -> int:
        """See Notifier."""
        return self._show(delivery.alert.chat, render(delivery, self._home()), delivery.message)

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """See Notifier."""
        rendered = fold(deliveries, self._home())
        if rendered is None:
            raise DeliveryError(f"{len(deliveries)} alerts do not fit one message", "shrink")
        return self._show(deliveries[0].alert.chat, rendered, message)

    def _show(self, chat: Chat, message: Message, edited: int | None) -> int:
        number = next(self._numbers) if edited is None else edited
        try:
            if self._console.is_terminal:
                self._card(chat, message, edited=edited is not None)
            else:
                self._lines(message, edited=edited is not None)
        except OSError as error:
            raise DeliveryError(f"the terminal cannot be written to: {error}", "unsent") from None
        return number

    def _card(self, chat: Chat, message: Message, *, edited: bool) -> None:
        """Print a bubble: who it is for in the frame, links to click on where the terminal can."""
        width = max(24, min(_WIDEST, self._console.width - 2))
        panel = Panel(
            styled(message),
            title=None if chat == TERMINAL else f"[dim]{name(chat)}[/]",
            title_align="left",
            subtitle="[dim]edited[/]" if edited else "[dim]silent[/]" if message.silent else None,
            subtitle_align="right",
            border_style="yellow" if edited else "cyan",
            width=width,
            padding=(0, 1),
        )
        self._console.print(Padding(panel, (0, 0, 0, 1)))

    def _lines(self, message: Message, *, edited: bool) -> None:
        """Print the text as it is, the article's address under it, and an empty line between two alerts."""
        first, _, rest = message.text.partition("\n")
        lines = [f"{first}{' (edited)' if edited else ''}", *(rest.split("\n") if rest else ())]
        addresses = (message.preview,) if message.preview else (span.url for span in message.spans)
        lines.extend(f"🔗 {address}" for address in dict.fromkeys(addresses) if address)
        self._console.file.write("\n".join(lines) + "\n\n")
        self._console.file.flush()


def name(chat: Chat) -> str:
    """Return what to call a chat in the terminal."""
    return f"chat {chat.id}" + (f", topic {chat.topic}" if chat.topic else "")


def styled(message: Message) -> Text:
    """Return the text with its spans as a terminal's styles: UTF-16 places become places of characters."""
    text = Text(message.text, overflow="fold")
    places = [0]
    for character in message.text:
        places.append(places[-1] + (2 if character > "\uffff" else 1))
    for span in message.spans:
        text.stylize(_style(span), places.index(span.start), places.index(span.start + span.length))
    return text


def _style(span: Span) -> Style:
    return Style(underline=True, color="cyan", link=span.url) if span.kind == "link" else Style(bold=True)
