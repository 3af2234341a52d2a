"""A post without a title is told by its first sentence."""

from __future__ import annotations

import pytest

from bot.articles.lead import lead
from bot.sources.post_headline import LONGEST, headline_of_post, is_headline

LONG = (
    "The council of Harrow Bay, which met until late at night, "
    + "said again and again " * 10
    + "that nothing is decided."
)


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("Kremlin denies it", "Kremlin denies it"),
        ("Talks have ended without a date. More follows at noon.", "Talks have ended without a date."),
        (
            "⚡️⚡️\nBreaking!\nThe bridge of Harrow Bay is closed.\nhttps://a.example",
            "Breaking! The bridge of Harrow Bay is closed.",
        ),
        ("#news @mayor\nhttps://a.example/1\nThe bridge is closed until spring.", "The bridge is closed until spring."),
        ("首相は辞任しないと述べた。会見は続く。", "首相は辞任しないと述べた。"),
        ("#bridge #harrow", "#bridge #harrow"),
        ("🔥🔥🔥", ""),
        ("", ""),
    ],
)
def test_the_first_sentence_is_the_headline(text: str, headline: str) -> None:
    """Lines of links, names and tags are passed over; a call alone takes the sentence after it along."""
    assert headline_of_post(text) == headline


def test_a_long_sentence_is_cut_at_a_word_and_the_lead_goes_on_from_there() -> None:
    """What stands in the headline does not stand below it again."""
    headline = headline_of_post(LONG)
    assert len(headline) <= LONGEST + 1
    assert headline.endswith("…")
    assert LONG.startswith(headline.removesuffix("…"))
    assert LONG[len(headline) - 1] == " "
    below = lead(headline, LONG, None)
    assert below.startswith("…")
    assert headline[:30] not in below


@pytest.mark.parametrize(
    "title", ["", "Untitled", "[no title]", "New status by Mayor", "Без названия", "🔥", "(Photo)"]
)
def test_what_a_program_wrote_is_no_headline(title: str) -> None:
    """Neither are signs alone."""
    assert not is_headline(title)


@pytest.mark.parametrize("title", ["Photo of the year", "No title for Arsenal", "Status quo", "7", "首相"])
def test_what_people_wrote_is_one(title: str) -> None:
    """However short."""
    assert is_headline(title)
