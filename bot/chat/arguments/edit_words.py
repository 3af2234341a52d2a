"""What an owner writes to change a watchlist: `+ Peskov`, `exclude - hockey`, `источники добавить Courier`.

Words in, what is meant out. Whether it can be done is decided by whoever changes the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from bot.config.edits.change import Action, Part

T = TypeVar("T")

MOST = 20  # values in one message, a line each

_PARTS: Final[dict[str, Part]] = {
    **dict.fromkeys(
        ("keywords", "keyword", "stichwörter", "stichwort", "palabras", "mots", "слова", "слово", "ключи"), "keywords"
    ),
    **dict.fromkeys(
        ("exclude", "excludes", "ausschluss", "ausschließen", "excluir", "exclure", "исключить", "исключения"),
        "exclude",
    ),
    **dict.fromkeys(("виключити", "винятки", "exclusiones", "exclusions", "ausschlüsse"), "exclude"),
    **dict.fromkeys(("sources", "source", "quellen", "quelle", "fuentes", "fuente"), "sources"),
    **dict.fromkeys(("источники", "источник", "джерела", "джерело"), "sources"),
}
_ACTIONS: Final[dict[str, Action]] = {
    **dict.fromkeys(("+", "add", "hinzufügen", "añadir", "agregar", "ajouter", "добавить", "додати"), "add"),
    **dict.fromkeys(("-", "−", "–", "remove", "delete", "entfernen", "löschen", "quitar", "eliminar"), "remove"),
    **dict.fromkeys(("retirer", "supprimer", "убрать", "удалить", "прибрати", "видалити"), "remove"),
}
_SIGN = re.compile(r"([+−–-])(?=\S)")


@dataclass(frozen=True, slots=True)
class EditWords:
    """What was written: a part of the watchlist, and values to add or remove; without any, the part is to be shown."""

    part: Part
    action: Action = "add"
    values: tuple[str, ...] = ()


def parse_edit(words: str) -> EditWords:
    """Return what the words behind a watchlist's id mean; a word alone is one to add as a keyword."""
    part, rest = _first(words, _PARTS)
    action, values = _first(rest, _ACTIONS)
    if action is None and (sign := _SIGN.match(rest)):
        action, values = _ACTIONS[sign[1]], rest[sign.end() :]
    lines = tuple(dict.fromkeys(line.strip() for line in values.splitlines() if line.strip()))
    return EditWords(part or "keywords", action or "add", lines[:MOST])


def format_edit(part: Part, action: Action, values: tuple[str, ...] = ()) -> str:
    """Return the words that `parse_edit` reads so."""
    return f"{part} {'+' if action == 'add' else '-'} " + "\n".join(values) if values else part


def _first(words: str, known: Mapping[str, T]) -> tuple[T | None, str]:
    first, _space, rest = words.strip().partition(" ")
    found = known.get(first.casefold())
    return (None, words.strip()) if found is None else (found, rest.strip())
