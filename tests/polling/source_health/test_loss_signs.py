"""Signs that a source's news is lost in silence: a table of cases, and texts of many languages."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Config, LossSign, Source, Watchlist
from bot.polling.source_health.loss_signs import (
    DAY,
    ITEMS,
    SIBLINGS,
    WEEK,
    counted,
    find_all_signs,
    find_signs,
    is_garbled,
)
from bot.ports.poll_store import LossCounts, SourceStats

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUSSIAN = "Переговоры в Кремле завершились поздно вечером, сообщил пресс-секретарь президента Дмитрий Песков. "
FRENCH = "L'Élysée a été évacué après une alerte à la bombe, où les députés étaient réunis dès l'aube à côté. "
WELL = SourceStats(since=NOW - 2 * WEEK, news_at=NOW, losses=LossCounts(items=5 * ITEMS, matched=SIBLINGS))


@pytest.mark.parametrize(
    "text",
    [
        RUSSIAN,
        FRENCH,
        "The Kremlin said on Friday it could not predict whether the leaders would meet again this year at all.",
        "Þjóðhátíð í Vestmannaeyjum hefst á föstudaginn, og veðurspáin er góð að sögn Veðurstofu Íslands í dag.",
        "Tổng thống Nga và Mỹ có thể gặp nhau vào tháng tới, theo thông báo của điện Kremlin hôm thứ sáu tuần này",
        "普京與特朗普可能下個月會晤" * 10,
        "مذاكرات مستمرة بين الوفدين في العاصمة منذ مساء أمس وحتى ساعات الفجر الأولى من صباح هذا اليوم الجمعة",
        "AAPL 231.40 +1.2% MSFT 417.19 -0.4% GOOG 176.55 +0.1% TSLA 338.23 +3.8% NVDA 141.95 -1.1%" * 3,
        RUSSIAN.upper(),
        "Á é",
    ],
)
def test_every_language_passes(text: str) -> None:
    """Languages are not known by heart: shapes are judged."""
    assert not is_garbled([text])


@pytest.mark.parametrize(
    "text",
    [
        RUSSIAN.encode().decode("latin-1"),
        RUSSIAN.encode().decode("cp1251", "replace"),
        RUSSIAN.encode("cp1251").decode("latin-1"),
        RUSSIAN.encode("koi8-r").decode("cp1251"),
        RUSSIAN.encode("cp1251").decode("utf-8", "replace"),
        "普京與特朗普可能下個月會晤 ".encode().decode("latin-1") * 20,
    ],
)
def test_text_in_the_wrong_charset_looks_like_no_language(text: str) -> None:
    """UTF-8 as Latin-1 and as windows-1251, KOI8-R, and bytes that are no UTF-8."""
    assert is_garbled([text])


@pytest.mark.parametrize(
    ("losses", "siblings", "signs"),
    [
        (LossCounts(), 100, ()),
        (LossCounts(garbled=1, items=5, matched=1), 0, ()),
        (LossCounts(garbled=2, items=5, matched=1), 0, ("garbled",)),
        (LossCounts(items=ITEMS), SIBLINGS, ("unmatched",)),
        (LossCounts(items=ITEMS), SIBLINGS - 1, ()),
        (LossCounts(items=ITEMS - 1), SIBLINGS, ()),
        (LossCounts(items=ITEMS, matched=1), 100, ()),
        (LossCounts(matched=1, braked=(NOW - DAY / 2,)), 0, ()),
        (LossCounts(matched=1, braked=(NOW - DAY, NOW - DAY / 2)), 0, ("braked",)),
        (LossCounts(matched=1, braked=(NOW - 2 * DAY, NOW - DAY / 2)), 0, ()),
        (LossCounts(matched=1, braked=(NOW - 3 * DAY, NOW - 2.5 * DAY)), 0, ()),
    ],
)
def test_signs_stand_as_the_table_says(losses: LossCounts, siblings: int, signs: tuple[LossSign, ...]) -> None:
    """Each row is one case."""
    assert find_signs(replace(WELL, losses=losses), siblings, NOW) == signs


def test_what_is_known_for_three_usual_gaps_is_stale_and_a_young_source_is_never_unmatched() -> None:
    """The rhythm decides the first, a week the second."""
    quiet = replace(WELL, lull=timedelta(hours=2), news_at=NOW - timedelta(hours=7))
    assert find_signs(quiet, 0, NOW) == ("stale",)
    assert find_signs(replace(quiet, news_at=NOW - timedelta(hours=5)), 0, NOW) == ()
    young = replace(WELL, since=NOW - WEEK / 2, losses=LossCounts(items=ITEMS))
    assert find_signs(young, SIBLINGS, NOW) == ()


def test_counts_add_up_over_polls() -> None:
    """Garbled polls count in a row, the rest for ever; the brake remembers two times."""
    counts = LossCounts()
    for hour, text in enumerate([RUSSIAN.encode().decode("latin-1")] * 3):
        at = NOW + timedelta(hours=hour)
        counts = counted(counts, [text], new=2, matched=0, braked=True, now=at)
    assert counts == LossCounts(3, 6, 0, (NOW + timedelta(hours=1), NOW + timedelta(hours=2)))
    counts = counted(counts, (), new=0, matched=0, braked=False, now=NOW)
    assert counts.garbled == 3
    assert counted(counts, [RUSSIAN], new=1, matched=1, braked=False, now=NOW) == replace(
        counts, garbled=0, items=7, matched=1
    )


def test_siblings_are_the_other_sources_of_ones_watchlists() -> None:
    """By name, by tag, or all; a source of no watchlist has none."""
    sources = tuple(Source(name, f"http://{name}.example", name, tags=tags) for name, tags in SOURCES)
    lists = (Watchlist("x", "x", ("k",), sources=("t", "b")), Watchlist("y", "y", ("k",), sources=("d",)))
    mute = replace(WELL, losses=LossCounts(items=ITEMS))
    stats = {"a": mute, "b": WELL, "c": WELL, "d": mute, "gone": mute}
    assert find_all_signs(stats, Config(sources, lists), NOW) == {"a": ("unmatched",)}
    assert set(find_all_signs(stats, Config(sources, (Watchlist("x", "x", ("k",)),)), NOW)) == {"a", "d"}


SOURCES = (("a", ("t",)), ("b", ()), ("c", ("u",)), ("d", ()))


def test_many_sources_of_one_watchlist_cost_no_pairs() -> None:
    """Three thousand in two lists: what is kept meanwhile grows with the sources, not with their square."""
    many = range(3_000)
    sources = tuple(Source(f"s{n}", f"http://s{n}.example", f"s{n}") for n in many)
    lists = (Watchlist("x", "x", ("k",)), Watchlist("y", "y", ("k",)))
    silent = replace(WELL, losses=LossCounts(items=ITEMS))
    stats = {f"s{n}": silent if n < 5 else WELL for n in many}
    tracemalloc.start()
    found = find_all_signs(stats, Config(sources, lists), NOW)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(found) == {f"s{n}" for n in range(5)}
    assert most < 10_000_000
