"""HTML reduced to plain text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.markup import line, plain, tidy


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a <b>bold</b> word", "a bold word"),
        ("<p>One</p><p>Two<br>three</p>", "One\nTwo\nthree"),
        ("AT&amp;T", "AT&T"),
        ("AT&T", "AT&T"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("I <3 news", "I <3 news"),
        ("x<script>alert(1)</script>y", "xy"),
        ("<style>p{}</style>y<!-- comment -->", "y"),
        ("<svg><title>no</title></svg>yes", "yes"),
        ("a\u202eb\u200bc\x00d\xade", "abcde"),
        ("a&nbsp;&nbsp; b", "a b"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("half a <a href='x", "half a"),
        ("", ""),
    ],
)
def test_a_reader_sees_the_text(markup: str, text: str) -> None:
    """Tags go, blocks become lines, entities are decoded once, what is not text vanishes."""
    assert plain(markup) == text


def test_deep_nesting_loses_no_text() -> None:
    """Markup nested beyond any sense still yields its text."""
    assert "deep" in plain("<div>" * 5000 + "deep" + "</div>" * 5000)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200) | st.text(alphabet="<>/&;#ab \n\"'=!-[]", max_size=80))
def test_nothing_unseen_survives(markup: str) -> None:
    """Whatever goes in, what comes out is tidy: no controls, no turned lines, no halves of pairs, no loose ends."""
    text = plain(markup)
    assert tidy(text) == text
    assert all(letter == "\n" or ord(letter) >= 0x20 for letter in text)
    text.encode()


def test_case_70_a_line_is_cut_before_it_is_read() -> None:
    """Case 70: a line has an end, however long its source."""
    assert line("<b>" + "word " * 500_000, 100) == ("word " * 20)[:100]
    assert line("a\nb\tc", 100) == "a b c"
    assert line("<b>", 100, literal=True) == "<b>"
