"""What a headline says that readers do not know yet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stories.headline import is_news


@pytest.mark.parametrize(
    ("headline", "shown"),
    [
        ("Quake kills 7 in Norland", "Quake kills 5 in Norland"),
        ("Putin and Trump to meet in Budapest", "Trump and Putin to meet soon"),
        ("Ceasefire deal collapses", "Ceasefire deal signed"),
        ("Kremlin names a date for the summit", "Kremlin uncertain on leaders' meeting"),
        ("Землетрясение: 12 погибших", "Землетрясение: есть погибшие"),
        ("Песков рассказал о переговорах в Стамбуле", "Песков рассказал о переговорах"),
        ("У Києві оголосили тривогу", "У Києві пролунали вибухи"),
        ("Merz verschiebt die Reise", "Merz bestätigt die Reise"),
        ("Macron annule sa visite", "Macron confirme sa visite"),
        ("Sánchez anuncia elecciones", "Sánchez descarta elecciones"),
        ("日本で地震、死者3人", "日本で地震"),
    ],
)
def test_other_numbers_names_and_words_are_news(headline: str, shown: str) -> None:
    """What the message does not say yet is shown, in every language."""
    assert is_news(headline, [shown])


@pytest.mark.parametrize(
    ("headline", "shown"),
    [
        ("", ""),
        ("QUAKE KILLS 5 IN NORLAND", "Quake kills 5 in Norland"),
        ("In Norland, a quake killed 5", "Quake kills 5 in Norland"),
        ("10 000 flee", "10,000 flee"),
        ("Песков рассказал о переговорах", "О переговорах рассказал Песков"),
        ("Die Reise bestätigt Merz", "Merz bestätigt die Reise"),
        ("La visite de Macron", "Macron confirme sa visite"),
    ],
)
def test_the_same_in_another_form_is_none(headline: str, shown: str) -> None:
    """Case, order, endings, articles and grouped numbers say nothing new."""
    assert not is_news(headline, [shown])


def test_all_that_is_shown_counts() -> None:
    """A word that stands in the lead, or in another headline, is known."""
    headline = "Peskov: no date agreed for Geneva"
    assert is_news(headline, ["Kremlin uncertain on the summit"])
    assert not is_news(headline, ["Kremlin uncertain", "Peskov said no date was agreed for talks in Geneva."])


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_what_is_shown_is_never_news(headline: str, others: list[str]) -> None:
    """Whatever the texts, a headline that is shown already is no news, and what is said needs words."""
    assert not is_news(headline, [*others, headline])
    assert not is_news("", others)
