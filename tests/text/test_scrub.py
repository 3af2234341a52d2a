"""Scrubbing: what is taken out of text from outside, and what stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.scrub import scrub, scrub_json

UNFIT = frozenset({"Cc", "Cs"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Kremlin, 5 May", "Kremlin, 5 May"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;title\x07news", "news"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bcreset", "reset"),
        ("half \ud83d pair", "half  pair"),
        ("non\ufdd0char\U0010ffff", "nonchar"),
        ("pa\u202eyssword", "payssword"),
        ("one\r\ntwo\u2028three\x85four\tfive", "one\ntwo\nthree\nfour\tfive"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f468\u200d\U0001f469 \U0001f1fa\U0001f1e6", "\U0001f468\u200d\U0001f469 \U0001f1fa\U0001f1e6"),
    ],
)
def test_what_nobody_sees_is_taken_out(text: str, left: str) -> None:
    """Escape sequences, controls, halves of pairs, noncharacters and bidi controls go; spelling stays."""
    assert scrub(text) == left


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(codec=None, categories=None), max_size=60))
def test_what_is_left_is_clean_and_is_left_again(text: str) -> None:
    """Whatever comes in: what goes out has no control but tab and newline, is UTF-8, and is not changed again."""
    clean = scrub(text)
    assert all(unicodedata.category(one) not in UNFIT for one in clean if one not in "\t\n")
    assert clean.encode().decode() == clean
    assert scrub(clean) == clean


def test_a_long_escape_sequence_costs_little() -> None:
    """A megabyte of beginnings of sequences is not read again and again."""
    assert scrub("\x1b]" * 500_000) == ""


def test_every_text_of_json_is_scrubbed() -> None:
    """Values, lists and the names of members."""
    assert scrub_json({"a\x00": ["b\ud800", 1, None, {"c": "d\x1b[m"}]}) == {"a": ["b", 1, None, {"c": "d"}]}


def test_tags_stay_in_flags_alone() -> None:
    """England's flag is spelled by tags behind a black one; anywhere else they only hide text."""
    england = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert scrub(f"{england} wins \U000e0041\U000e0042x") == f"{england} wins x"
