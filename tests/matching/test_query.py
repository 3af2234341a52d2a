"""The query language: what each spelling means, and where each mistake is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import QueryError
from bot.matching.query import parse
from bot.matching.query_tree import And, FromSource, InLanguage, Node, Not, Or, Phrase, Query, Regex, Word, leaves


def understood(text: str) -> Query | None:
    """Return the query, or None where it is refused with a column inside the text."""
    try:
        return parse(text)
    except QueryError as error:
        if not 1 <= error.column <= len(text) + 1:
            raise
        return None


PUTIN, TRUMP, SUMMIT = Word("Putin"), Word("Trump"), Word("summit")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("summit", SUMMIT),
        ("  summit ", SUMMIT),
        ('"peace talks"', Phrase((Word("peace"), Word("talks")))),
        ("“peace talks”", Phrase((Word("peace"), Word("talks")))),
        ("«мирные переговоры»", Phrase((Word("мирные"), Word("переговоры")))),
        ('"Putin Trump"~5', Phrase((PUTIN, TRUMP), near=5)),
        ('"summit"', SUMMIT),
        ("=Apple", Word("Apple", exact=True)),
        ("sanction*", Word("sanction", prefix=True)),
        ("~Peskov", Word("Peskov", across=True)),
        ("summit Putin", And((SUMMIT, PUTIN))),
        ("summit AND Putin", And((SUMMIT, PUTIN))),
        ("+summit -Putin", And((SUMMIT, Not(PUTIN)))),
        ("summit NOT Putin", And((SUMMIT, Not(PUTIN)))),
        ("summit OR Putin Trump", Or((SUMMIT, And((PUTIN, TRUMP))))),
        ("summit (Putin OR Trump)", And((SUMMIT, Or((PUTIN, TRUMP))))),
        ("summit(Putin OR Trump)", And((SUMMIT, Or((PUTIN, TRUMP))))),
        ("NOT NOT summit", SUMMIT),
        ("title:summit", Word("summit", field="title")),
        ("TITLE:(summit OR Putin)", Or((Word("summit", field="title"), Word("Putin", field="title")))),
        ('body:"Putin Trump"', Phrase((PUTIN, TRUMP), field="body")),
        ("lang:ru summit", And((InLanguage("ru"), SUMMIT))),
        ("source:Reuters", FromSource("Reuters")),
        ("/colou?r/", Regex("colou?r")),
        (r"title:/a\/b/", Regex("a/b", field="title")),
        ("AT&T", Word("AT&T")),
        ("C++", Word("C++")),
        ("COVID-19", Word("COVID-19")),
        ("$TSLA", Word("$TSLA")),
        ("手机", Word("手机")),
        ("🚀", Word("🚀")),
        ("22:22", Word("22:22")),
        ("Mission: Impossible", And((Word("Mission:"), Word("Impossible")))),
        ("android", Word("android")),
        ("ORacle", Word("ORacle")),
    ],
)
def test_queries_mean_what_the_table_says(text: str, root: Node) -> None:
    """Each spelling of the language gives the tree that it stands for."""
    assert parse(text).root == root


def test_operands_of_source_come_with_their_columns() -> None:
    """Whoever checks names against the configuration can point at them."""
    assert parse('source:"Daily Courier" x OR source:TASS').sources == (("Daily Courier", 8), ("TASS", 36))


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "empty"),
        ("   ", 4, "expected"),
        ("(summit", 1, "never closed"),
        ("summit)", 7, "closes nothing"),
        ("summit AND", 11, "expected here"),
        ("summit AND OR x", 12, "expected here"),
        ('x "peace', 3, "never closed"),
        ('""', 1, "no word"),
        ("a*b", 2, "only end a word"),
        ("x*", 1, "two letters"),
        ("titel:x", 1, "did you mean title:"),
        ("x lang:russian", 8, "two letters"),
        ("title:(x body:y)", 10, "within title:"),
        ("x /a", 3, "never closed"),
        ("x /(/", 4, "not valid"),
        ("x &", 4, "expected here"),
        ("x – y", 3, "alone means nothing"),
        ("x - y", 3, "alone means nothing"),
        ("!", 1, "alone means nothing"),
        ('"a b"~1000', 6, "at most 100"),
        ('"a"~3', 4, "two words"),
        ("=abc*", 2, "cannot stand together"),
    ],
)
def test_mistakes_are_named_with_their_column(text: str, column: int, words: str) -> None:
    """A syntax error points at its character and says what was expected."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.column == column
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "NOT hockey",
        "-a -b",
        "a OR NOT b",
        "NOT (a b)",
        "*",
        "/.*/",
        "/a|/",
        "/./",
        "/(?s).+/",
        "lang:ru",
        "a OR lang:ru",
    ],
)
def test_case_73_a_query_that_can_match_everything_is_refused(text: str) -> None:
    """Something must be asked for that a text can lack."""
    with pytest.raises(QueryError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["(" * 5_000, "a " * 5_000, "NOT " * 400 + "a", "-" * 1_900 + "a", '"' * 1_999, "(a OR " * 300, "a " * 990,
     "/" + "(a" * 900, "/((((a{99}){99}){99}){99})/", "=" * 1_000, "title:" * 300 + "a", "a:" * 900],
)  # fmt: skip
def test_case_72_hostile_queries_are_answered_at_once(text: str) -> None:
    """Length, nesting and regexes have limits, so that no query costs more than a moment."""
    start = time.process_time()
    understood(text)
    assert time.process_time() - start < 1


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.sampled_from('ab \t()"+-=~*:/\\é手«»1ANDORNOTtitle'), max_size=30) | st.text(max_size=30))
def test_no_query_raises_anything_but_a_query_error(text: str) -> None:
    """Whatever is typed, the answer is a tree with something in it, or a mistake with a column inside the text."""
    query = understood(text)
    assert query is None or list(leaves(query.root))


def test_a_hundred_thousand_short_keywords_parse_in_moments() -> None:
    """Plain words and phrases take a short cut past the grammar."""
    texts = [f'"word{number} other"' if number % 4 else f"word{number}" for number in range(20_000)]
    start = time.process_time()
    for text in texts:
        parse(text)
    assert time.process_time() - start < 1.5


UNSEEN = ("\u202e\u200b", "\u2800", "\u3164", "\u115f\u1160", "\ufe0f", "\u0301", "=\u200b", "\U000e0041", "\u202e*")
BESIDE = ('"\u200b \u2060"', "a\u200b*", "/\u200b/", "source:\u200b", "Kremlin \u200b", "Kremlin OR \u3164")


@pytest.mark.parametrize("text", UNSEEN + BESIDE)
def test_what_nobody_can_see_is_no_query(text: str) -> None:
    """Controls, fillers, marks without a letter and the empty Braille cell are refused, alone and beside a word."""
    with pytest.raises(QueryError):
        parse(text)


@pytest.mark.parametrize("text", ["\u2764\ufe0f", "\U0001f1e9\U0001f1ea", "\u200bKremlin", "C++", "\u0e01\u0e34"])
def test_signs_that_are_seen_are_words(text: str) -> None:
    """Emoji, flags, and letters with invisible characters around them are taken."""
    assert isinstance(parse(text).root, Word)
