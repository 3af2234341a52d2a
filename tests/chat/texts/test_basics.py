"""The texts: inert, short enough, and whole."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as basics_texts
from bot.chat.texts.owners import status as status_texts
from bot.i18n import words
from bot.model import Watchlist
from bot.ports.chat_store import SilentChat, SourceStatus, Status
from bot.ports.output_store import OutputCounts, OutputState

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EN = words("en")
_TAGS = re.compile(r"</?(?:b|code)>")


def is_sound(text: str) -> bool:
    """Return whether a text has only our two tags, balanced, no other markup, and fits one message."""
    rest = _TAGS.sub("", text)
    balanced = all(text.count(f"<{tag}>") == text.count(f"</{tag}>") for tag in ("b", "code"))
    return balanced and "<" not in rest and ">" not in rest and len(text.encode("utf-16-le")) // 2 <= 4096


@given(st.lists(st.text(max_size=300), min_size=1, max_size=60), st.text(max_size=300))
@settings(deadline=None, max_examples=100)
def test_case_110_any_words_give_a_sound_message(found: list[str], name: str) -> None:
    """Case 110: whatever titles, keywords, names and reasons say, the message is sound and fits."""
    watchlist = Watchlist("x", name, tuple(found))
    failing = tuple(SourceStatus(word, NOW, NOW, word, 3, 7) for word in found)
    status = Status(failing, 1, 2, tuple((word, 1) for word in found), tuple(SilentChat(5, word) for word in found))
    for text in (
        basics_texts.lists(EN, [(watchlist, True)] * 8, 1, 9),
        basics_texts.mine(EN, [(word, word) for word in found], found, list(enumerate(found))),
        status_texts.report(EN, status, NOW),
        status_texts.glance(EN, status, NOW, 3),
        basics_texts.unknown(EN, name, None),
        basics_texts.no_list(EN, name, name, [name]),
        basics_texts.subscribed(EN, name, new=True),
        access_texts.access_request(EN, -5, name, "group", name, 7),
    ):
        assert is_sound(text), text


def test_a_report_says_what_fails_and_when_it_is_tried_again() -> None:
    """An owner reads each failing source with its reason in words and the next try, and what the outbox holds."""
    good = SourceStatus("Good", NOW - timedelta(minutes=3), NOW + timedelta(minutes=7), None, 0, 90)
    bad = SourceStatus("Bad", None, NOW + timedelta(hours=2), "404 Not Found", 4, 0)
    text = status_texts.report(
        EN,
        Status(
            (good, bad), 5, 60, (("chat not found", 2),), (SilentChat(-7, "blocked", 3, NOW + timedelta(minutes=30)),)
        ),
        NOW,
    )
    assert "2 sources</b>, 1 with errors" in text
    assert "Last poll 3 min ago, next in 7 min" in text
    assert "5 waiting, 60 sent, 2 given up" in text
    assert "<b>Bad</b>: 404 Not Found, 4 times in a row; next try in 2 h" in text
    assert "<code>-7</code>: blocked · 3 alerts are held; next try in 30 min" in text


def test_a_glance_before_the_first_poll() -> None:
    """A bot that has just started says so."""
    assert "Nothing was polled yet" in status_texts.glance(EN, Status((), 0, 0, (), ()), NOW, 0)


def test_what_does_not_fit_is_counted() -> None:
    """A message that would be too long ends with how much it leaves out."""
    assert basics_texts.fit(EN, ["x" * 100] * 100).endswith("more lines")


def test_a_toast_is_plain_and_short() -> None:
    """The line over a pressed button has no markup and at most 200 characters."""
    toast = basics_texts.bare(access_texts.closed(EN, -1001234567890, asked=True) + " &amp; <b>more</b>" * 9)
    assert "<" not in toast
    assert len(toast) <= 200


def test_the_status_says_how_each_output_is_doing() -> None:
    """What waits and was given up; since when it fails, or that it ended, and why."""
    failing = OutputState("desk", 1, NOW - timedelta(hours=2), "it answers <502>")
    ended = OutputState("press", 1, None, "it answers 410", ended_at=NOW - timedelta(minutes=3))
    counts = (OutputCounts("desk", 3, 4, 0, None, failing), OutputCounts("press", 0, 1, 2, None, ended))
    text = status_texts.report(EN, Status((), 0, 0, (), (), outputs=counts), NOW)
    assert "📤 desk: 3 waiting, 4 sent, 0 given up\n  ⚠️ fails, first 2 h ago: it answers &lt;502&gt;" in text
    assert "📤 press: 0 waiting, 1 sent, 2 given up\n  ✖️ ended 3 min ago: it answers 410" in text
