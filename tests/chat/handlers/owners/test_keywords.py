"""Owners change a watchlist from the chat: a diff, a confirmation, and a way back."""

from __future__ import annotations

import pytest

from bot.chat.messages import Answer, Reply
from bot.i18n import LANGUAGES
from bot.model import DisplayPreferences
from tests.chat.conftest import FILE, GROUP, OWNER, READER, Desk

KEYWORDS = "[Kremlin]"


def only(answer: Answer) -> Reply:
    """Return the one message of an answer."""
    (reply,) = answer.replies
    return reply


def meaning(answer: Answer, label: str) -> str:
    """Return what the button whose label has this in it means."""
    return next(one.data for one in only(answer).buttons if label in one.label)


def content(desk: Desk) -> str:
    """Return what the file says."""
    return desk.file.read_text(encoding="utf-8")


async def test_a_keyword_is_shown_as_a_diff_then_saved_then_taken_back(desk: Desk) -> None:
    """Nothing is written before the button is pressed, and /undo asks as well."""
    asked = await desk.ask("/keywords kremlin + =Peskov", user=OWNER)
    assert "1 -" not in only(asked).text
    assert "2 + watchlists: {kremlin: {keywords: [Kremlin, =Peskov], languages: [en]}}" in only(asked).text
    assert content(desk) == FILE
    saved = await desk.press(meaning(asked, "Save"), user=OWNER)
    assert "Written to watchlists.yaml" in only(saved).text
    assert only(saved).edit == 5  # in the message of the button
    assert content(desk) == FILE.replace(KEYWORDS, "[Kremlin, =Peskov]")
    back = await desk.ask("/undo", user=OWNER)
    assert "takes the change back" in only(back).text
    done = await desk.press(meaning(back, "Save"), user=OWNER)
    assert "Taken back" in only(done).text
    assert content(desk) == FILE
    nothing = await desk.ask("/undo", user=OWNER)
    assert "there is no change to take back" in only(nothing).text


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("kremlin =Peskov", "[Kremlin, =Peskov]"),
        ("KREMLIN add =Peskov", "[Kremlin, =Peskov]"),
        ("kremlin слова добавить =Песков", "[Kremlin, =Песков]"),
        ("kremlin + =a: b\n=c", "[Kremlin, '=a: b', =c]"),
        ("kremlin exclude +=hockey", "[Kremlin], exclude: [=hockey]"),
        ("kremlin Quellen hinzufügen One", "[Kremlin], sources: [One]"),
        ("kremlin джерела + One", "[Kremlin], sources: [One]"),
        ("kremlin excluir añadir =gol", "[Kremlin], exclude: [=gol]"),
        ("kremlin exclure ajouter =but", "[Kremlin], exclude: [=but]"),
    ],
)
async def test_words_of_six_languages_and_signs_mean_the_same(desk: Desk, words: str, after: str) -> None:
    """A value a line; what YAML would misread stands in quotes."""
    asked = await desk.ask(f"/keywords {words}", user=OWNER)
    await desk.press(meaning(asked, "Save"), user=OWNER)
    assert content(desk) == FILE.replace(KEYWORDS, after)


async def test_everything_goes_by_buttons_too(desk: Desk) -> None:
    """From the list of watchlists to one, to the words of it, to the diff."""
    lists = await desk.ask("/keywords", user=OWNER)
    panel = await desk.press(meaning(lists, "kremlin"), user=OWNER)
    assert "<code>Kremlin</code>" in only(panel).text
    assert "all sources" in only(panel).text
    names = await desk.press(meaning(panel, "➕ Source"), user=OWNER)
    asked = await desk.press(meaning(names, "One"), user=OWNER)
    saved = await desk.press(meaning(asked, "Save"), user=OWNER)
    assert "sources: [One]" in content(desk)
    undo = await desk.press(meaning(saved, "Undo"), user=OWNER)
    await desk.press(meaning(undo, "Save"), user=OWNER)
    assert content(desk) == FILE
    words = await desk.press(meaning(panel, "➖ Keyword"), user=OWNER)
    refused = await desk.press(meaning(words, "Kremlin"), user=OWNER)
    assert "the last of keywords of kremlin; add another one first" in only(refused).text
    history = await desk.press(meaning(panel, "History"), user=OWNER)
    assert only(history).text.count("you, in the chat") == 2
    assert "sources of kremlin" in only(history).text


async def test_a_mistake_is_told_as_check_tells_it(desk: Desk) -> None:
    """With line, column and caret; what is harmful is inert."""
    asked = await desk.ask("/keywords kremlin + (Kremlin", user=OWNER)
    assert "watchlists.yaml:2:44: in (Kremlin: this parenthesis is never closed" in only(asked).text
    assert "<pre>" in only(asked).text
    inert = await desk.ask("/keywords kremlin + =<b>&", user=OWNER)
    assert "=&lt;b&gt;&amp;" in only(inert).text
    unknown = await desk.ask("/keywords kremlim + x", user=OWNER)
    assert "There is no watchlist “kremlim”. Did you mean <code>kremlin</code>?" in only(unknown).text
    missing = await desk.ask("/keywords kremlin - Kremlins", user=OWNER)
    assert "did you mean" in only(missing).text
    desk.file.write_text("watchlists: {k: {keywords: [no]}}\n", encoding="utf-8")
    wrong = await desk.ask("/keywords", user=OWNER)
    assert "watchlists.yaml:1:29" in only(wrong).text


async def test_what_somebody_else_wrote_meanwhile_is_not_lost(desk: Desk) -> None:
    """The button is of the file that was shown; another file is looked at again."""
    asked = await desk.ask("/keywords kremlin + =Peskov", user=OWNER)
    desk.file.write_text(FILE + "# by hand\n", encoding="utf-8")
    late = await desk.press(meaning(asked, "Save"), user=OWNER)
    assert "Somebody else has changed" in only(late).text
    assert content(desk) == FILE + "# by hand\n"
    again = await desk.press(meaning(late, "Look again"), user=OWNER)
    await desk.press(meaning(again, "Save"), user=OWNER)
    assert content(desk) == FILE.replace(KEYWORDS, "[Kremlin, =Peskov]") + "# by hand\n"
    undo = await desk.ask("/undo", user=OWNER)
    desk.file.write_text(FILE, encoding="utf-8")
    late = await desk.press(meaning(undo, "Save"), user=OWNER)
    assert "Somebody else has changed" in only(late).text
    changed = await desk.ask("/undo", user=OWNER)
    assert "was changed since in the same place" in only(changed).text


async def test_a_file_that_cannot_be_written_is_said_with_the_lines(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to confirm then."""
    monkeypatch.setattr("bot.config.edits.editor.why_unwritable", lambda _: "Read-only file system")
    asked = await desk.ask("/keywords kremlin + =Peskov", user=OWNER)
    assert "cannot be written here (Read-only file system)" in only(asked).text
    assert "keywords: [Kremlin, =Peskov]" in only(asked).text
    assert not any("Save" in one.label for one in only(asked).buttons)


async def test_a_long_keyword_fits_its_button_and_a_longer_one_is_said(desk: Desk) -> None:
    """500 letters of any script are saved; what no button can mean is refused."""
    word = "=" + "ж" * 500
    asked = await desk.ask(f"/keywords kremlin + {word}", user=OWNER)
    await desk.press(meaning(asked, "Save"), user=OWNER)
    assert word in content(desk)
    more = await desk.ask("/keywords kremlin + =" + "ж" * 900, user=OWNER)
    assert "too much for one button" in only(more).text


async def test_only_owners_do_it_and_in_private(desk: Desk) -> None:
    """Lines of the file are for nobody else."""
    refused = await desk.ask("/keywords", user=READER)
    assert "not admitted" in refused.replies[0].text
    for command in ("/keywords kremlin", "/undo"):
        group = await desk.ask(command, user=OWNER, chat=GROUP)
        assert "in our private chat" in only(group).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_panel_speaks_the_language_of_the_chat(desk: Desk, language: str) -> None:
    """Its words and its buttons."""
    await desk.store.preferences.write_display(OWNER, DisplayPreferences(language=language))
    panel = only(await desk.ask("/keywords kremlin", user=OWNER))
    assert ("But not" in panel.text) is (language == "en")
    assert len(panel.buttons) == 4
