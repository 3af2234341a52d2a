"""What somebody wants changed in watchlists.yaml: a keyword, an exclude or a source of a watchlist, or a whole source.

Plain values, the same for the chat and the pages; how the file's text changes is `apply_change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast, get_args

from bot.text.scrub import scrub

Part: TypeAlias = Literal["keywords", "exclude", "sources"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
Action: TypeAlias = Literal["add", "remove"]

LONGEST: Final = 2_000  # characters of a value: far more than any query may have


@dataclass(frozen=True, slots=True)
class Change:
    """One text to put at the end of a watchlist's list, or to take out of it wherever it stands."""

    action: Action
    watchlist: str
    part: Part
    value: str

    def as_dict(self) -> dict[str, str]:
        """Return it as it is kept and shown as JSON."""
        return {"action": self.action, "watchlist": self.watchlist, "part": self.part, "value": self.value}


@dataclass(frozen=True, slots=True)
class SourceChange:
    """A source to put at the end of `sources`, written as `entry`, or to take out of it by its name."""

    action: Action
    name: str
    entry: Mapping[str, str | list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, str]:
        """Return it as it is kept and shown as JSON: without the address, which may hold a key."""
        return {"action": self.action, "source": self.name}


AnyChange: TypeAlias = Change | SourceChange


def make_change(action: Action, watchlist: str, part: Part, value: str) -> Change:
    """Return a change as somebody typed it, without spaces around the value and characters that nobody sees."""
    return Change(action, watchlist, part, scrub(value).strip())


def read_change(data: Mapping[str, str]) -> AnyChange:
    """Return a change that was kept; of a new source without what was written."""
    action = cast("Action", data["action"])
    if "source" in data:
        return SourceChange(action, data["source"])
    return Change(action, data["watchlist"], cast("Part", data["part"]), data["value"])
