"""Edits of watchlists.yaml for the chat and the pages alike: proposed, checked, shown, saved, taken back.

In: changes, and who wants them. Out: a `Proposal` to show, whose saving is on record before the file is replaced. An
edit of somebody else is never lost: what is saved is what was proposed of the very bytes that are still there.
Raised: ConfigError with the same lines as `check` gives, ConflictError, UnwritableError, StoreError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.config.edits.change import AnyChange
from bot.config.edits.proposal import FILE, Checks, Proposal, propose_changes, propose_undo
from bot.config.edits.write import fingerprint, refuse_changed, replace_file, take_lock, why_unwritable
from bot.config.regular_file import read_regular_file
from bot.config.watchlists.watchlists_file import checked, without_collection
from bot.config.watchlists.yaml_file import MOST_BYTES, compose
from bot.errors import ConfigError, ConflictError, UnwritableError
from bot.inflection.word_forms import FormCache
from bot.model import Config
from bot.ports.editing.edit_store import EditStore, FileEdit, Origin


class WatchlistEditor:
    """Edits one file; any number of them, in any processes, may edit the same."""

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        store: EditStore,
        now: Callable[[], datetime],
        cache: FormCache | None = None,
    ) -> None:
        """Take the file, where `${NAME}` comes from, the history, and the clock in UTC."""
        self._path = path
        self._turn = asyncio.Lock()  # a proposal takes seconds of a large file: one at a time
        self._known: tuple[str, Config] | None = None  # what the file said last, by its hash
        self._checks = Checks(environ, cache, path.parent)
        self._store = store
        self._now = now

    async def read_version(self) -> str:
        """Return the hash of the file as it is; ConfigError where it cannot be read."""
        return fingerprint(await asyncio.to_thread(self._read))

    async def read_config(self) -> tuple[Config, str]:
        """Return what the file says as it is, and its hash; files that it names count as they were when it changed."""
        async with self._turn:
            return await asyncio.to_thread(self._read_config)

    async def propose(self, changes: Sequence[AnyChange], version: str | None = None) -> Proposal:
        """Return what changes would do, checked as `check` does; ConflictError where the file is not this version."""
        async with self._turn:
            return await asyncio.to_thread(self._propose, tuple(changes), version)

    async def save(self, proposal: Proposal, origin: Origin, by: int | None) -> FileEdit:
        """Write a proposal, and put it on record; ConflictError where the file has changed since."""
        if proposal.unwritable:
            raise self._by_hand(proposal, proposal.unwritable)
        edit = FileEdit(
            0,
            self._now(),
            origin,
            by,
            proposal.version,
            fingerprint(proposal.after),
            tuple(one.as_dict() for one in proposal.changes),
            proposal.hunks,
            undoes=proposal.undoes,
        )
        try:
            lock = await asyncio.to_thread(take_lock, self._path)
        except OSError as error:
            raise self._by_hand(proposal, error.strerror or str(error)) from None
        try:
            await asyncio.to_thread(self._refuse_changed, proposal.before)
            await self._settle(proposal.before)
            await self._note_unseen(proposal.version)
            number = await self._store.begin_edit(edit)
            try:
                await asyncio.to_thread(replace_file, self._path, proposal.before, proposal.after)
            except OSError as error:
                await self._store.drop_edit(number)
                raise self._by_hand(proposal, error.strerror or str(error)) from None
            await self._store.finish_edit(number)
        finally:
            lock.close()
        found = await self._store.read_edit(number)
        return found or edit

    async def propose_undo(self, number: int | None = None) -> Proposal:
        """Return what takes back an edit, or the last of chat and page; ConfigError where that cannot be done."""
        edit = await (self._store.find_undoable_edit() if number is None else self._store.read_edit(number))
        if edit is None or not edit.hunks or edit.undone:
            raise ConfigError("there is no change to take back: only those made by chat or page can be, each once")
        async with self._turn:
            return await asyncio.to_thread(self._propose_undo, edit)

    async def find_history(self, most: int, before: int | None = None) -> Sequence[FileEdit]:
        """Return the newest changes, those made by hand among them."""
        if await self._store.find_unfinished_edits():
            await self._settle_now()
        return await self._store.find_edits(most=most, before=before)

    async def note_change(self, said: Sequence[str]) -> None:
        """Put a change made by hand on record, in the words that it is told in; our own edits are there already."""
        version = await self.read_version()
        await self._store.record_edit(FileEdit(0, self._now(), "file", None, "", version, said=tuple(said)))

    async def _note_unseen(self, version: str) -> None:
        """Note that somebody has changed the file by hand since the newest edit on record, where nobody has yet."""
        if await self._store.find_edits(most=1):
            await self._store.record_edit(FileEdit(0, self._now(), "file", None, "", version))

    async def _settle_now(self) -> None:
        lock = await asyncio.to_thread(take_lock, self._path)
        try:
            await self._settle(await asyncio.to_thread(self._read))
        finally:
            lock.close()

    async def _settle(self, now: bytes) -> None:
        """Find out what became of edits that a kill broke off: under the lock nobody is writing one."""
        for edit in await self._store.find_unfinished_edits():
            if edit.before == fingerprint(now):
                await self._store.drop_edit(edit.id)
            else:  # written, and perhaps changed since; an undoing looks at the lines
                await self._store.finish_edit(edit.id)

    # ------------------------------------------------------------------------------------- in a thread

    def _read(self) -> bytes:
        try:
            return read_regular_file(self._path, MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"{self._path}: cannot be read: {reason}; check the path and its permissions") from None

    def _read_config(self) -> tuple[Config, str]:
        data = self._read()
        version = fingerprint(data)
        if self._known is None or self._known[0] != version:
            with without_collection():
                config = checked(compose(data, FILE), self._checks.environ, folder=self._path.parent)
            self._known = (version, config)
        return self._known[1], version

    def _refuse_changed(self, expected: bytes) -> None:
        try:
            refuse_changed(self._path, expected)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"{self._path}: cannot be read: {reason}; nothing was written") from None

    def _propose(self, changes: Sequence[AnyChange], version: str | None) -> Proposal:
        before = self._read()
        if version is not None and version != fingerprint(before):
            raise ConflictError(f"{FILE} was changed by somebody else meanwhile; nothing was written, try again")
        with without_collection():
            return self._with_reason(propose_changes(before, changes, self._checks))

    def _propose_undo(self, edit: FileEdit) -> Proposal:
        with without_collection():
            return self._with_reason(propose_undo(self._read(), edit, self._checks))

    def _with_reason(self, proposal: Proposal) -> Proposal:
        return replace(proposal, unwritable=why_unwritable(self._path))

    def _by_hand(self, proposal: Proposal, reason: str) -> UnwritableError:
        head = f"{FILE} cannot be written: {reason}; nothing was changed. Change these lines by hand:"
        return UnwritableError(head, *proposal.diff)
