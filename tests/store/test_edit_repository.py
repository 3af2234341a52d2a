"""The history of watchlists.yaml: on record before the file is written, and what an undoing takes back."""

from __future__ import annotations

from dataclasses import replace

from bot.ports.editing.edit_store import FileEdit, Hunk
from tests.store.conftest import NOW, Play

EDIT = FileEdit(
    0,
    NOW,
    "chat",
    7,
    "aa",
    "bb",
    ({"action": "add", "watchlist": "k", "part": "keywords", "value": "Песков 🔥 \\ '"},),
    (Hunk(3, ("a\r\n", "b\n"), ("c\n",), ("c, d\n",), ()),),
)


async def test_an_edit_is_read_as_it_was_kept_and_counts_when_it_is_written(play: Play) -> None:
    """Until then it is known as unfinished, and cannot be undone."""
    edits = (await play.worker()).edits
    number = await edits.begin_edit(EDIT)
    kept = replace(EDIT, id=number, is_written=False)
    assert await edits.read_edit(number) == kept
    assert list(await edits.find_unfinished_edits()) == [kept]
    assert await edits.find_undoable_edit() is None
    await edits.finish_edit(number)
    assert await edits.find_undoable_edit() == replace(kept, is_written=True)
    assert not await edits.find_unfinished_edits()
    assert await edits.read_edit(2**63) is None
    assert await edits.read_edit(number + 1) is None


async def test_what_is_undone_is_not_undone_again(play: Play) -> None:
    """The next undoing takes back the edit before it; undoings and hand-made changes are never next."""
    edits = (await play.worker()).edits
    first, second = [await edits.begin_edit(EDIT) for _ in range(2)]
    await edits.finish_edit(first)
    await edits.finish_edit(second)
    await edits.record_edit(replace(EDIT, origin="file", by=None, changes=(), hunks=(), said=("x",), after="cc"))
    undo = await edits.begin_edit(replace(EDIT, undoes=second, after="dd"))
    dropped = await edits.begin_edit(replace(EDIT, undoes=first))
    await edits.finish_edit(undo)
    await edits.drop_edit(dropped)
    found = await edits.find_undoable_edit()
    assert found is not None
    assert found.id == first
    listed = await edits.find_edits(most=10)
    assert [(one.undoes, one.undone) for one in listed] == [(second, False), (None, False), (None, True), (None, False)]
    assert list(await edits.find_edits(most=1, before=listed[1].id)) == [listed[2]]


async def test_a_change_by_hand_is_noted_once_by_all_who_see_it(play: Play) -> None:
    """Our own edit leads to the same file and is no other; two processes that reload note one change."""
    edits = (await play.worker()).edits
    await edits.finish_edit(await edits.begin_edit(EDIT))
    by_hand = FileEdit(0, NOW, "file", None, "", "bb", said=("+1 keyword in k",))
    await edits.record_edit(by_hand)
    assert len(await edits.find_edits(most=9)) == 1
    await edits.record_edit(replace(by_hand, after="cc"))
    await edits.record_edit(replace(by_hand, after="cc"))
    newest, _ = await edits.find_edits(most=9)
    assert (newest.before, newest.after, newest.said, newest.origin) == ("bb", "cc", ("+1 keyword in k",), "file")
