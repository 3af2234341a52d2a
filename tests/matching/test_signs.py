"""Signs that belong to a word of a query, and whether they stand in a text."""

from __future__ import annotations

import pytest

from bot.matching.signs import Signs, read_signs


@pytest.mark.parametrize(
    ("written", "signs"),
    [
        (".io", Signs(".")),
        ("#tag", Signs("#")),
        ("＠name", Signs("@")),
        ("$AAPL", Signs("$")),
        ("$100", Signs("$", amount=True)),
        ("100€", Signs("", "€", amount=True)),
        ("7%", Signs("", "%", amount=True)),
        ("Yahoo!", Signs("", "!")),
        ("Canal+!", Signs("", "!")),
        ("C++", Signs()),
        ("Kremlin,", Signs()),
        ("...and", Signs()),
        ("!", Signs()),
    ],
)
def test_only_signs_of_names_and_amounts_belong_to_a_word(written: str, signs: Signs) -> None:
    """Commas, colons and the like around a word are punctuation; a point before it and a ! after it are not."""
    assert read_signs(written) == signs
    assert bool(signs) == (signs != Signs())


@pytest.mark.parametrize(
    ("signs", "before", "after", "holds"),
    [
        (Signs("."), " .", " ", True),
        (Signs("."), "...", " ", False),
        (Signs("@"), "@", " ", False),
        (Signs("@"), " (@", " ", True),
        (Signs("", "!"), " ", "! ", True),
        (Signs("", "!"), " ", "", False),
        (Signs("$", amount=True), "$", " ", True),
        (Signs("$", amount=True), " ", " $ ", True),
        (Signs("$", amount=True), " ", " $", False),
        (Signs("€", amount=True), " € ", ".", True),
        (Signs("€", amount=True), "€ ", ".", False),
        (Signs("", "%", amount=True), " ", "\u00a0% ", True),
    ],
)
def test_signs_stand_at_their_word(signs: Signs, before: str, after: str, holds: bool) -> None:
    """A sign counts where it is this word's: not the next amount's, not that of an address, not an ellipsis."""
    assert signs.stand(before, after, first=False, last=False) is holds
