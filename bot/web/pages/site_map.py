"""All pages and actions, each declared once, in the order of the menu."""

from __future__ import annotations

from typing import Final

from bot.web.pages.now_page import read_now
from bot.web.pages.page import Action, Page

PAGES: Final = (Page("/", "now.html", read_now, lambda _: _.pgettext("page", "Now")),)
ACTIONS: Final[tuple[Action, ...]] = ()
