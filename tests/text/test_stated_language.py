"""Whether a text contradicts the language that its source states."""

from __future__ import annotations

import pytest

from bot.text.stated_language import contradicts


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
