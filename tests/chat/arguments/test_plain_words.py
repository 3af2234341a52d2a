"""What plain words in a private chat ask for, in six languages; whatever else is written asks for nothing."""

from __future__ import annotations

import pytest

from bot.chat.arguments.plain_words import find_wish


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        *((one, ("help", "")) for one in ("help", "Help!", "?", "помощь", "Допомога", "Hilfe", "aide", "ayuda")),
        *((one, ("stop", "")) for one in ("stop", "STOP.", "стоп", "хватит", "досить", "Stopp", "arrête", "basta")),
        *((one, ("why", "")) for one in ("why?", "Why", "почему?", "чому", "warum?", "pourquoi ?", "¿por qué?")),
        ("https://one.example/a", ("link", "https://one.example/a")),
        ("look https://one.example/a/b/c.", ("link", "https://one.example/a/b/c")),
        ("Kremlin", None),
        ("stop the war", None),
        ("why Kremlin", None),
        ("", None),
    ],
)
def test_what_plain_words_ask_for(words: str, wish: tuple[str, str] | None) -> None:
    """One word asks; a sentence that begins with it may be anything."""
    assert find_wish(words) == wish
