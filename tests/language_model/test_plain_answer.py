"""A model's answer as plain text: the table of attacks, and what is left of honest lines."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language_model.plain_answer import LONGEST, clean_line

ATTACKS = [
    ("Peace talks: [click here](https://evil.example/x).", "Peace talks: click here."),
    ("Read https://evil.example/login now.", "Read now."),
    ("Read HTTPS://evil.example now", "Read now"),
    ("See www.evil.example/x for more", "See for more"),
    ("See evil.com/free and evil.ru.", "See and ."),
    ("Join tg://resolve?domain=evil today", "Join today"),
    ("javascript:alert(1) Talks go on", "Talks go on"),
    ("Write to press@evil.example today", "Write to today"),
    ("<b>Talks</b> go on<script>alert(1)</script>", "Talks go on alert(1)"),
    ('<a href="https://evil.example">Talks</a> go on', "Talks go on"),
    ("**Talks** _go_ `on`", "Talks go on"),
    ("# Talks\n- go\n- on", "Talks go on"),
    ("/start now, @everyone, #win", "start now, everyone, win"),
    ("Talks \u202eno og\u202c on", "Talks no og on"),
    ("Ta\u200blks\u0000 go\u0007 on\U000e0041", "Talks go on"),
    ("![x](https://evil.example/pixel.png) Talks go on", "x Talks go on"),
    ("||spoiler|| ~~struck~~ talks", "spoiler struck talks"),
]
HONEST = [
    ("Talks go on in Geneva.", "Talks go on in Geneva."),
    ("  Talks\ngo on  ", "Talks go on"),
    ("“Talks go on.”", "Talks go on."),
    ("Summary: Talks go on.", "Talks go on."),
    ("Here is a summary: Talks go on.", "Talks go on."),
    (
        "Песков: переговоры продолжаются — 25 000 человек ждут.",
        "Песков: переговоры продолжаются — 25 000 человек ждут.",
    ),
    ("The U.S. and the E.U. agreed on 1.5 million at 2:1.", "The U.S. and the E.U. agreed on 1.5 million at 2:1."),
    ("", ""),
    ("\u200b \n", ""),
]


@pytest.mark.parametrize(("answer", "line"), ATTACKS, ids=[answer for answer, _ in ATTACKS])
def test_nothing_in_a_line_can_be_clicked_command_hide_or_turn(answer: str, line: str) -> None:
    """Links, markup, commands, names, controls and marks of direction are gone."""
    assert clean_line(answer) == line


@pytest.mark.parametrize(("answer", "line"), HONEST, ids=[answer for answer, _ in HONEST])
def test_an_honest_line_stays_as_it_is(answer: str, line: str) -> None:
    """But for the quotation marks and introductions that models put around it."""
    assert clean_line(answer) == line


def test_a_line_too_long_ends_with_a_whole_sentence_or_at_a_word() -> None:
    """300 signs at most."""
    assert clean_line("A sentence of some length goes here. " * 20).endswith("goes here.")
    assert clean_line("word " * 200).endswith("word…")
    assert len(clean_line("word " * 200)) <= LONGEST
    assert len(clean_line("x" * 5000)) <= LONGEST


@pytest.mark.parametrize("sign", ["a", "[", "<", "@", "a.", "*", "(", "<think>", "://", "1. "])
def test_a_long_answer_costs_no_more_than_a_moment(sign: str) -> None:
    """However its signs are chosen, the work is bounded."""
    began = time.process_time()
    clean_line(sign * 100_000)
    assert time.process_time() - began < 1.0


@given(st.text(max_size=600))
def test_any_answer_becomes_one_line_of_what_can_be_seen(answer: str) -> None:
    """Whatever a model writes: no control, no direction, no line break, no address, and the same when read twice."""
    line = clean_line(answer)
    assert len(line) <= LONGEST
    assert "://" not in line
    assert not any(unicodedata.category(char)[0] == "C" for char in line)
    assert line == line.strip()
