"""Translates validation errors of watchlists.yaml into lines for somebody who edits the file.

In: a `ValidationError` and the document. Out: a line for each mistake, at the key or value that has to change. The
value of a header, or an address, is never repeated: it may hold a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import yaml

from bot.config.watchlists.watchlists_schema import (
    ChatSection,
    DefaultsSection,
    FileSection,
    SourceSection,
    WatchlistSection,
)
from bot.config.watchlists.yaml_file import YamlDocument, find, problem, reading, shown
from bot.config.watchlists.yaml_values import OWN_ERROR, nearest

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "defaults": DefaultsSection,
    "sources": SourceSection,
    "watchlists": WatchlistSection,
}
_OF_ONE_VALUE = frozenset({"string_type", "int_type", "literal_error"})
_NUMBERS = frozenset({"max_per_hour", "confirm", "urgent_at", "chat", "topic", "backlog"})
_LIMITS = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}


def lines(error: ValidationError, document: YamlDocument, data: object = None) -> list[str]:
    """Return the mistakes, in the order in which pydantic found them.

    `data` is what was validated: a hint to put a value in quotes is given only where the quoted value would be right.
    """
    errors = error.errors(include_url=False)
    quoted = _errors_when_quoted([one["loc"] for one in errors], document, data)
    return [_line(one, document, quoted) for one in errors]


def _errors_when_quoted(
    paths: list[tuple[int | str, ...]], document: YamlDocument, data: object
) -> Mapping[tuple[int | str, ...], ErrorDetails]:
    """Return what would still be wrong if each value that YAML misreads stood in quotes, by its place."""
    from pydantic import ValidationError

    data = deepcopy(data)
    for path in paths:
        node, _, steps = find(document.root, path)
        if path and steps == len(path) and isinstance(node, yaml.ScalarNode) and reading(node):
            home: Any = data
            for step in path[:-1]:
                home = home[step]
            home[path[-1]] = str(node.value)
    try:
        FileSection.model_validate(data)
    except ValidationError as error:
        return {one["loc"]: one for one in error.errors(include_url=False)}
    return {}


def _line(error: ErrorDetails, document: YamlDocument, quoted: Mapping[tuple[int | str, ...], ErrorDetails]) -> str:
    path, kind = error["loc"], error["type"]
    node, key, steps = find(document.root, path)
    name = _name(path)
    if kind == "extra_forbidden":
        return problem(document, key or node, _unknown(path))
    if kind == "missing":
        hint = "a list of keyword expressions" if path[-1] == "keywords" else f"write {path[-1]}: …"
        return problem(document, node, f"'{path[-1]}' is missing or empty; {hint}")
    if path[-1:] == ("[key]",):
        return problem(document, key or node, _bad_key(path))
    what = reading(node) if path and steps == len(path) else None
    if what and (kind in _OF_ONE_VALUE or (what == "nothing" and kind.endswith("_type"))):
        if what != "nothing" and path in quoted and path[-1] not in _NUMBERS:
            return problem(document, node, f"{name}: {_words(quoted[path], node)}")
        return problem(document, node, _misread(name, what, node, path))
    return problem(document, node, f"{name}: {_words(error, node)}")


def _words(error: ErrorDetails, node: yaml.Node) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _LIMITS:
        limit, say = _LIMITS[kind]
        return f"must be {say} {context[limit]}"
    if kind == "literal_error":
        allowed = [word.strip("' ") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        guess = nearest(str(error["input"]), allowed)
        return f"not one of {', '.join(allowed)}" + (f"; {guess}" if guess else "; write one of these")
    fixed = {
        "list_type": "must be a list; write [one, two], or one to a line, each after '- '",
        "model_type": "must be a mapping; write 'key: value' lines below it",
        "dict_type": "must be a mapping; write 'name: value' lines below it",
        "int_type": "must be a whole number, without quotes",
        "int_from_float": "must be a whole number",
        "int_parsing_size": "is too large a number",
        "string_type": "must be a text; " + _text_hint(node),
        "too_short": "has nothing in it; write at least one",
    }
    if kind in fixed or kind == OWN_ERROR:
        return fixed.get(kind, error["msg"])
    return "cannot be read; docs/watchlists.md says what may stand here"  # a library's own words help nobody


def _text_hint(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "YAML reads a mapping here, because of ': ' or { }; put the whole in quotes"
    return "YAML reads a list here; put the whole in quotes"


def _misread(name: str, what: str, node: yaml.Node, path: tuple[int | str, ...]) -> str:
    """Say that YAML does not read a text where one was meant, or not the number that was written."""
    value = "" if "headers" in path else shown(str(node.value))
    if what == "nothing" and path[0] == "watchlists" and len(path) == 2:  # noqa: PLR2004 - watchlists, id
        return f"{name}: has nothing below it; give it keywords, or remove it"
    if what == "nothing" and not node.value:
        return f"{name}: empty; remove it, or put a text that begins with # in quotes"
    if path[-1] in _NUMBERS:
        return f"{name}: must be a plain whole number, such as 3; YAML reads {value} as {what}"
    quoted = f"put it in quotes: '{value}'" if value else "put it in quotes"
    return f"{name}: YAML reads {value or 'this'} as {what}; {quoted}"


def _unknown(path: tuple[int | str, ...]) -> str:
    word = str(path[-1])
    known = _section(path).model_fields
    if guess := nearest(word, known):
        return f"unknown key '{shown(word)}'; {guess}"
    home = next((name for name, model in _SECTIONS.items() if word in model.model_fields), None)
    if home is not None:
        return f"unknown key '{shown(word)}' here; it belongs under '{home}'"
    return f"unknown key '{shown(word)}'; known here: {', '.join(known)}"


def _section(path: tuple[int | str, ...]) -> type[BaseModel]:
    if len(path) == 1:
        return FileSection
    return ChatSection if "deliver_to" in path else _SECTIONS[str(path[0])]


def _bad_key(path: tuple[int | str, ...]) -> str:
    word = shown(str(path[-2]))
    if path[0] == "watchlists":
        return (
            f"'{word}' cannot be the id of a watchlist; use up to 32 of a-z, 0-9, _ and - (its title may be anything)"
        )
    if path[0] == "outputs":
        return f"'{word}' cannot be the id of an output; use up to 32 of a-z, 0-9, _ and -"
    return f"'{word}' cannot be the name of a header; use letters, digits and -"


def _name(path: tuple[int | str, ...]) -> str:
    """Return how a line calls what it is about: `keywords of kremlin`, `every of a source`, `max_per_hour`."""
    words = [str(step) for step in path]
    if path[-1:] == ("topic",):
        return "topic"
    if words[:1] == ["sources"]:
        return f"{words[2]} of a source" if len(words) > 2 else words[0] if len(words) == 1 else "a source"  # noqa: PLR2004 - sources, its number, the key
    if words[:1] == ["watchlists"] and len(words) > 1:
        return f"{words[2]} of {shown(words[1])}" if len(words) > 2 else f"watchlist {shown(words[1])}"  # noqa: PLR2004 - watchlists, id, the key
    return words[-1] if words else "the file"
