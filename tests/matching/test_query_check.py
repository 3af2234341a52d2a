"""Whether a query may be taken: what is refused, and that usual ones are not."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from bot.errors import QueryError
from bot.matching.engine import build_engine
from bot.matching.query_check import check_beside, check_engine, find_over_limit, find_refusals
from bot.matching.query_limits import CHAT_SECONDS, QUERY_SECONDS
from bot.model import Watchlist

USUAL = (
    "Kremlin",
    '"peace talks" AND NOT hockey',
    '"Putin Trump"~5',
    r"/sanction.{0,300}russia/",
    r"/\bF-?16s?\b/ OR /covid[- ]?\d{2}/",
    r"/\p{L}+ov/",
    r"/(kremlin|putin|peskov).{0,50}(trump|biden)/",
)


def passing(seconds: float) -> Callable[[], float]:
    """Return a clock that is so much later at each look."""
    ticks = itertools.count()
    return lambda: next(ticks) * seconds


@pytest.mark.parametrize("text", USUAL)
def test_usual_queries_are_taken(text: str) -> None:
    """By size; what the clock of a busy machine says is asked of another clock."""
    check_engine(build_engine([Watchlist("q", text, (text,))]), passing(QUERY_SECONDS / 2))
    assert find_over_limit([(1, text)]) == [None]


@pytest.mark.parametrize("text", [r"/aa\p{Greek}{0,831}/", r"/(?:.{100}){10}aaz/", r"Kremlin OR /x(?:.{90}){10}aaz/"])
def test_a_large_regex_is_refused(text: str) -> None:
    """The size of what is compiled decides, which is the same on every machine."""
    with pytest.raises(QueryError, match="too large: let it repeat less often"):
        check_engine(build_engine([Watchlist("q", text, (text,))]))
    assert "too large" in str(find_over_limit([(1, text)])[0])
    assert list(find_refusals([Watchlist("w", "W", (text, *USUAL[:3]))])) == [text]


def test_a_slow_query_is_refused() -> None:
    """It is really asked about a text, and timed."""
    with pytest.raises(QueryError, match="takes too long"):
        check_engine(build_engine([Watchlist("q", "q", ("/[a-z]+x/",))]), passing(QUERY_SECONDS * 2))


def test_the_regexes_of_a_chat_are_limited_together() -> None:
    """By size and by time; words are free, other chats are not concerned, and what is refused takes no room."""
    dear = [rf"/{letter}.{{0,400}}z/" for letter in "abcde"]  # 3,600 each
    verdicts = find_over_limit([*((7, text) for text in dear), (7, "Kremlin"), (8, dear[0]), (7, "/f[a-z]t/")])
    assert [verdict is None for verdict in verdicts] == [True, True, False, False, False, True, True, True]
    assert "end one of its queries by /unwatch" in str(verdicts[2])
    with pytest.raises(QueryError, match="cost too much together"):
        check_beside("/a[a-z]b/", ["/c[a-z]d/", "/e[a-z]f/"], passing(CHAT_SECONDS * 0.4))
    check_beside("/a[a-z]b/", ["/c[a-z]d/"], passing(CHAT_SECONDS * 0.4))
    check_beside("Kremlin", dear, passing(CHAT_SECONDS * 2))


def test_the_regexes_of_all_chats_are_limited_the_oldest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many made-up chats cannot take the memory; who came before them keeps what they have."""
    monkeypatch.setattr("bot.matching.query_check.PERSONAL_REGEX_SIZE", 10_000)
    verdicts = find_over_limit([(chat, r"/a.{0,400}z/") for chat in range(5)])
    assert [verdict is None for verdict in verdicts] == [True, True, False, False, False]
    assert "no room for more regexes in this installation" in str(verdicts[-1])
