"""Which marks between digits make one number, and which part several."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.numbers import DECIMAL, THOUSANDS, ascii_digits, mark_numbers, plain_numbers, spaces_in_numbers
from bot.text.tokens import tokens, variants


def numbers(text: str) -> list[str]:
    """Return the words of a text that have digits, plainly written."""
    return [variants(word)[0] for word in tokens(mark_numbers(text)).words if any(map(str.isdigit, word))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,250,000 and 1.250.000 or 1 250 000", ["1250000", "1250000", "1250000"]),
        ("18’500 18'500 18\u00a0500 18\u2009500 18\u202f500 18\u2007500", ["18500"] * 6),
        ("12,34,567 and 3,00,000", ["1234567", "300000"]),
        ("4,300.75 4.300,75 4 300,75 4’300.75", ["4300.75"] * 4),
        ("٤٬٣٠٠ ４，３００", ["4300", "4300"]),
        ("grew 3.5 %, by 3,5 and by .5", ["3.5", "3.5", "0.5"]),
        ("Rs4,300 and 4.5bn and v2.7", ["rs4300", "4.5bn", "v2.7"]),
        ("in 1999 12 500 men", ["1999", "12500"]),
        ("on 30.11.2026, 2026.11.30, since 01.2026", ["30", "11", "2026", "2026", "11", "30", "01", "2026"]),
        ("version 3.11.2", ["3.11.2"]),
        ("won 2:1 at 17:30 on 5–7 and 24/7", ["2", "1", "17", "30", "5", "7", "24", "7"]),
        ("It was 7. Then 8, 9 and 10.", ["7", "8", "9", "10"]),
        ("rooms 7,8 and 9; 1,2,3", ["7", "8", "9", "1", "2", "3"]),
        ("call 8 800 555 35 35 or +7 495 123-45-67", ["8", "800", "555", "35", "35", "7", "495", "123", "45", "67"]),
        ("10 000–20 000", ["10000", "20000"]),
        ("2024,5000 0,125 007 12,5000", ["2024.5000", "0.125", "007", "12.5000"]),
    ],
)
def test_marks_within_a_number_are_told_from_those_between_numbers(text: str, found: list[str]) -> None:
    """Groups of three and decimals are one number; dates, scores, times, lists and telephone numbers are several."""
    assert numbers(text) == found


def test_a_version_is_found_by_its_first_two_parts_as_well() -> None:
    """Python 3.11.2 is a Python 3.11."""
    assert plain_numbers(f"3{DECIMAL}11{DECIMAL}2") == ("3.11.2", "3.11")
    assert plain_numbers(f"1{THOUSANDS}000") == ("1000",)


def test_the_spaces_of_a_number_are_known() -> None:
    """A query of 25 000 is one word; 2024 25 is two."""
    assert spaces_in_numbers("over 25 000 men") == {7}
    assert spaces_in_numbers("2024 25 of 30 or 1,000") == frozenset()


def test_digits_of_every_script_are_digits() -> None:
    """Arabic and Indian digits are read as 0 to 9, letters stay."""
    assert ascii_digits("٢٠٢٤ २०२४ x") == "2024 2024 x"


@given(st.text(alphabet=st.sampled_from("0123456789 .,'’\u00a0-+x٣\ue000"), max_size=40))
def test_every_character_keeps_its_place(text: str) -> None:
    """Marking changes marks only, one for one, so that offsets hold in the text as given."""
    marked = mark_numbers(text)
    assert len(marked) == len(text)
    assert all(new == old or new in (THOUSANDS, DECIMAL) for new, old in zip(marked, text, strict=True))


@pytest.mark.parametrize("piece", ["1", "1,", "1 000 ", "1.1", "1'000,", ". 1", "12 345 67 "])
def test_endless_numbers_take_bounded_time(piece: str) -> None:
    """Whatever a page repeats, reading grows with its length."""
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    assert len(mark_numbers(text)) == len(text)
    assert time.process_time() - start < 5
