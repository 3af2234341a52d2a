"""Which news agency a text credits."""

from __future__ import annotations

from time import process_time

import pytest

from bot.stories.agency import OPENING, find_agency

REUTERS, AP, AFP, TASS, RIA, INTERFAX, UKRINFORM, UNIAN, DPA, EFE = range(1, 11)


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("MOSCOW, Nov 23 (Reuters) - The Kremlin said on Monday", REUTERS),
        ("WASHINGTON (AP) — The Senate voted", AP),
        ("Reuters reported on Monday that the talks had ended", REUTERS),
        ("The talks have ended, the Associated Press reported.", AP),
        ("The talks have ended, according to Reuters.", REUTERS),
        ("The minister told Reuters that", REUTERS),
        ("By John Smith, Reuters\nThe talks have ended.", REUTERS),
        ("МОСКВА, 23 ноября. /ТАСС/. Песков сообщил", TASS),
        ("МОСКВА, 23 ноя - РИА Новости. Песков сообщил", RIA),
        ("Переговоры закончились, сообщает ТАСС.", TASS),
        ("ТАСС сообщает, что переговоры закончились", TASS),
        ("Об этом сообщает агентство «Интерфакс»", INTERFAX),
        ("сообщили «Интерфаксу» в пресс-службе", INTERFAX),
        ("пишет Reuters со ссылкой на источники", REUTERS),
        ("Переговори завершилися, повідомляє Укрінформ.", UKRINFORM),
        ("Про це повідомило агентство УНІАН", UNIAN),
        ("Berlin (dpa/AFP) - Die Verhandlungen", DPA),
        ("wie die Nachrichtenagentur AFP meldet", AFP),
        ("berichtet die Nachrichtenagentur Reuters", REUTERS),
        ("a indiqué l'agence Reuters lundi", REUTERS),
        ("PARIS (AFP) – Les négociations", AFP),
        ("según la agencia EFE, las negociaciones", EFE),
        ("Las negociaciones terminaron, informó Reuters", REUTERS),
    ],
)
def test_who_credits_an_agency(text: str, agency: int) -> None:
    """Datelines, bylines and "reported" in either order credit it, in English, Russian, Ukrainian and others."""
    assert find_agency(text) == agency


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The talks have ended.",
        "Three Reuters journalists were hurt in the strike.",
        "Bloomberg shares fell, and Michael Bloomberg said nothing.",
        "Michael Bloomberg said he would run again.",
        "The app (apple) of my eye; a pap smear; an AA meeting.",
        f"{'word ' * OPENING}(Reuters)",
    ],
)
def test_who_credits_none(text: str) -> None:
    """A mention is no credit, nor is a word that only looks like a name, nor what stands far below."""
    assert find_agency(text) == 0


@pytest.mark.parametrize("text", ["ap " * 300, "AP AA TASS " * 90, "(Reuters " * 100, "— " * 400, "by the " * 150])
def test_odd_texts_cost_little(text: str) -> None:
    """A text made of names and signs is looked at within bounds."""
    start = process_time()
    find_agency(text)
    assert process_time() - start < 0.5, "measured: 8 ms"
