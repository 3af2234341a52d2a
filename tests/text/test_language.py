"""What language a text is in, by what its source states, its script and its small words."""

from __future__ import annotations

import pytest

from bot.text.language import believed_language, contradicts, spoken_language


@pytest.mark.parametrize(
    ("stated", "text", "against"),
    [
        ("en", "Die Regierung hat sich nach langen Gesprächen auf ein neues Gesetz geeinigt", True),
        ("en", "Le ministre a annoncé que les pourparlers reprendront dans une semaine", True),
        ("de", "The minister said that the talks would resume in a week", True),
        ("es", "O ministro disse que as conversas foram adiadas para uma nova data", True),
        ("ru", "Міністр повідомив, що переговори відбудуться, але він не буде там", True),
        ("en", "The minister said that the talks would resume in a week", False),
        ("en", "Kreml warnt Kiew", False),
        ("en", "Putin: Je ne regrette rien", False),
        ("en", "Los Angeles mayor says the plan for El Segundo has been approved", False),
        ("de", "Minister kündigt neue Gespräche an", False),
        ("sv", "Det är en bra dag för de som vill en sak", False),
        ("en", "", False),
    ],
)
def test_only_a_clear_text_contradicts(stated: str, text: str, against: bool) -> None:
    """Running text in another language does; a few foreign words, headlines of names and unknown languages do not."""
    assert contradicts(stated, ["", text]) is against


@pytest.mark.parametrize(
    ("stated", "text", "believed"),
    [
        ("de-AT", "Kreml warnt Kiew", "de"),
        ("en", "Порт закрыли в понедельник", None),
        ("ru", "The port was closed on Monday", None),
        ("el", "Το λιμάνι έκλεισε", "el"),
        ("sv", "Det är en bra dag", "sv"),
        ("en", "123", "en"),
        ("", "The port was closed", None),
        (None, "The port was closed", None),
    ],
)
def test_a_stated_language_is_believed_in_its_script(stated: str | None, text: str, believed: str | None) -> None:
    """Words in another script, or clearly of another language, belie it."""
    assert believed_language(stated, [text]) == believed


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the port of the island was closed", "en"),
        ("der hafen der insel ist zu", "de"),
        ("liman bu sabah ve daha sonra icin", "tr"),
        ("порт на остров и в город не", "ru"),
        ("kreml warnt kiew", None),
        ("", None),
    ],
)
def test_small_words_tell_a_language(text: str, language: str | None) -> None:
    """Three of them do, where no other language has as many."""
    assert spoken_language(text.split()) == language
