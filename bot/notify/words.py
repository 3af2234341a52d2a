"""The few words of the bot inside an alert, in its languages. A language that is not here speaks English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.model import Field


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `fields` name where a word was found; `months` are written as after a day's number."""

    also: str
    fields: Mapping[Field, str]
    more: str  # heads the rolling message
    months: tuple[str, ...]
    day: str = "{day} {month}"


def _fields(title: str, lead: str, body: str) -> dict[Field, str]:
    return {"title": title, "lead": lead, "body": body}


_WORDS = {
    "en": Words(
        "also",
        _fields("title", "lead", "text"),
        "More stories",
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    "ru": Words(
        "также",
        _fields("заголовок", "лид", "текст"),
        "Ещё новости",
        ("янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."),
    ),
    "uk": Words(
        "також",
        _fields("заголовок", "лід", "текст"),
        "Ще новини",
        ("січ.", "лют.", "бер.", "квіт.", "трав.", "черв.", "лип.", "серп.", "вер.", "жовт.", "лист.", "груд."),
    ),
    "de": Words(
        "auch",
        _fields("Titel", "Vorspann", "Text"),
        "Weitere Meldungen",
        ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
        "{day}. {month}",
    ),
    "fr": Words(
        "aussi",
        _fields("titre", "chapô", "texte"),
        "Autres sujets",
        ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    "es": Words(
        "también",
        _fields("título", "entradilla", "texto"),
        "Más noticias",
        ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
    ),
}
LANGUAGES = tuple(_WORDS)


def words(language: str) -> Words:
    """Return the words of a language by its ISO 639-1 code."""
    return _WORDS.get(language, _WORDS["en"])


def day(when: date, today: date, say: Words) -> str:
    """Return a date that is not today, as short as it stays clear."""
    text = say.day.format(day=when.day, month=say.months[when.month - 1])
    return text if when.year == today.year else f"{text} {when.year}"
