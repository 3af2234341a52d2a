"""The history of watchlists.yaml on record. Fulfils `bot.ports.editing.edit_store.EditStore`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import cast

from sqlalchemy import bindparam, delete, insert, select, text, update

from bot.ports.editing.edit_store import FileEdit, Hunk, Origin
from bot.store.codecs import Row, to_json
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.row_decoding import decode_each
from bot.store.tables import edits

_NEWEST = edits.c.id.desc()
_HAS_NUMBER = edits.c.id == bindparam("its_id")


@dataclass(frozen=True, slots=True)
class EditRepository:
    """The part of the store that knows who changed watchlists.yaml."""

    database: Database

    async def begin_edit(self, edit: FileEdit) -> int:
        async with self.database.write() as connection:
            new = insert(edits).returning(edits.c.id)
            return int((await connection.execute(new, {**_row(edit), "written": False})).scalar_one())

    async def finish_edit(self, number: int) -> None:
        async with self.database.write() as connection:
            done = update(edits).where(_HAS_NUMBER).values(written=True).returning(edits.c.undoes)
            undoes = (await connection.execute(done, {"its_id": number})).scalar_one_or_none()
            if undoes is not None:
                await connection.execute(update(edits).where(_HAS_NUMBER).values(undone=True), {"its_id": undoes})

    async def drop_edit(self, number: int) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(edits).where(_HAS_NUMBER), {"its_id": number})

    async def record_edit(self, edit: FileEdit) -> None:
        async with self.database.write() as connection:
            last = await connection.scalar(select(edits.c.after).order_by(_NEWEST).limit(1))
            if last != edit.after:
                await connection.execute(insert(edits), {**_row(edit), "before": last or "", "written": True})

    async def find_edits(self, *, most: int, before: int | None = None) -> Sequence[FileEdit]:
        newest = select(edits).order_by(_NEWEST).limit(bindparam("most"))
        if before is not None:
            newest = newest.where(edits.c.id < bindparam("its_id"))
        async with self.database.read() as connection:
            values = {"most": most} | ({} if before is None else {"its_id": before})
            rows = (await connection.execute(newest, values)).all()
        return tuple(one for _, one in decode_each(rows, _edit, "a change of watchlists.yaml"))

    async def read_edit(self, number: int) -> FileEdit | None:
        if not 0 <= number < 2**63:  # no database holds such a number
            return None
        async with self.database.read() as connection:
            row = (await connection.execute(select(edits).where(_HAS_NUMBER), {"its_id": number})).one_or_none()
        return _edit(row) if row is not None else None

    async def find_undoable_edit(self) -> FileEdit | None:
        its = (edits.c.origin != "file", edits.c.undoes.is_(None), ~edits.c.undone, edits.c.written)
        async with self.database.read() as connection:
            row = (await connection.execute(select(edits).where(*its).order_by(_NEWEST).limit(1))).one_or_none()
        return _edit(row) if row is not None else None

    async def find_unfinished_edits(self) -> Sequence[FileEdit]:
        begun = select(edits).where(text("NOT written")).order_by(edits.c.id)
        async with self.database.read() as connection:
            rows = (await connection.execute(begun)).all()
        return tuple(one for _, one in decode_each(rows, _edit, "a change of watchlists.yaml"))


def _row(edit: FileEdit) -> dict[str, object]:
    return {
        "at": to_ms(edit.at),
        "origin": edit.origin,
        "author": edit.by,
        "before": edit.before,
        "after": edit.after,
        "changes": to_json([dict(one) for one in edit.changes]),
        "hunks": to_json([astuple(one) for one in edit.hunks]),
        "said": to_json(list(edit.said)),
        "undoes": edit.undoes,
    }


def _edit(row: Row) -> FileEdit:
    return FileEdit(
        row.id,
        to_utc(row.at),
        cast("Origin", row.origin),
        row.author,
        row.before,
        row.after,
        tuple(json.loads(row.changes)),
        tuple(Hunk(line, *map(tuple, parts)) for line, *parts in json.loads(row.hunks)),
        tuple(json.loads(row.said)),
        row.undoes,
        row.undone,
        row.written,
    )
