"""Builds a message: text with spans over it, counted in UTF-16 units as Telegram counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from bot.model import Preview
from bot.notify.sanitize import units

MOST_UNITS: Final = 4096  # after entities parsing, in UTF-16 units (Bot API)
MOST_SPANS: Final = 100  # what exceeds it is not shown (not documented; python-telegram-bot's MessageLimit)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text that is bold or a link. `start` and `length` count UTF-16 units."""

    kind: Literal["bold", "link"]
    start: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered alert. `preview` is the address whose preview belongs to it, shown as `shape`; None = show none."""

    text: str
    spans: tuple[Span, ...] = ()
    preview: str | None = None
    silent: bool = False
    shape: Preview = "auto"


@dataclass(slots=True)
class Page:
    """A message being written, with the place in UTF-16 units."""

    parts: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    at: int = 0

    @property
    def text(self) -> str:
        """Return what was written so far."""
        return "".join(self.parts)

    def write(self, text: str, *, url: str | None = None, bold: bool = False) -> None:
        """Add text, as a link, bold, or both."""
        size = units(text)
        if bold and size:
            self.spans.append(Span("bold", self.at, size))
        if url and size:
            self.spans.append(Span("link", self.at, size, url))
        self.parts.append(text)
        self.at += size
