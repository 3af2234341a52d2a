"""Conditions for an index: no item that a query holds for fails them, and few others fulfil them."""

from __future__ import annotations

import pytest

from bot.matching.engine import build_engine
from bot.matching.index_condition import index_condition
from bot.model import Source, Watchlist
from bot.ports.search_store import AllOf, Condition, Term
from bot.text.index_terms import source_term, terms_of

SOURCES = (Source("Daily Courier", "https://courier.example/feed", "courier.example", tags=("wire",)),)
NUMBERED = {7: "Daily Courier", 8: "Other"}


def holds(condition: Condition, terms: set[str]) -> bool:
    """Say whether a condition holds for these terms, as a database does."""
    if isinstance(condition, Term):
        return condition.text in terms or (condition.prefix and any(one.startswith(condition.text) for one in terms))
    judge = all if isinstance(condition, AllOf) else any
    return judge(holds(part, terms) for part in condition.parts)


@pytest.mark.parametrize(
    ("query", "fits", "fails"),
    [
        ("summit", "Two summits in a week", "Summitry for beginners"),
        ("Песков", "Сказал Пескову в среду", "Пески времени"),
        ("ёлка", "Елки стоят", "Ель стоит"),
        ('"peace talks"', "Peace talks began", "Peace began"),
        ('"Putin Trump"~5', "Trump met Putin", "Trump met nobody"),
        ("summit AND (Putin OR Trump)", "Trump at the summit", "The summit ended"),
        ("Putin NOT Trump", "Putin spoke", "Nobody spoke"),
        ("sanction*", "Sanctioning banks", "Banks and sancti"),
        ("=Apple", "Apple rose", "The pear rose"),
        ("~Peskov", "Заявил Песков", "Заявил Петров"),
        ("COVID-19", "New covid19 wave", "New wave 19"),
        ("U.S.", "The US said", "The EU said"),
        ("US", "The U.S. said", "The EU said"),
        ("AT&T", "AT&T rose", "T rose"),
        ("峰会", "中俄峰会今天开幕", "会议高峰"),
        ("京", "北京今天", "上海今天"),
        ("ประชุม", "การประชุมวันนี้", "การเมืองวันนี้"),
        ('"iPhone 手机"', "新 iPhone 手机 上市", "新 iPhone 上市"),
        ("₽", "Курс 100 ₽ сегодня", "Курс 100 $ сегодня"),
        ("ankündigen", "Er kündigte den Gipfel an.", "Er ging."),
        ("title:summit", "The summit", "The meeting"),
        ("Kremlin", "The Krem\u00adlin said", "The Duma said"),
        ("x" * 90, f"Word {'x' * 90} here", "Word x here"),
        ("/a+b/ AND summit", "aaab at the summit", "aaab at the meeting"),
    ],
)
def test_what_a_query_holds_for_fulfils_its_condition(query: str, fits: str, fails: str) -> None:
    """Inflected, accented, hyphenated, dotted, without spaces: the index knows the item, and leaves others out."""
    engine = build_engine((Watchlist("q", query, (query,)),))
    condition = index_condition(engine, {})
    assert condition is not None
    assert engine.match(fits, fits, fits)
    assert holds(condition, terms_of((fits,)))
    assert not holds(condition, terms_of((fails,)))


@pytest.mark.parametrize("query", ["/sum+it/", "summit OR /a+b/", "lang:en -Putin +/x/"])
def test_a_query_that_names_no_word_has_no_condition(query: str) -> None:
    """Then every item has to be looked at."""
    assert index_condition(build_engine((Watchlist("q", query, (query,)),)), {}) is None


@pytest.mark.parametrize("name", ["Daily Courier", "courier.example", "WIRE"])
def test_a_source_is_known_by_name_publisher_and_tag(name: str) -> None:
    """An item carries its source's number, whatever the source is called today."""
    query = f'source:"{name}"'
    condition = index_condition(build_engine((Watchlist("q", query, (query,)),), SOURCES), NUMBERED)
    assert condition is not None
    assert holds(condition, {source_term(7)})
    assert not holds(condition, {source_term(8)})
