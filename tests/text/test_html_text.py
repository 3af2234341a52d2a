"""HTML reduced to plain text."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.html_text import crowded, line, plain, tidy, unescaped_again


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


def _valueless(count: int) -> str:
    return " ".join(f"b{number}" for number in range(count))


@pytest.mark.parametrize(
    "tag",
    [
        f"<a {_valueless(50_000)}>",
        f'<a x=">" {_valueless(50_000)}>',
        f"<\x00a/{_valueless(50_000).replace(' ', '/')}>",
        f'<!-- <b x=" --><a {_valueless(50_000)} y=">',
    ],
    ids=["plain", "after a quoted end", "by slash", "behind a comment"],
)
def test_case_56_a_tag_of_countless_attributes_is_not_parsed(tag: str) -> None:
    """Case 56: libxml2 would take ten seconds for each of these; the text comes out all the same."""
    began = process_time()
    assert "summit" in plain(f"<p>{tag}</p>\n<p>summit</p>")
    assert process_time() - began < 1.0


def test_honest_tags_are_not_crowded_and_looking_is_linear() -> None:
    """Many tags with few attributes each are honest; the worst of markup is looked through in a moment."""
    assert not crowded('<p class="x y"><a href="https://a.example/?b=c" rel=nofollow hidden>One</a></p>' * 3_000)
    began = process_time()
    assert not crowded(("<a " * 299 + ">") * 440)
    assert process_time() - began < 2.0


def test_a_number_of_no_character_raises_nothing() -> None:
    """A reference with more digits than Python reads is one unknown character."""
    assert plain(f"a &amp; b&#{'1' * 5_000};c") == "a & b\ufffdc"


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Peskov&#8217;s view: &quot;yes&quot;", 'Peskov’s view: "yes"'),
        ("AT&T", "AT&T"),
        ("AT&amp;T", "AT&T"),
        ("R&D; profit &lt; 5 %", "R&D; profit < 5 %"),
        ("How &lt;script&gt; and &amp; are escaped", "How &lt;script&gt; and &amp; are escaped"),
        ("&lt;b&gt;Kremlin&lt;/b&gt; denies it", "Kremlin denies it"),
        ("&lt;img src=x onerror=alert(1)&gt; talks", "&lt;img src=x onerror=alert(1)&gt; talks"),
        ("&unknown; stays, &copy without its end too", "&unknown; stays, &copy without its end too"),
        ("one&nbsp;&nbsp;two", "one two"),
        ("line&#10;break", "line break"),
    ],
)
def test_entities_that_still_stand_are_decoded_where_no_markup_comes_of_it(text: str, shown: str) -> None:
    """Escaped twice by a plugin they are letters; markup that is talked about stays as it stands."""
    assert unescaped_again(text) == shown
    assert unescaped_again(unescaped_again(text)) == shown
