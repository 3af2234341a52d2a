"""Spellings of Chinese words in the characters of the other standard."""

from __future__ import annotations

import pytest

from bot.text.chinese import MAX_SPELLINGS, chinese_spellings, is_japanese


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("经济", "經濟"),
        ("經濟", "经济"),
        ("头发", "頭髮"),
        ("发射", "發射"),
        ("干部", "幹部"),
        ("台灣", "臺灣"),
        ("里面", "裡面"),
    ],
)
def test_each_is_among_the_spellings_of_the_other(word: str, other: str) -> None:
    """One simplified character may stand for several traditional ones; the word itself comes first."""
    assert other in chinese_spellings(word)
    assert chinese_spellings(word)[0] == word


def test_a_traditional_character_is_never_another_traditional_one() -> None:
    """髮 (hair) and 發 (to send) are both simplified to 发, and still are two words."""
    assert chinese_spellings("髮") == ("髮", "发")


def test_what_is_not_chinese_has_one_spelling() -> None:
    """Words with kana are Japanese; others have no such characters."""
    assert chinese_spellings("飛行機です") == ("飛行機です",)
    assert chinese_spellings("ไทย") == ("ไทย",)
    assert is_japanese("机の上")
    assert not is_japanese("飛行機")


def test_long_words_have_few_spellings() -> None:
    """Beyond a number of them a word is given wholly simplified and wholly traditional."""
    assert 1 < len(chinese_spellings("发" * 300)) <= 3
    assert len(chinese_spellings("发发发发")) <= MAX_SPELLINGS + 17
