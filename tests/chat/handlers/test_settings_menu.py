"""What a language model adds to the alerts of a chat, chosen by words and by the button ✨."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chat.conftest import READER


@pytest.fixture(name="open_desk")
def _open_desk(desk: Any) -> Any:
    desk.access = "open"
    return desk


def said(answer: Any) -> str:
    """Return the text of an answer."""
    return str(answer.replies[0].text)


def offered(answer: Any) -> list[str]:
    """Return what the buttons of an answer are called."""
    return [button.label for button in answer.replies[0].buttons]


@pytest.mark.parametrize("choice", ["off", "summary", "translation", "both"])
async def test_a_chat_chooses_what_the_model_adds(open_desk: Any, choice: str) -> None:
    """By words, in any capitals; /settings shows it."""
    open_desk.has_model = True
    answer = await open_desk.ask(f"/settings model {choice.upper()}")
    assert (await open_desk.store.preferences.read_display(READER)).model == choice
    assert "✨ What the model adds" in said(answer)


async def test_the_button_leads_to_the_choices(open_desk: Any) -> None:
    """Four of them, the present one marked."""
    open_desk.has_model = True
    assert "✨ The model" in offered(await open_desk.ask("/settings"))
    await open_desk.ask("/settings model both")
    answer = await open_desk.press("settings|model|")
    assert "without a sound" in said(answer)
    assert offered(answer)[:4] == ["nothing", "one sentence", "a translation", "✅ both"]
    await open_desk.press("settings|model off|")
    assert (await open_desk.store.preferences.read_display(READER)).model == "off"


async def test_without_a_model_nothing_is_offered_and_the_wish_is_refused(open_desk: Any) -> None:
    """It says who can change that; off is always possible."""
    assert "✨ The model" not in offered(await open_desk.ask("/settings"))
    assert "NEWSWATCH_MODEL_URL" in said(await open_desk.ask("/settings model summary"))
    assert (await open_desk.store.preferences.read_display(READER)).model == "off"
    assert "✨" not in said(await open_desk.ask("/settings model off"))


async def test_the_preview_and_the_buttons_of_alerts_are_chosen(open_desk: Any) -> None:
    """By button or by word; what is no choice shows them."""
    panel = await open_desk.ask("/settings preview")
    assert {button.data.split("|")[1] for button in panel.replies[0].buttons} >= {"preview above", "preview off"}
    await open_desk.ask("/settings preview above")
    await open_desk.ask("/settings buttons off")
    chat = panel.replies[0].chat.id
    look = await open_desk.store.preferences.read_display(chat)
    assert (look.preview, look.buttons) == ("above", False)
    await open_desk.ask("/settings buttons perhaps")
    await open_desk.ask("/settings buttons on")
    await open_desk.ask("/settings preview auto")
    look = await open_desk.store.preferences.read_display(chat)
    assert (look.preview, look.buttons) == ("auto", True)
