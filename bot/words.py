"""Inflection."""

from __future__ import annotations
from collections.abc import Iterable, Mapping
from typing import Protocol
from bot.text import fold, script

Wanted = tuple[str, tuple[str, ...]]


class FormCache(Protocol):
    """Forms found before, kept between starts. A lost or empty one costs time, nothing else."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Return what is on record for those of the keys that are known."""
        ...

    def put_many(self, found: Mapping[str, str]) -> None:
        """Keep these for the next start."""
        ...


def languages_of(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return ()


def inflect(wanted: Iterable[Wanted], cache: FormCache | None = None) -> dict[Wanted, frozenset[str]]:
    return {w: frozenset([fold(w[0])]) for w in wanted}


def spellings(word: str) -> tuple[str, ...]:
    return ()
