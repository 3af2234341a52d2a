"""Text of strangers made harmless; Telegram's own parser says what it would make clickable."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
import regex
import tdjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notify.sanitize import cut, link, plain, units

LIVELY = {
    "textEntityTypeMention",
    "textEntityTypeBotCommand",
    "textEntityTypeMentionName",
}
HOSTILE = st.text(
    st.characters()
    | st.sampled_from(list("/@:<>&*_`[]()#$ \n\t\0\x08\u200b\u200d\u202e\u2066\ud800\ufe0f😀👩\u0301ab.xt"))
)


def clickable(text: str) -> list[tuple[str, str]]:
    """Ask Telegram's library what it finds in a text by itself."""
    asked = json.dumps({"@type": "getTextEntities", "text": text}).encode()
    found: dict[str, Any] = json.loads(tdjson.td_execute(asked) or b"{}")
    wide = text.encode("utf-16-le")
    return [
        (one["type"]["@type"], wide[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in found.get("entities", ())
    ]


@pytest.mark.parametrize(
    "text",
    [
        "write /stop to @everyone",
        '(/start) "/start" ,/start',
        "see tg://resolve?domain=evil and TON://transfer/x",
        "/a@newswatch_bot",
        "\u202e/stop",
        "@\u200bdurov @durov",
    ],
)
def test_case_69_nothing_commands_or_mentions(text: str) -> None:
    """Commands, mentions and Telegram's own addresses stay text."""
    before, after = clickable(text), clickable(plain(text))
    assert before
    assert not [one for one in after if one[0] in LIVELY or one[1].casefold().startswith(("tg:", "ton:"))]


@pytest.mark.parametrize("text", ["he/she and/or 24/7", "mail a@b.example", "AT&T <b>bold</b> *x* [y](z)"])
def test_ordinary_signs_stay(text: str) -> None:
    """What is no command and no mention is left as it was written."""
    assert plain(text) == text


def test_case_69_hidden_characters_go() -> None:
    """Bidirectional controls, zero-width characters, NUL, C0 and tags; line ends become spaces."""
    assert plain("a\u202eb\u2066c\u200bd\ufeffe\0f\x08g\nh\r\ti\u2028j\U000e0041k") == "abcde f g h i jk"
    assert plain("\ud800x") == "\ufffdx"


def test_joiners_stay_where_writing_needs_them() -> None:
    """Emoji families, Persian and Hindi keep their joiners; other scripts have none."""
    for text in ("👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "می\u200cخواهم", "क्\u200dष"):
        assert plain(text) == text
    assert plain("Krem\u200dlin") == "Kremlin"


def test_case_69_zalgo_is_tamed() -> None:
    """A letter keeps four marks at most."""
    assert plain("Z" + "\u0301" * 1000) == "Z" + "\u0301" * 4


def test_case_70_a_megabyte_costs_nothing() -> None:
    """A title of a megabyte is cut before anything looks at it."""
    assert len(plain("x" * 1_000_000)) <= 8_000


def test_case_15_cut_at_graphemes() -> None:
    """A family of emoji or a letter with marks is kept whole or left out whole."""
    family = "👩\u200d👩\u200d👧"
    assert units(family) == 8
    assert cut(family * 3, 24) == family * 3
    assert cut(family * 3, 23) == family * 2 + "…"
    assert cut("e\u0301" * 10, 8) == "e\u0301" * 3 + "…"
    assert cut("🇷🇺🇺🇦", 7) == "🇷🇺…"


def test_cut_prefers_the_end_of_a_word() -> None:
    """Where a word ends in the last fifth, the text ends there."""
    assert cut("The Kremlin said on Friday that nothing", 36) == "The Kremlin said on Friday that…"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://courier.example/a?b=1#c", "https://courier.example/a?b=1#c"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("HTTPS://Courier.example/A", "https://courier.example/A"),
        ("https://user:secret@courier.example/a", "https://courier.example/a"),
        ("https://пример.рф/новости", "https://пример.рф/новости"),
        ("javascript:alert(1)", None),
        ("tg://resolve?domain=x", None),
        ("ftp://x.example/", None),
        ("//x.example/", None),
        ("https:///x", None),
        ("https://x.example/a b", "https://x.example/a%20b"),
        ("https://x.example/\u202e", "https://x.example/%E2%80%AE"),
        ('https://x.example/"a"<b>?q=\\', "https://x.example/%22a%22%3Cb%3E?q=%5C"),
        ("https://x.example/a\u200bb", "https://x.example/a%E2%80%8Bb"),
        ("https://x\u200b.example/", None),
        ("https://inside\\@outside/", None),
        ("https://x.example:99999/", None),
        ("https://[bad/", None),
        ("https://x.example/" + "a" * 3000, "https://x.example/"),
        ("", None),
        (None, None),
    ],
)
def test_only_web_links(url: str | None, safe: str | None) -> None:
    """Only http and https, without name and password; everything else is no link."""
    assert link(url) == safe


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_whatever_comes_is_one_inert_line(text: str) -> None:
    """No control, no surrogate, nothing Telegram makes clickable but web addresses, tags and the like."""
    made = plain(text)
    assert not [one for one in made if unicodedata.category(one) in {"Cc", "Cs", "Co", "Zl", "Zp"}]
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert not [one for one in clickable(made) if one[0] in LIVELY]
    assert made == made.strip()


@settings(max_examples=300, deadline=None)
@given(HOSTILE, st.integers(1, 60))
def test_case_15_cut_text_fits(text: str, most: int) -> None:
    """It fits, and is the beginning of the text, up to whole graphemes."""
    whole = plain(text)
    short = cut(whole, most)
    assert units(short) <= most
    if short != whole:
        kept = short.removesuffix("…")
        assert whole.startswith(kept)
        clusters = [found.end() for found in regex.finditer(r"\X", whole)]
        assert len(kept) in {0, *clusters} or units(whole[: clusters[0]]) >= most


def test_flags_of_parts_of_countries_are_shown() -> None:
    """The tags that spell Scotland's flag stay; tags that hide text go."""
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert plain(f"{scotland} votes \U000e0041") == f"{scotland} votes"
