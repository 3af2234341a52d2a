"""Translations of the bot's texts, with plural forms, numbers and dates of each language.

In comes a language, out goes a `Translator`: an English text in, the same in that language out, its values filled in.
The translations are gettext catalogues, `bot/locale/<language>/LC_MESSAGES/newswatch.po`, compiled beside it by `make
words`; what has none is said in English. Words are handed to whoever speaks, as a parameter that is called `_`; there
is no language of the process. Values go in as they are: whoever writes HTML escapes them first.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from bot.model import Field

# What a language calls itself. The order is that of a menu.
LANGUAGES: Final = {
    "en": "English",
    "ru": "Русский",
    "uk": "Українська",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
}
DOMAIN, LOCALE = "newswatch", Path(__file__).parent / "locale"
# Between thousands, as CLDR has it.
_GROUPS: Final = {"en": ",", "ru": "\u00a0", "uk": "\u00a0", "de": ".", "fr": "\u202f", "es": "."}


@dataclass(frozen=True, slots=True)
class Translator:
    """One language. The methods have gettext's names, so that its tools find the texts that they are called with."""

    language: str
    catalogue: gettext.NullTranslations

    def __call__(self, text: str, /, **values: object) -> str:
        """Return an English text in this language; `values` fill its {names}."""
        return self.catalogue.gettext(text).format(**values)

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        """Return a text that means different things elsewhere: `context` tells translators which."""
        return self.catalogue.pgettext(context, text).format(**values)

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Return a text in the form that goes with a number, which fills {number} in both."""
        return self.catalogue.ngettext(one, many, number).format(number=self.number(number), **values)

    def again(self, text: str, /, **values: object) -> str:
        """Return a text that was written elsewhere (`QueryError.text`) in this language."""
        return self.catalogue.gettext(text).format(**values) if values else self.catalogue.gettext(text)

    def both(self, parts: Sequence[str]) -> str:
        """Return things that go together: all of them, with "and" between."""
        joint = self.pgettext("between two things", "and")
        return f" {joint} ".join(parts)

    def number(self, number: int) -> str:
        """Return a whole number as it is written, its thousands apart."""
        return f"{number:,}".replace(",", _GROUPS[self.language])

    def day(self, day: date, today: date) -> str:
        """Return a date that is not today, as short as it stays clear."""
        text = self.pgettext("a date", "{day} {month}", day=day.day, month=self._months()[day.month - 1])
        return text if day.year == today.year else f"{text} {day.year}"

    def moment(self, at: datetime, now: datetime) -> str:
        """Return when that was, or will be, with its day unless it is today. Both are in the reader's zone."""
        clock = f"{at:%H:%M}"
        return clock if at.date() == now.date() else f"{self.day(at.date(), now.date())} {clock}"

    def _months(self) -> tuple[str, ...]:
        return (
            self.pgettext("month", "Jan"),
            self.pgettext("month", "Feb"),
            self.pgettext("month", "Mar"),
            self.pgettext("month", "Apr"),
            self.pgettext("month", "May"),
            self.pgettext("month", "Jun"),
            self.pgettext("month", "Jul"),
            self.pgettext("month", "Aug"),
            self.pgettext("month", "Sep"),
            self.pgettext("month", "Oct"),
            self.pgettext("month", "Nov"),
            self.pgettext("month", "Dec"),
        )


Say = Callable[[Translator], str]  # a text that waits for who reads it


def field_name(_: Translator, field: Field) -> str:
    """Return what readers call the part of an item that a word was found in."""
    names: dict[Field, str] = {
        "title": _.pgettext("part of an item", "title"),
        "lead": _.pgettext("part of an item", "lead"),
        "body": _.pgettext("part of an item", "text"),
    }
    return names[field]


def words(language: str | None) -> Translator:
    """Return the words of a language by its ISO 639-1 code; English where we do not speak it, or there is none."""
    return _words(language if language in LANGUAGES else "en")


@cache  # every message asks, and to look for the file costs more than to read a row
def _words(language: str) -> Translator:
    return Translator(language, gettext.translation(DOMAIN, LOCALE, [language], fallback=True))
