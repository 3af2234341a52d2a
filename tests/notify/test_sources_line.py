"""What a message shows of the reports of its story: nothing is hidden, and everything has a budget."""

from __future__ import annotations

import cProfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Alert, Chat, Delivery, DisplayPreferences, Follow, Layout, Priority, Report
from bot.notify.message_builder import MOST_SPANS, MOST_UNITS, Message
from bot.notify.render import render
from bot.notify.sanitize import units

AT = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
HOME = DisplayPreferences("UTC", "en")
OLD, NEW = "Quake kills five in Kazan", "Quake kills 7 in Kazan"


def told(name: str, minute: int, headline: str = OLD, page: str = "a") -> Report:
    """Return a report of an outlet at 14:`minute`."""
    return Report(name, name, headline, f"https://{name.lower()}.example/{page}", AT.replace(minute=minute))


FIRST = told("Courier", 2)
ALERT = Alert(Chat(1), 9, (("k", "Quakes"),), OLD, FIRST.url, "The earth shook at night.", ())


def shown(*reports: Report, alert: Alert = ALERT, **changes: object) -> Message:
    """Return the message of a story with these reports."""
    plain = Delivery(1, alert, (FIRST, *reports), 1, 0)
    return render(replace(plain, **changes), HOME)  # type: ignore[arg-type]  # a table of changes


def reply(priority: Priority = "low", follow: Follow = "off", **changes: object) -> Alert:
    """Return what answers the message."""
    return replace(ALERT, part=7, lead="", priority=priority, follow=follow, **changes)  # type: ignore[arg-type]  # the same


def links(message: Message) -> list[str]:
    """Return where the links lead."""
    return [span.url or "" for span in message.spans if span.kind == "link"]


def test_a_headline_that_says_something_new_is_shown_with_its_link() -> None:
    """A copy's headline is not; an edit grows the message by what readers do not know."""
    message = shown(told("Reuters", 7), told("TASS", 11, NEW), told("Herald", 12, "In Kazan, 7 killed in quake"))
    assert message.text.split("\n") == [
        "🔔 Quakes",
        OLD,
        "The earth shook at night.",
        "📰 Courier 14:02 · also Reuters 14:07, TASS 14:11, Herald 14:12",
        f"▫️ {NEW} · TASS 14:11",
    ]
    assert links(message)[-1] == "https://tass.example/a"


def test_the_lead_is_known() -> None:
    """What the lead says already is no news in a headline."""
    lead = "At least 7 people died in Kazan, rescuers said."
    message = shown(told("TASS", 11, "Rescuers: 7 people died in Kazan"), alert=replace(ALERT, lead=lead))
    assert "▫️" not in message.text


def test_a_second_report_of_an_outlet_is_a_time_with_a_link() -> None:
    """Nothing is hidden: each report has its time and its own link, the outlet's name stands there once."""
    message = shown(told("Reuters", 7), told("TASS", 9), told("Reuters", 30, page="b"))
    assert message.text.endswith("📰 Courier 14:02 · also Reuters 14:07, 14:30, TASS 14:09")
    assert "https://reuters.example/b" in links(message)


def test_a_corrected_headline_is_right_in_the_message_too() -> None:
    """An edit after a correction shows what the publisher says now."""
    message = shown(told("Reuters", 7), reports=(replace(FIRST, headline=NEW), told("Reuters", 7)))
    assert message.text.split("\n")[1] == NEW


def test_what_is_urgent_shows_it() -> None:
    """An urgent alert has another sign, in every layout."""
    urgent = replace(ALERT, priority="urgent")
    assert shown(alert=urgent).text.startswith("🚨 Quakes\n")
    assert shown(alert=urgent, look=DisplayPreferences(layout="compact")).text.startswith(f"🚨 {OLD}\n")


def test_a_correction_is_a_silent_reply() -> None:
    """Old → new, the new one linked, and whose it is."""
    now = replace(FIRST, headline=NEW)
    message = render(Delivery(1, reply(headline=NEW, was=OLD), (now, told("TASS", 9)), 1, 0, answers=5), HOME)
    assert message.text == f"✏️ Corrected headline · Courier\n{OLD} → {NEW}"
    assert links(message) == [FIRST.url]
    assert message.silent


def test_a_new_development_is_a_silent_reply() -> None:
    """With the lead of its own report."""
    new = told("TASS", 9, NEW)
    alert = reply(headline=NEW, url=new.url) if new.url else ALERT
    message = render(Delivery(1, replace(alert, lead="Two more died."), (FIRST, new), 1, 0, answers=5), HOME)
    assert message.text == f"🆕 New in this story · TASS\n{NEW}\nTwo more died."
    assert links(message) == ["https://tass.example/a"]
    assert message.silent


def test_what_has_become_urgent_is_said_aloud() -> None:
    """To a chat whose message made no sound."""
    message = render(Delivery(1, reply("urgent"), (FIRST, told("TASS", 9)), 1, 0, answers=5), HOME)
    assert message.text == f"🚨 Now urgent\n{OLD}\n📰 Courier 14:02 · also TASS 14:09"
    assert not message.silent


LAYOUTS: tuple[Layout, ...] = ("full", "standard", "compact")
HEADLINES = st.text(st.sampled_from("Kazan 7 9 quake 首脑 𝕏 Песков é "), max_size=600)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(HEADLINES, st.integers(0, 30)), max_size=120), st.sampled_from(LAYOUTS))
def test_however_many_report_it_fits(reports: Sequence[tuple[str, int]], layout: Layout) -> None:
    """Whatever the headlines, the message stays within Telegram's limits, and its link stays."""
    more = tuple(
        replace(
            told(f"Outlet{name} {'x' * name}", 3, headline),
            at=AT + timedelta(minutes=place),
            url=f"https://x.example/{place}",
        )
        for place, (headline, name) in enumerate(reports)
    )
    long = replace(ALERT, headline="𝕏" * 500, lead="long " * 500, watchlists=(("k", "t" * 900),))
    message = shown(*more, alert=replace(long, url="https://x.example/0"), look=DisplayPreferences(layout=layout))
    assert units(message.text) <= MOST_UNITS
    assert len(message.spans) <= MOST_SPANS
    assert "https://x.example/0" in links(message)
    assert all(0 <= span.start <= span.start + span.length <= units(message.text) for span in message.spans)


def test_a_thousand_reports_cost_no_more_than_a_few() -> None:
    """Each headline is read once, and compared with all that is known at once: work is counted, not seconds."""
    reports = tuple(told(f"Outlet {number}", 3, f"{NEW} word{number} {number}") for number in range(1_000))
    shown(*reports[:1])
    counts = []
    for some in (100, 200):
        profiler = cProfile.Profile()
        profiler.runcall(shown, *reports[:some])
        counts.append(sum(entry.callcount for entry in profiler.getstats()))
    assert counts[1] < 2.5 * counts[0]
    assert "▫️ +" in shown(*reports).text
