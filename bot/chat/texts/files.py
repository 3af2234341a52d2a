"""What stands beside a file. Written as `bot.chat.texts.basics` says."""

from __future__ import annotations

from bot.i18n import Translator


def label_file(_: Translator) -> str:
    """Label the button that sends a file. Plain text."""
    return _("📎 As a file")


def caption(_: Translator, lines: int) -> str:
    """Say what is in a file."""
    return _.ngettext("📎 {number} line, for a spreadsheet", "📎 {number} lines, for a spreadsheet", lines)
