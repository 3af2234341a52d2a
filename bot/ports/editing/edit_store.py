"""What the editors of watchlists.yaml need on record: who changed what, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Origin = Literal["chat", "page", "file"]


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of the file that an edit replaced by others, each with its line end, and what stands around them."""

    line: int  # of the first of them, from 0
    above: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One change of watchlists.yaml. Of one made by hand in the file only the words are known."""

    id: int  # 0 = not on record yet
    at: datetime
    origin: Origin
    by: int | None  # the Telegram user; None = whoever may edit the file, or opened the page on this machine
    before: str  # hashes of the file (`bot.config.edits.write.fingerprint`); "" = unknown
    after: str
    changes: tuple[Mapping[str, str], ...] = ()  # see `bot.config.edits.change`; in the order made
    hunks: tuple[Hunk, ...] = ()  # one for each change
    said: tuple[str, ...] = ()  # of a change made by hand: what it changed, in words
    undoes: int | None = None  # the edit that this one takes back
    undone: bool = False  # another edit has taken it back
    is_written: bool = True  # False: it was begun, and nobody knows yet whether the file was replaced


class EditStore(Protocol):
    """The history of the file, newest first. An edit is on record before the file is replaced, so that none is lost."""

    async def begin_edit(self, edit: FileEdit) -> int:
        """Put an edit on record that is about to be written; return its number."""
        ...

    async def finish_edit(self, number: int) -> None:
        """Note that the file was replaced; what it takes back counts as undone."""
        ...

    async def drop_edit(self, number: int) -> None:
        """Forget an edit that was never written."""
        ...

    async def record_edit(self, edit: FileEdit) -> None:
        """Put a change made by hand on record, unless the newest edit has led to the same file."""
        ...

    async def find_edits(self, *, most: int, before: int | None = None) -> Sequence[FileEdit]:
        """Return the newest edits, or those older than the one of the number `before`."""
        ...

    async def read_edit(self, number: int) -> FileEdit | None:
        """Return one edit."""
        ...

    async def find_unfinished_edits(self) -> Sequence[FileEdit]:
        """Return the edits of which nobody knows whether they were written, oldest first."""
        ...

    async def find_undoable_edit(self) -> FileEdit | None:
        """Return the newest edit of chat or page that is no undoing and was not undone."""
        ...
