"""The tree of a keyword expression: words, phrases, regexes and what joins them. Data, no text is read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.model import Field


@dataclass(frozen=True, slots=True)
class Word:
    """One word, in any of its forms unless `exact`; `across` adds the other script's spelling."""

    text: str
    exact: bool = False
    prefix: bool = False
    across: bool = False
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order; with `near`, in any order with at most so many words between."""

    words: tuple[Word, ...]
    near: int | None = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern, case-insensitive."""

    pattern: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class FromSource:
    """The item's source has this name, tag or publisher."""

    text: str


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The item is in this language (ISO 639-1)."""

    code: str


@dataclass(frozen=True, slots=True)
class And:
    """Every part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must be absent."""

    part: Node


Node = Word | Phrase | Regex | FromSource | InLanguage | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A keyword expression, understood."""

    text: str  # as written
    root: Node
    sources: tuple[tuple[str, int], ...] = ()  # operands of source: with their columns, from 1


def leaves(node: Node) -> Iterator[Word | Phrase | Regex | FromSource | InLanguage]:
    """Give the parts of a tree that are not operators, from left to right."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Not):
        yield from leaves(node.part)
    else:
        yield node


def needs_something(node: Node, *, wanted: bool = True) -> bool:
    """Return whether a text without any of its words fails the tree (or, not wanted, whether it fails its negation)."""
    if isinstance(node, Not):
        return needs_something(node.part, wanted=not wanted)
    if isinstance(node, And | Or):
        found = (needs_something(part, wanted=wanted) for part in node.parts)
        return any(found) if isinstance(node, And) is wanted else all(found)
    return wanted and not isinstance(node, InLanguage)  # a language alone lets everything of a paper through
