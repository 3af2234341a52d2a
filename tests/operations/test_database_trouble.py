"""When owners hear of a failing database: a table of what failed when, and what is told."""

from __future__ import annotations

import pytest

from bot.operations.database_trouble import APART, CALM, SURE, DatabaseTrouble


@pytest.mark.parametrize(
    ("failures", "now", "news"),
    [
        ((), 100, None),
        ((0,), 1, None),  # once is no news
        ((0, 5, 10), 11, None),  # a lock that a backup holds
        ((0, SURE), SURE, "began"),
        ((0, 8, SURE + 1), SURE + 20, "began"),
        ((0, APART + 1), APART + 1, None),  # two hiccups
        ((0, SURE), SURE + APART + 1, None),  # over before anybody could be told
    ],
)
def test_failures_are_told_when_they_last(failures: tuple[float, ...], now: float, news: str | None) -> None:
    """A hiccup is no news, a disk that stays full is."""
    trouble = DatabaseTrouble()
    for at in failures:
        trouble.record_failure("full", at)
    assert trouble.news(now) == news


def test_each_time_of_trouble_is_told_once_and_its_end_once() -> None:
    """Refusals that go on are no news; an hour later the next trouble is."""
    trouble = DatabaseTrouble()
    told = []
    for at in (*range(0, 120, 5), *range(300, 400, 50), *range(400, 4000, 100), *range(4000, 4030, 5)):
        if at < 400 or at >= 4000:
            trouble.record_failure("full", at)
        if news := trouble.news(at):
            trouble.mark_told(news)
            told.append((news, at))
    assert told == [("began", 15), ("over", 1000), ("began", 4015)]
    assert 350 + CALM <= 1000
