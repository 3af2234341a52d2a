"""Changes of watchlists.yaml as pages show them, and as their JSON has them: one proposed, and those on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.config.edits.change import Action, Part
from bot.config.edits.proposal import Proposal
from bot.ports.editing.edit_store import FileEdit, Origin

HISTORY: Final = 20  # changes that a page lists


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed, and what it would do: lines that change, or mistakes as `check` tells them."""

    keyword: str
    part: Part = "keywords"
    action: Action = "add"
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()
    version: str = ""  # of the file that the diff is of
    unwritable: str | None = None
    undoes: int | None = None  # the change on record that it takes back
    is_conflict: bool = False  # somebody else has changed the file meanwhile: nothing was written


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """A change on record."""

    id: int
    at: datetime
    origin: Origin
    by: int | None
    is_yours: bool
    changes: tuple[Mapping[str, str], ...]
    said: tuple[str, ...]
    undoes: int | None
    undone: bool
    can_undo: bool


def draft_of(proposal: Proposal, keyword: str = "", part: Part = "keywords", action: Action = "add") -> Draft:
    """Return a proposal as a page shows it."""
    return Draft(
        keyword,
        part,
        action,
        warnings=proposal.warnings,
        diff=proposal.diff,
        version=proposal.version,
        unwritable=proposal.unwritable,
        undoes=proposal.undoes,
    )


def show_edits(edits: Sequence[FileEdit], owner: int | None, watchlist: str | None = None) -> tuple[ShownEdit, ...]:
    """Return changes as a page shows them to an owner: those of one watchlist, where one is named."""
    return tuple(_show(one, owner) for one in edits if watchlist is None or _is_about(one, watchlist))


def _is_about(edit: FileEdit, watchlist: str) -> bool:
    if edit.changes:
        return any(one.get("watchlist") == watchlist for one in edit.changes)
    return any(watchlist in words for words in edit.said)


def _show(edit: FileEdit, owner: int | None) -> ShownEdit:
    return ShownEdit(
        edit.id,
        edit.at,
        edit.origin,
        edit.by,
        is_yours=edit.by is not None and edit.by == owner,
        changes=edit.changes,
        said=edit.said,
        undoes=edit.undoes,
        undone=edit.undone,
        can_undo=bool(edit.hunks) and not edit.undone,
    )
