"""What a page is: where it stands, what it reads, who asks for it, and how it says that something is not there.

A page reads values, and these values are its JSON and what its template shows: neither knows more than the other. An
action changes something and says which page to show next, or what is in its way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import BotError
from bot.i18n import Say, Translator
from bot.ports.page_store import Session
from bot.web.pages.page_services import PageServices


class PageError(BotError):
    """The page cannot be shown: with which status, and for the reader what is wrong and what to do."""

    def __init__(self, status: int, said: Say, advice: Say) -> None:
        super().__init__(f"status {status}")
        self.status, self.said, self.advice = status, said, advice


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody asks for a page. Times are shown in `zone`; `now` is UTC."""

    path: str  # without .json
    translator: Translator
    zone: ZoneInfo
    now: datetime
    nonce: str  # of scripts and styles in this answer
    as_json: bool = False
    session: Session | None = None  # None: nobody who was let in
    place: Mapping[str, str] = field(default_factory=dict)  # the {names} of the page's path
    query: Mapping[str, str] = field(default_factory=dict)  # what stands after the question mark
    form: Mapping[str, str] = field(default_factory=dict)  # what was posted


@dataclass(frozen=True, slots=True)
class Content:
    """What a page shows: dataclasses, texts, numbers and aware datetimes by name, as JSON has them."""

    values: Mapping[str, Any]
    status: int = 200
    template: str = ""  # another one than the page's


@dataclass(frozen=True, slots=True)
class Page:
    """A page at a path, with a template of `bot/web/templates`; `menu` is its name in the menu, if it is there."""

    path: str
    template: str
    read: Callable[[PageServices, Visit], Awaitable[Content]]
    menu: Say | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What a POST does: returns the path to show next, or content to show at once, for example a form with mistakes.

    `template` is that of the content.
    """

    path: str
    act: Callable[[PageServices, Visit], Awaitable[str | Content]]
    template: str = ""
