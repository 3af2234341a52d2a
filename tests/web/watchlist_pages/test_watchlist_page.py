"""A watchlist changed on its page: the same model, mistakes and history as the chat and the file have."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config.edits.change import Change
from tests.plugins.pages import FILE, HOSTILE, Answer, Pages

PAGE = "/watchlists/kremlin"


@pytest.fixture
async def inside(pages: Pages) -> Pages:
    """Give the pages to an owner."""
    await pages.enter(500)
    return pages


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the file that the pages change."""
    return tmp_path / "watchlists.yaml"


def fields(answer: Answer) -> Mapping[str, str]:
    """Return the fields of the one form with a button that saves."""
    (form,) = re.findall(r"<form[^>]*>(?:(?!</form>).)*>Save</button>", answer.text, re.DOTALL)
    return {name: html.unescape(value) for name, value in re.findall(r'name="([a-z]+)" value="([^"]*)"', form)}


async def test_a_keyword_is_shown_then_saved_then_taken_back(inside: Pages, file: Path) -> None:
    """The form shows the lines that change; one button saves them; the history says who, and leads back."""
    asked = await inside.post(PAGE, {"keyword": "=Peskov"})
    assert asked.status == 200
    assert "8 +     keywords: [Kremlin, =Peskov]  # why" in asked.text
    assert read(file) == FILE
    saved = await inside.post(PAGE, fields(asked))
    assert (saved.status, saved.headers["Location"]) == (303, f"{PAGE}?saved=1")
    assert read(file) == FILE.replace("[Kremlin]", "[Kremlin, =Peskov]")
    page = await inside.get(f"{PAGE}?saved=1")
    assert "Saved." in page.text
    assert "you, on the page" in page.text
    (edit,) = json.loads((await inside.get(f"{PAGE}.json")).text)["history"]
    assert (edit["origin"], edit["by"], edit["changes"][0]["value"]) == ("page", 500, "=Peskov")
    undo = await inside.post("/watchlists", {"undo": str(edit["id"])})
    assert "Taking it back changes watchlists.yaml" in undo.text
    done = await inside.post("/watchlists", fields(undo))
    assert done.headers["Location"] == "/watchlists?saved=1"
    assert read(file) == FILE
    again = await inside.post("/watchlists", {"undo": str(edit["id"])})
    assert again.status == 400
    assert "there is no change to take back" in again.text


async def test_what_is_typed_is_checked_by_the_address(inside: Pages) -> None:
    """So that a script can ask while somebody types, and the page of a query can lead here."""
    wrong = await inside.get(f"{PAGE}?keyword=(Kremlin")
    assert "in (Kremlin: this parenthesis is never closed" in wrong.text
    assert ">Save<" not in wrong.text
    right = json.loads((await inside.get(f"{PAGE}.json?keyword=%3Dx&part=exclude")).text)
    assert right["draft"]["diff"] == ["9 +     exclude: [=x]"]
    assert right["keywords"] == ["Kremlin"]
    posted = await inside.post(PAGE, {"keyword": "(Kremlin"})
    assert posted.status == 400
    odd = await inside.get(f"{PAGE}?keyword=%3Dx&part=title&action=burn")
    assert "keywords: [Kremlin, =x]" in odd.text


async def test_a_file_that_changed_meanwhile_is_409_and_nothing_is_lost(inside: Pages, file: Path) -> None:
    """The page shows the change as it would be now, to be saved again."""
    asked = fields(await inside.post(PAGE, {"keyword": "=Peskov"}))
    write(file, FILE + "# by hand\n")
    late = await inside.post(PAGE, asked)
    assert late.status == 409
    assert "Somebody else has changed watchlists.yaml meanwhile" in late.text
    assert read(file) == FILE + "# by hand\n"
    assert (await inside.post(PAGE, fields(late))).status == 303
    assert read(file).endswith("[Kremlin, =Peskov]  # why\n# by hand\n")
    number = str((await inside.store.edits.find_edits(most=1))[0].id)
    undo = fields(await inside.post("/watchlists", {"undo": number}))
    write(file, read(file) + "# more\n")
    assert (await inside.post("/watchlists", undo)).status == 409
    write(file, FILE)
    gone = await inside.post("/watchlists", undo)
    assert gone.status == 409
    assert "was changed since in the same place" in gone.text


async def test_page_and_chat_change_the_same_file(inside: Pages, file: Path) -> None:
    """What the chat did between the look and the saving is kept, and both are on the history."""
    asked = fields(await inside.post(PAGE, {"keyword": "=Peskov"}))
    editor = inside.services.edits.editor
    await editor.save(await editor.propose([Change("add", "kremlin", "exclude", "=hockey")]), "chat", 7)
    late = await inside.post(PAGE, asked)
    assert late.status == 409
    await inside.post(PAGE, fields(late))
    assert "exclude: [=hockey]" in read(file)
    assert "=Peskov" in read(file)
    page = await inside.get("/watchlists")
    assert "7, in the chat" in page.text
    assert "you, on the page" in page.text


async def test_a_file_that_cannot_be_written_is_said_with_the_lines(
    inside: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no button then."""
    monkeypatch.setattr("bot.config.edits.editor.why_unwritable", lambda _: "Read-only file system")
    asked = await inside.post(PAGE, {"keyword": "=Peskov"})
    assert "cannot be written here: Read-only file system" in asked.text
    assert "keywords: [Kremlin, =Peskov]" in asked.text
    assert ">Save<" not in asked.text


async def test_what_is_there_is_removed_by_its_button(inside: Pages, file: Path) -> None:
    """The last keyword stays, with what to do; a source that was added goes again."""
    last = await inside.post(PAGE, {"keyword": "Kremlin", "action": "remove", "part": "keywords"})
    assert "add another one first" in last.text
    await inside.post(PAGE, fields(await inside.post(PAGE, {"keyword": "Wire", "part": "sources"})))
    await inside.post(PAGE, fields(await inside.post(PAGE, {"keyword": "Courier", "part": "sources"})))
    remove = await inside.post(PAGE, {"keyword": "Wire", "part": "sources", "action": "remove"})
    await inside.post(PAGE, fields(remove))
    assert "sources: [Courier]" in read(file)


async def test_what_is_hostile_is_inert_and_what_is_missing_is_said(inside: Pages, file: Path) -> None:
    """A keyword is text; a watchlist that is not there is 404; a wrong file shows its mistakes."""
    asked = await inside.post(PAGE, {"keyword": f"={HOSTILE}"})
    assert HOSTILE not in asked.text
    assert (await inside.get("/watchlists/nobody")).status == 404
    assert (await inside.post("/watchlists/nobody", {"keyword": "x"})).status == 404
    assert (await inside.post("/watchlists", {"undo": "x" * 30})).status == 400
    long = await inside.post(PAGE, {"keyword": "x" * 9000})
    assert "longer than 2000 characters" in long.text
    write(file, "watchlists: {k: {keywords: [no]}}\n")
    page = await inside.get(PAGE)
    assert page.status == 200
    assert "put it in quotes" in page.text
    assert "put it in quotes" in (await inside.get("/watchlists")).text
    assert (await inside.post(PAGE, {"keyword": "x"})).status == 400


async def test_who_was_not_let_in_changes_nothing(pages: Pages, file: Path) -> None:
    """Neither shown nor changed."""
    for answer in (await pages.get("/watchlists.json"), await pages.post(PAGE, {"keyword": "x", "version": "y"})):
        assert answer.status == 401
    assert read(file) == FILE


def read(path: Path) -> str:
    """Return what a file says."""
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Write a file by hand."""
    path.write_text(text, encoding="utf-8")
