"""What a watchlist tells of a story, whoever subscribes to it: for its outputs, and for its feed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Field, Priority


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word that a query has found."""

    text: str
    field: Field
    query: str  # as written


@dataclass(frozen=True, slots=True)
class WatchlistAlert:
    """One a watchlist and story. Rendered only at send time, in the medium."""

    story: int
    watchlist: str  # its id
    title: str  # of the watchlist
    headline: str
    url: str | None
    lead: str
    words: tuple[FoundWord, ...]
    language: str | None = None
    priority: Priority = "normal"
    outputs: tuple[str, ...] = ()  # ids of those that get it
