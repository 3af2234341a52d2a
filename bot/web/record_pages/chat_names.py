"""What a chat is called on pages: the title of a group or channel; of a person no name is kept."""

from __future__ import annotations

from bot.i18n import Translator
from bot.model import TERMINAL


def name_chat(_: Translator, chat: int, title: str | None, topic: int | None = None) -> str:
    """Return a chat's name, with its topic where it is one of a forum."""
    if chat == TERMINAL.id:
        return _("the terminal")
    if chat > 0:
        return _("private chat {id}", id=chat)
    name = title or _("group {id}", id=chat)
    return _("{chat}, topic {topic}", chat=name, topic=topic) if topic else name
