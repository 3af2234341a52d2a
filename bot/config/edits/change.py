"""What somebody wants changed in watchlists.yaml: a keyword, an exclude or a source of a watchlist.

Plain values, the same for the chat and the pages; how the file's text changes is `apply_change`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


def make_change(action: Action, watchlist: str, part: Part, value: str) -> Change:
    """Return a change as somebody typed it, without spaces around the value and characters that nobody sees."""
    return Change(action, watchlist, part, scrub(value).strip())


def read_change(data: Mapping[str, str]) -> Change:
    """Return a change that was kept."""
    return Change(cast("Action", data["action"]), data["watchlist"], cast("Part", data["part"]), data["value"])
