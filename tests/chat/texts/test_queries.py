"""What is said about queries and items: inert, short enough, and whole."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import tdjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.texts import delivery as delivery_texts
from bot.chat.texts import queries as queries_texts
from bot.chat.texts.queries import When
from bot.errors import QueryError
from bot.i18n import words
from bot.matching.near_miss import NearMiss
from bot.model import Chat, Evidence, Item, Match, Watchlist
from bot.ports.history_store import ItemOnRecord, PersonalQuery
from bot.preview.backtest import Forecast
from bot.preview.delivery_reason import DeliveryReason

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EN = words("en")
WHEN = When(NOW, UTC, EN)
ANY = st.text(max_size=600)


def is_sound(text: str) -> bool:
    """Return whether Telegram's own parser takes a text, with nothing but our links in it, and it fits one message."""
    asked = {"@type": "parseTextEntities", "text": text, "parse_mode": {"@type": "textParseModeHTML"}}
    answer = json.loads(tdjson.td_execute(json.dumps(asked).encode()) or b"{}")
    links = re.findall(r'href="([^"]*)"', text)
    return (
        answer["@type"] == "formattedText"
        and all(link.startswith(("http://", "https://")) for link in links)
        and len(text.encode("utf-16-le")) // 2 <= 4096
    )


def seen(title: str, url: str | None) -> ItemOnRecord:
    """Return an item."""
    return ItemOnRecord(1, Item((), url, title), title, NOW - timedelta(days=1), None)


@given(ANY, ANY, st.integers(-5, 700))
@settings(deadline=None, max_examples=60)
def test_case_110_any_words_give_a_sound_message(text: str, other: str, column: int) -> None:
    """Case 110: whatever queries, titles, sentences and reasons say, Telegram takes the message as we mean it."""
    query = PersonalQuery(1, Chat(1), 2, text, NOW)
    evidence = tuple(Evidence("title", text[at : at + 5], at, at + 5, text) for at in range(0, 20, 4))
    match, miss = Match("k", text, evidence), NearMiss("k", other, text)
    one = seen(text, f"https://x.example/{other}")
    lists = {"k": Watchlist("k", text, (other,))}
    found = Forecast((NOW.date(),) * 7, (), (3,) * 7, (), ((text, 5), (other, 3)), UTC, 9, NOW)
    told = queries_texts.forecast(found, WHEN, complete=True)
    for shown in (
        queries_texts.mistake(EN, text, QueryError(other, column)),
        queries_texts.watching(EN, query, told, new=True),
        queries_texts.noisy(EN, query, told, 40.4),
        queries_texts.ended(EN, query),
        queries_texts.trial(text, [(one, match)] * 5, [(one, miss)] * 3, looked=9, when=WHEN),
        queries_texts.reasons(
            one,
            [match] * 5,
            [miss] * 8,
            watchlists=lists,
            what=delivery_texts.verdict(DeliveryReason("dead", words=other), WHEN),
            when=WHEN,
        ),
    ):
        assert is_sound(shown), shown


def test_a_sentence_is_cut_around_what_was_found() -> None:
    """The found words are bold and in sight, however long the sentence is."""
    text = "before " * 200 + "summit" + " after" * 200
    at = text.index("summit")
    shown = queries_texts.sentence(Evidence("body", "summit", at, at + 6, text))
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "before <b>summit</b> after" in shown
    assert len(shown) < 300
    assert queries_texts.sentence(Evidence("body", "summit", 0, 6, "The\u00a0summit.")) == "The <b>summit</b>."


def test_a_forecast_says_over_which_time() -> None:
    """A week where there is one, else since when; nothing, one or many."""
    week = tuple((NOW - timedelta(days=back)).date() for back in range(6, -1, -1))

    def said(total: int, days: float, *, complete: bool = True) -> str:
        first = NOW - timedelta(days=days)
        found = Forecast(week, (), (total,), (), (("oil", 2), ("gas", 1)), UTC, 9, first)
        return queries_texts.forecast(found, WHEN, complete=complete)

    noise = " The noisiest word is “oil” (in 2 items)."
    assert said(1200, 6) == f"It would have sent 1,200 alerts in the last 7 days.{noise}"
    assert said(1, 0.1) == f"It would have sent 1 alert since 09:36, when my record begins.{noise}"
    assert "sent nothing since 20 Nov 12:00, which is as far as I have looked" in said(0, 3, complete=False)


def test_times_are_those_of_the_reader() -> None:
    """Today's are bare, others have their day, in the zone of the installation."""
    assert WHEN.moment(NOW) == "12:00"
    assert WHEN.moment(NOW - timedelta(days=1)) == "22 Nov 12:00"


def test_links_that_are_none_are_not_shown() -> None:
    """Only http and https are linked, and only where several fit one message."""
    for url in (None, "javascript:alert(1)", "tg://user?id=1", "https://x.example/" + "a" * 500):
        text = queries_texts.trial("q", [(seen("Title", url), Match("k", "q", ()))], [], looked=1, when=WHEN)
        assert "<a" not in text
        assert "Title" in text
