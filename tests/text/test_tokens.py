"""Folding, words and their places, on the traps that text from the web sets."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.tokens import bare, cut, fold, folded_with_places, script, tokens, unspaced, variants

ANY = st.text(max_size=60)
WILD = st.text(
    alphabet=st.sampled_from("aéßİıжёйїґ'’\u00ad\u200b\u0301\u0306.&+#-_ 1手ก한\u0640أ\n\u2028🚀"), max_size=40
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KREMLIN", "kremlin"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("IŞIK", "ışık"),
        ("café", "cafe\u0301"),
        ("Ёлка", "елка"),
        ("Пу\u0301тин", "путин"),
        ("so\u00adft", "soft"),
        ("Krem\u200blin", "kremlin"),
        ("ﬁnance", "finance"),
        ("ＫＲＥＭＬＩＮ", "kremlin"),
        ("Wałęsa", "walesa"),
        ("don’t", "don't"),
        ("peace\u00a0talks", "peace talks"),
        ("أحمد", "احمد"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_case_71_spellings_that_a_reader_takes_for_the_same_word_fold_alike(one: str, other: str) -> None:
    """Case, accents, ё, ligatures, width, invisible characters and normal forms make no difference."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("мои", "мой"), ("їх", "іх"), ("か", "が"), ("कि", "की"), ("cat", "car")])
def test_letters_of_their_own_are_not_folded_away(one: str, other: str) -> None:
    """й, ї, voiced kana and Indic vowels are spelling, not accents."""
    assert fold(one) != fold(other)
    assert fold(unicodedata.normalize("NFD", other)) == fold(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Kremlin's U.S. aide", ["the", "kremlin", "s", "u.s", "aide"]),
        ("AT&T, R&D and C++ or C#", ["at&t", "r&d", "and", "c++", "or", "c#"]),
        ("5G COVID-19 Rock'n'Roll", ["5g", "covid", "19", "rock", "n", "roll"]),
        ("з\u02bcїзд п’ять", ["з", "їзд", "п", "ять"]),
        ("l’Élysée (dell'Ucraina)", ["l", "elysee", "dell", "ucraina"]),
        ("#Песков_Дмитрий", ["песков", "дмитрий"]),
        ("iPhone手机", ["iphone"]),
        ("A. B. said 3.14", ["a", "b", "said", "3", "14"]),
        ("हिन्दी 한국은", ["हिन्दी", "한국은"]),
        ("1+1=2", ["1", "1", "2"]),
        ("", []),
    ],
)
def test_words_are_what_a_reader_calls_words(text: str, words: list[str]) -> None:
    """Possessives and hyphen parts stand alone; dotted, ampersand and plus names stay whole."""
    assert tokens(text).folded() == words


def test_words_with_two_spellings_are_found_under_both() -> None:
    """`U.S.` is also `us`, capitals may be a dotted acronym, `Disney+` is also `disney`."""
    assert variants("U.S.") == ("u.s", "us")
    assert variants("US") == ("us", "u.s")
    assert variants("us") == ("us",)
    assert variants("Disney+") == ("disney+", "disney")
    assert variants("C++") == ("c++",)


@settings(deadline=None, max_examples=200)
@given(ANY | WILD)
def test_folding_is_idempotent_and_spans_cut_the_original(text: str) -> None:
    """Folding twice is folding once; every word is exactly the text between its offsets; no input raises."""
    assert fold(fold(text)) == fold(text)
    words = tokens(text)
    ends = [0]
    for number, word in enumerate(words.words):
        start, end = words.span(number)
        assert text[start:end] == word
        assert start >= ends[-1]
        assert text.startswith(words.gap(number), end)
        assert variants(word)[0]
        ends.append(end)
    folded, places = folded_with_places(text)
    assert len(places) == len(folded) + 1
    assert places == sorted(places)
    assert script(text)
    assert unspaced(text) in (True, False)
    assert bare(bare(text)) == bare(text)


@settings(deadline=None, max_examples=100)
@given(ANY | WILD, st.integers(0, 50))
def test_cutting_keeps_to_the_limit_and_to_whole_characters(text: str, limit: int) -> None:
    """A cut text is a beginning of the text, and no mark is parted from its letter where there is room for it."""
    found = cut(text, limit)
    assert text.startswith(found)
    assert len(found) <= limit
    assert cut("cafe\u0301s", 4) == "caf"


@pytest.mark.parametrize(
    ("text", "name"),
    [("Kremlin", "latin"), ("Кремль", "cyrillic"), ("الكرملين", "arabic"), ("手机", "unspaced"), ("ไทย", "unspaced"),
     ("한국", "hangul"), ("123", "other"), ("Αθήνα", "greek")],
)  # fmt: skip
def test_scripts_are_told_apart(text: str, name: str) -> None:
    """The script of most letters decides which languages a keyword may be of."""
    assert script(text) == name
    assert unspaced(text) == (name == "unspaced")


def test_case_70_ten_megabytes_take_bounded_time() -> None:
    """Hostile texts of one endless word, of dots, of marks and of ampersands are read in linear time."""
    for piece in ("a", "a.", "a&", "e\u0301", "\u00ad", "a+", "й\u0301 "):
        text = piece * (2_000_000 // len(piece))
        start = time.process_time()
        assert tokens(text).words is not None
        assert fold(text[:200_000]) is not None
        assert time.process_time() - start < 5
