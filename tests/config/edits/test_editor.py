"""One model, several editors: what is saved is on record, nothing of anybody is lost, and it can be taken back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.edits.change import Change, SourceChange
from bot.config.edits.editor import WatchlistEditor
from bot.config.edits.proposal import Proposal
from bot.config.watchlists.watchlists_file import load
from bot.errors import ConfigError, ConflictError, UnwritableError
from bot.ports.editing.edit_store import FileEdit
from bot.store.edit_repository import EditRepository
from bot.store.repository import open_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXT = """\
sources:
  - name: A
    url: http://a
watchlists:
  k:  # Kremlin
    keywords: [Kremlin, 'peace talks']  # why
    exclude:
      - =hockey
  j:
    keywords: [summit]
"""
ADD = Change("add", "k", "keywords", "=Песков")  # one form: none is looked up


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file with two watchlists."""
    path = tmp_path / "watchlists.yaml"
    write(path, TEXT)
    return path


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[EditRepository]:
    """Give the history of a new record."""
    async with await open_store(f"sqlite:///{tmp_path / 'record.db'}", migrate=True) as store:
        yield store.edits


@pytest.fixture
def editor(file: Path, history: EditRepository) -> WatchlistEditor:
    """Give an editor of the file."""
    return WatchlistEditor(file, {}, history, lambda: NOW)


def read(path: Path) -> str:
    """Return what a file says."""
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Write a file by hand."""
    path.write_text(text, encoding="utf-8")


async def save(editor: WatchlistEditor, *changes: Change | SourceChange, by: int = 7) -> FileEdit:
    """Propose changes and save them."""
    return await editor.save(await editor.propose(changes), "chat", by)


async def test_an_edit_shows_its_lines_and_is_on_record(editor: WatchlistEditor, file: Path) -> None:
    """The diff says which line becomes which; the former file is kept; the history says who and when."""
    proposal = await editor.propose([ADD])
    assert proposal.diff == (
        "6 -     keywords: [Kremlin, 'peace talks']  # why",
        "6 +     keywords: [Kremlin, 'peace talks', =Песков]  # why",
    )
    assert read(file) == TEXT
    edit = await editor.save(proposal, "chat", 7)
    assert read(file) == TEXT.replace("talks']", "talks', =Песков]")
    assert read(file.with_name("watchlists.yaml.bak")) == TEXT
    assert (edit.origin, edit.by, edit.at, edit.changes) == ("chat", 7, NOW, (ADD.as_dict(),))
    assert list(await editor.find_history(9)) == [edit]


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            replace(ADD, value="(Kremlin"),
            (
                "watchlists.yaml:6:40: in (Kremlin: this parenthesis is never closed",
                "    keywords: [Kremlin, 'peace talks', (Kremlin]  # why",
                "^",
            ),
        ),
        (replace(ADD, value="/(a{500}){500}/"), ("watchlists.yaml:6:42: in /(a{500}){500}/: ",)),
        (replace(ADD, part="sources", value="B"), ("watchlists.yaml:9:15: unknown source or tag 'B'; ",)),
        (SourceChange("add", "A", {"name": "A", "url": "http://b"}), ("watchlists.yaml:",)),
    ],
)
async def test_mistakes_are_those_of_check_with_the_place(
    editor: WatchlistEditor, file: Path, change: Change | SourceChange, lines: tuple[str, ...]
) -> None:
    """A query with a mistake is told with its line, its column and a caret; nothing is written."""
    with pytest.raises(ConfigError) as error:
        await editor.propose([change])
    for said, line in zip(error.value.problems, lines, strict=False):
        assert said.strip().startswith(line.strip())
    assert read(file) == TEXT


async def test_a_word_that_fires_on_everything_is_warned_of(editor: WatchlistEditor) -> None:
    """Only warnings about the new lines are shown: the others are known."""
    proposal = await editor.propose([replace(ADD, value="the")])
    assert len(proposal.warnings) == 1
    assert "stands in nearly every text" in proposal.warnings[0]
    assert (await editor.propose([ADD])).warnings == ()


async def test_two_edits_at_once_never_lose_one(editor: WatchlistEditor, file: Path, history: EditRepository) -> None:
    """Of what chat, page and a hand change at the same moment, one is taken and the others are told to look again."""
    others = [WatchlistEditor(file, {}, history, lambda: NOW) for _ in range(4)]
    proposals = [await one.propose([replace(ADD, value=f"word{place}")]) for place, one in enumerate(others)]
    saved = await asyncio.gather(
        *(one.save(proposal, "page", None) for one, proposal in zip(others, proposals, strict=True)),
        return_exceptions=True,
    )
    taken = [one for one in saved if isinstance(one, FileEdit)]
    assert len(taken) == 1
    assert all(isinstance(one, FileEdit | ConflictError) for one in saved)
    assert load(file, {}).watchlists[0].keywords[-1] == taken[0].changes[0]["value"]
    proposal = await editor.propose([ADD])
    write(file.with_name("draft"), TEXT + "# by hand\n")
    os.replace(file.with_name("draft"), file)  # noqa: PTH105 - as an editor saves
    with pytest.raises(ConflictError, match="was changed by somebody else meanwhile; nothing was written"):
        await editor.save(proposal, "chat", 7)
    with pytest.raises(ConflictError):
        await editor.propose([ADD], proposal.version)
    assert read(file) == TEXT + "# by hand\n"


async def test_a_file_that_cannot_be_written_is_said_with_the_lines(
    editor: WatchlistEditor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only mount: known before anybody confirms, and nothing is put on record."""
    os.chmod(file, 0o444)  # noqa: PTH101 - the loop may wait in a test
    if os.geteuid() == 0:
        monkeypatch.setattr("bot.config.edits.editor.why_unwritable", lambda _: "Read-only file system")
    proposal = await editor.propose([ADD])
    assert proposal.unwritable
    with pytest.raises(UnwritableError) as error:
        await editor.save(proposal, "chat", 7)
    assert error.value.problems[0].startswith("watchlists.yaml cannot be written: ")
    assert error.value.problems[1:] == proposal.diff
    monkeypatch.setattr(os, "access", lambda *_: False)  # it became so after the look
    with pytest.raises(UnwritableError, match="Permission denied"):
        await editor.save(replace(proposal, unwritable=None), "chat", 7)
    assert list(await editor.find_history(9)) == []
    assert read(file) == TEXT


async def test_a_folder_that_cannot_be_written_still_lets_the_file_be(
    editor: WatchlistEditor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a single file mounted into a container: it is written in place, and the history can take it back."""

    def refuse(**_: object) -> tuple[int, str]:
        raise PermissionError

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    await save(editor, ADD)
    assert "Песков" in read(file)
    assert os.listdir(file.parent).count("watchlists.yaml.bak") == 0  # noqa: PTH208 - the same
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert read(file) == TEXT


async def test_the_last_edits_are_taken_back_one_after_the_other(editor: WatchlistEditor, file: Path) -> None:
    """Each undoing is on the history itself, and takes back the edit before; an undoing can be taken back by number."""
    await save(editor, ADD)
    await save(editor, Change("remove", "k", "exclude", "=hockey"), Change("add", "j", "exclude", "=cup"))
    middle = read(file)
    undo = await editor.propose_undo()
    assert [one.as_dict()["action"] for one in undo.changes] == ["remove", "add"]
    undone = await editor.save(undo, "page", 8)
    assert read(file) == TEXT.replace("talks']", "talks', =Песков]")
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert read(file) == TEXT
    with pytest.raises(ConfigError, match="there is no change to take back"):
        await editor.propose_undo()
    listed = await editor.find_history(9)
    assert [(one.undoes is not None, one.undone) for one in listed] == [(True, False)] * 2 + [(False, True)] * 2
    with pytest.raises(ConfigError, match="no change to take back"):
        await editor.propose_undo(listed[-1].id)
    await save(editor, ADD)
    await editor.save(await editor.propose_undo(undone.id), "chat", 7)
    assert read(file) == middle


async def test_what_was_changed_since_in_the_same_place_is_not_undone(editor: WatchlistEditor, file: Path) -> None:
    """Elsewhere the file may have changed as it likes: lines above may have come, and the edit is found again."""
    await save(editor, ADD)
    text = read(file)
    write(file, "# one\n# two\n" + text)
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert read(file) == "# one\n# two\n" + TEXT
    await save(editor, ADD)
    write(file, text.replace("k:  # Kremlin", "k:\n    title: Another line above"))
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert read(file) == TEXT.replace("k:  # Kremlin", "k:\n    title: Another line above")
    write(file, TEXT)
    await save(editor, ADD)
    write(file, text.replace("Песков", "Песков, =Лавров"))
    with pytest.raises(ConfigError, match="was changed since in the same place; change it by hand"):
        await editor.propose_undo()


async def test_a_kill_between_file_and_history_loses_neither(
    editor: WatchlistEditor, file: Path, history: EditRepository
) -> None:
    """An edit that was begun is found out about: written, it can be taken back; never written, it is forgotten."""
    proposal = await editor.propose([ADD])
    begun = FileEdit(0, NOW, "chat", 7, proposal.version, "after", (ADD.as_dict(),), proposal.hunks, is_written=False)
    await history.begin_edit(begun)
    assert list(await editor.find_history(9)) == []
    await history.begin_edit(begun)
    write(file, proposal.after.decode())  # and then the kill
    (edit,) = await editor.find_history(9)
    assert edit.is_written
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert read(file) == TEXT


async def test_changes_by_hand_are_on_the_history(editor: WatchlistEditor, file: Path) -> None:
    """In the words in which they are told where the service has seen them, else without; never an edit of ours."""
    await save(editor, ADD)
    await editor.note_change(())
    assert [one.origin for one in await editor.find_history(9)] == ["chat"]
    write(file, TEXT)
    await editor.note_change(("-1 keyword in k",))
    write(file, TEXT + "# again\n")
    await save(editor, ADD)
    listed = [(one.origin, one.said) for one in await editor.find_history(9)]
    assert listed == [("chat", ()), ("file", ()), ("file", ("-1 keyword in k",)), ("chat", ())]


async def test_a_link_as_of_a_config_map_stays_a_link(tmp_path: Path, history: EditRepository) -> None:
    """What is replaced is the file that it leads to, and the former file stands beside the link."""
    folder = tmp_path / "..data"
    folder.mkdir()
    write(folder / "watchlists.yaml", TEXT)
    link = tmp_path / "watchlists.yaml"
    link.symlink_to("..data/watchlists.yaml")
    await save(WatchlistEditor(link, {}, history, lambda: NOW), ADD)
    assert link.is_symlink()
    assert "Песков" in read(folder / "watchlists.yaml")
    assert read(tmp_path / "watchlists.yaml.bak") == TEXT


async def test_a_file_that_is_gone_is_said(editor: WatchlistEditor, file: Path) -> None:
    """Before a change is looked at, and between the look and the saving."""
    proposal: Proposal = await editor.propose([ADD])
    os.unlink(file)  # noqa: PTH108 - the same
    with pytest.raises(UnwritableError, match="No such file"):
        await editor.save(proposal, "chat", 7)
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        await editor.propose([ADD])


async def test_a_source_is_added_and_removed_with_what_may_be_secret_unsaid(
    editor: WatchlistEditor, file: Path
) -> None:
    """The diff of a source with a password in its address does not show that line."""
    entry = {"name": "B", "url": "https://me:word@b.example/feed"}
    proposal = await editor.propose([SourceChange("add", "B", entry)])
    assert not any("word" in line for line in proposal.diff)
    await editor.save(proposal, "chat", 7)
    await save(editor, SourceChange("remove", "B"))
    assert read(file) == TEXT
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert load(file, {}).sources[1].url == entry["url"]


@pytest.mark.soak
async def test_a_file_of_ten_thousand_sources_is_edited_in_seconds(tmp_path: Path, history: EditRepository) -> None:
    """Nothing of it is compared with everything else."""
    path = tmp_path / "watchlists.yaml"
    many = "".join(f"  - name: S{one}\n    url: http://s{one}.example/feed\n" for one in range(10_000))
    write(path, f"sources:\n{many}watchlists:\n  k: {{keywords: [a]}}\n")
    editor = WatchlistEditor(path, {}, history, lambda: NOW)
    await save(editor, ADD)
    await editor.save(await editor.propose_undo(), "chat", 7)
    assert read(path).endswith("  k: {keywords: [a]}\n")
