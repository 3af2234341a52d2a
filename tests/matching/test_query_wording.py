"""A query in words: every part of the language is said, in every language without a fault."""

from __future__ import annotations

import pytest

from bot.i18n import LANGUAGES, words
from bot.matching.query import parse
from bot.matching.query_wording import describe


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("Kremlin", "Kremlin, in any form"),
        ("Kremlin,", "Kremlin, in any form"),
        ("Kremlin Putin", "all of: Kremlin, Putin"),
        ("Kremlin OR Putin", "any of: Kremlin, Putin"),
        ("summit AND (Putin OR Trump)", "all of: summit, (any of: Putin, Trump)"),
        ("Kremlin -hockey", "Kremlin; without hockey"),
        ("a b NOT (c OR d)", "all of: a, b; without (any of: c, d)"),
        ('"peace talks"', "“peace talks”"),
        ('"Putin Trump"~1', "“Putin Trump” (in any order, at most 1 word between)"),
        ('"Putin Trump"~5', "“Putin Trump” (in any order, at most 5 words between)"),
        ("=Apple", "exactly Apple"),
        ("sanction*", "words that begin with sanction"),
        ("~Peskov", "Peskov (in Latin and Cyrillic letters)"),
        ("title:Kremlin", "Kremlin in the title"),
        ("/ab+c/", "the pattern /ab+c/"),
        ("oil source:TASS lang:ru", "all of: oil, from the source TASS, in the language ru"),
    ],
)
def test_a_query_in_words(query: str, said: str) -> None:
    """What must be there, what may, what must not, and where."""
    root = parse(query).root
    assert describe(words("en"), root) == said
    assert all(describe(words(language), root) for language in LANGUAGES)
