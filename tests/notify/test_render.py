"""What an alert looks like."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tdjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Alert, Chat, Delivery, DisplayPreferences, Evidence, Report
from bot.notify.message_builder import Message
from bot.notify.render import render
from bot.notify.sanitize import units

AT = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
HOME = DisplayPreferences("UTC", "en")
HEADLINE = "Kremlin Uncertain on Leaders' Meeting Amid Turmoil"
FEEDS = Path(__file__).parents[3] / "shared" / "data" / "feeds"


def told(name: str, minute: int = 2, **changes: object) -> Report:
    """Return a report of an outlet at 14:`minute`."""
    url = f"https://{name.replace(' ', '').lower()}.example/a"
    return replace(Report(name, name, HEADLINE, url, AT.replace(minute=minute)), **changes)  # type: ignore[arg-type]  # a table of changes


FIRST = told("Daily Courier")
EVIDENCE = (
    Evidence("title", "Kremlin", 0, 7),
    Evidence("lead", "Peskov", 4, 10, "Mr Peskov said so on Friday, before the meeting."),
    Evidence("body", "summit", 90, 96, "Nobody would confirm a summit in Istanbul."),
)
ALERT = Alert(
    Chat(1),
    9,
    (("kremlin", "Kremlin and summits"),),
    FIRST.headline,
    FIRST.url,
    "The Kremlin said Friday it could not predict the summits; Peskov smiled.",
    EVIDENCE,
)
DELIVERY = Delivery(1, ALERT, (FIRST, told("Reuters", 7), told("TASS", 11)), 3, 0)


def parts(message: Message, kind: str) -> list[str]:
    """Return the parts of the text under the spans of a kind, cut as Telegram cuts: in UTF-16 units."""
    wide = message.text.encode("utf-16-le")
    return [
        wide[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")
        for span in message.spans
        if span.kind == kind
    ]


def as_html(message: Message) -> str:
    """Write a message as Telegram's HTML, by its spans."""
    wide = message.text.encode("utf-16-le")
    marks: dict[int, list[str]] = {}
    for span in message.spans:
        opening, closing = ("<b>", "</b>") if span.kind == "bold" else (f'<a href="{_escape(span.url or "")}">', "</a>")
        marks.setdefault(span.start, []).append(opening)
        marks.setdefault(span.start + span.length, []).insert(0, closing)
    edges = sorted({0, *marks, len(wide) // 2})
    return "".join(
        "".join(marks.get(start, ())) + _escape(wide[2 * start : 2 * end].decode("utf-16-le"))
        for start, end in zip(edges, [*edges[1:], edges[-1]], strict=True)
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def valid(message: Message) -> None:
    """Check what Telegram demands: length, spans within the text and not through a character, only web links."""
    assert message.text.strip()
    wide = message.text.encode("utf-16-le")
    assert len(wide) // 2 == units(message.text) <= 4096
    assert len(message.spans) <= 100
    for span in message.spans:
        assert span.start >= 0
        assert span.length > 0
        assert 2 * (span.start + span.length) <= len(wide)
        wide[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")
        assert (span.url or "https://").startswith(("http://", "https://"))


def test_the_look_of_an_alert() -> None:
    """Heading, linked headline, lead, evidence and outlets, exactly as specified."""
    message = render(DELIVERY, HOME)
    assert message.text.split("\n") == [
        "🔔 Kremlin and summits",
        "Kremlin Uncertain on Leaders' Meeting Amid Turmoil",
        "The Kremlin said Friday it could not predict the summits; Peskov smiled.",
        "🔎 Kremlin (title) · Peskov (lead) · summit (text)",
        "📰 Daily Courier 14:02 · also Reuters 14:07, TASS 14:11",
    ]
    assert parts(message, "link") == [FIRST.headline, "Daily Courier", "Reuters", "TASS"]
    assert [span.url for span in message.spans if span.url][2] == "https://reuters.example/a"
    assert parts(message, "bold") == [FIRST.headline, "Kremlin", "Peskov"]
    assert message.preview == FIRST.url
    assert not message.silent
    valid(message)


def test_matched_words_are_bold_only_as_whole_words() -> None:
    """Whatever their case; "summit" is not bold in "summits", but Chinese has no word edges."""
    alert = replace(
        ALERT,
        lead="KREMLIN, kremlinology; the Kremlin's 首脑会议.",
        evidence=(*EVIDENCE, Evidence("lead", "首脑", 0, 2)),
    )
    message = render(replace(DELIVERY, alert=alert), HOME)
    assert parts(message, "bold")[1:] == ["KREMLIN", "Kremlin", "首脑"]


def test_a_low_priority_is_silent() -> None:
    """And only that."""
    assert render(replace(DELIVERY, alert=replace(ALERT, priority="low")), HOME).silent
    assert not render(replace(DELIVERY, alert=replace(ALERT, priority="urgent")), HOME).silent


def test_several_watchlists_are_listed() -> None:
    """The first gives the heading."""
    alert = replace(ALERT, watchlists=(("kremlin", "Kremlin"), ("peace", "Peace talks")))
    assert render(replace(DELIVERY, alert=alert), HOME).text.startswith("🔔 Kremlin · Peace talks\n")


def test_times_and_words_are_the_chats() -> None:
    """Its zone and language win over the installation's; a wrong zone is UTC."""
    message = render(replace(DELIVERY, look=DisplayPreferences("Europe/Moscow", "ru")), HOME)
    assert message.text.endswith("📰 Daily Courier 17:02 · также Reuters 17:07, TASS 17:11")
    assert "Kremlin (заголовок)" in message.text
    assert "14:02" in render(replace(DELIVERY, look=DisplayPreferences("Mars/Olympus")), HOME).text


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        (None, "14:02"),
        (AT - timedelta(minutes=30), "13:32"),
        (AT + timedelta(days=700), "14:02"),
        (AT - timedelta(days=1), "22 Nov 14:02"),
        (AT - timedelta(days=365), "23 Nov 2025 14:02"),
        (datetime(1970, 1, 1, tzinfo=UTC), "14:02"),
    ],
)
def test_case_65_dates_are_sane(published: datetime | None, shown: str) -> None:
    """The time of publication as far as that can be: never after we saw it, with the day where it is another."""
    message = render(replace(DELIVERY, reports=(replace(FIRST, published=published),)), HOME)
    assert message.text.endswith(f"📰 Daily Courier {shown}")


def test_the_outlet_of_the_headline_comes_first() -> None:
    """Where the latest report gave the headline, its outlet heads the line; an outlet is named once, with its times."""
    late = told("TASS", 11)
    alert = replace(ALERT, headline=late.headline, url=late.url)
    reports = (FIRST, told("Reuters", 7), late, told("Reuters", 30))
    text = render(replace(DELIVERY, alert=alert, reports=reports), HOME).text
    assert text.endswith("📰 TASS 14:11 · also Daily Courier 14:02, Reuters 14:07, 14:30")


def test_many_outlets_are_counted() -> None:
    """What does not fit the line is a number."""
    reports = tuple(told(f"The Rather Long Name of Outlet {number}", 2) for number in range(300))
    message = render(replace(DELIVERY, reports=reports), HOME)
    valid(message)
    listed = message.text.count("Rather Long")
    assert message.text.endswith(f" +{300 - listed}")


def test_case_17_an_item_without_words() -> None:
    """Is told by its source's name, linked; without a source by its address; without either, it is still told."""
    alert = replace(ALERT, headline="", lead="", evidence=())
    message = render(replace(DELIVERY, alert=alert, reports=(replace(FIRST, headline=""),)), HOME)
    assert message.text.split("\n")[1] == "Daily Courier"
    assert parts(message, "link")[0] == "Daily Courier"
    bare = render(replace(DELIVERY, alert=alert, reports=()), HOME)
    assert parts(bare, "link") == ["dailycourier.example/a"]
    valid(render(replace(DELIVERY, alert=replace(alert, url=None), reports=()), HOME))


def test_case_15_the_longest_alert_keeps_its_links() -> None:
    """4,097 units and more, of emoji that are families: cut between graphemes, every part there, every link kept."""
    family = "👩\u200d👩\u200d👧"
    alert = replace(ALERT, headline=family * 2000, lead=family * 9000, watchlists=(("k", "𝕏" * 3000),))
    long = tuple(replace(one, headline=alert.headline) for one in DELIVERY.reports)
    message = render(replace(DELIVERY, alert=alert, reports=long, look=DisplayPreferences(layout="full")), HOME)
    valid(message)
    assert next(span.url for span in message.spans if span.url) == FIRST.url
    assert message.text.split("\n")[1].removesuffix("…").replace(family, "") == ""
    assert message.text.endswith("TASS 14:11")


def test_case_16_many_links_and_words() -> None:
    """150 links in the lead and 500 found words make no more than 100 spans."""
    lead = " ".join(f"https://x{number}.example word{number}" for number in range(150))
    evidence = tuple(Evidence("lead", f"word{number}", 0, 5) for number in range(500))
    reports = tuple(told(f"O{number}") for number in range(200))
    message = render(replace(DELIVERY, alert=replace(ALERT, lead=lead, evidence=evidence), reports=reports), HOME)
    valid(message)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://resolve?domain=x", None])
def test_case_69_a_link_that_is_none(url: str | None) -> None:
    """Is left out, and nothing is previewed."""
    message = render(replace(DELIVERY, alert=replace(ALERT, url=url), reports=(replace(FIRST, url=url),)), HOME)
    assert parts(message, "link") == []
    assert message.preview is None


def test_case_53_credentials_of_an_address_are_not_shown() -> None:
    """A link with a name and password loses them."""
    message = render(replace(DELIVERY, alert=replace(ALERT, url="https://anna:canary@courier.example/a")), HOME)
    assert "canary" not in repr(message)


def test_a_notice_to_an_owner() -> None:
    """Has no watchlist and no outlets."""
    notice = Alert(Chat(1), 77, (), "Daily Courier fails since 09:00", None, "HTTP 404. Check its address.", ())
    message = render(Delivery(1, notice, (), 1, 0), HOME)
    assert message.text == "🛠 Newswatch\nDaily Courier fails since 09:00\nHTTP 404. Check its address."


def test_case_13_the_plain_form_has_no_spans() -> None:
    """Its link is a line of its own, and it fits."""
    alert = replace(ALERT, headline="x" * 9000, lead="y " * 9000, url="https://x.example/" + "a" * 2000)
    for delivery in (DELIVERY, replace(DELIVERY, alert=alert)):
        message = render(replace(delivery, form="plain"), HOME)
        assert message.spans == ()
        assert message.text.endswith(f"\n{delivery.alert.url}")
        valid(message)


def test_the_bare_form_has_no_extras() -> None:
    """No preview, no lead, no evidence; the headline keeps its link."""
    message = render(replace(DELIVERY, form="bare"), HOME)
    assert message.preview is None
    assert "🔎" not in message.text
    assert parts(message, "link")[0] == FIRST.headline


def test_three_layouts() -> None:
    """Compact is headline and outlets; full adds the sentences that the lead does not show."""
    compact = render(replace(DELIVERY, look=DisplayPreferences(layout="compact")), HOME).text
    assert compact == f"{FIRST.headline}\n📰 Daily Courier 14:02 · also Reuters 14:07, TASS 14:11"
    full = render(replace(DELIVERY, look=DisplayPreferences(layout="full")), HOME).text
    assert "\n… Nobody would confirm a summit in Istanbul.\n" in full
    assert len(full.split("\n")) == 7


def test_found_words_are_bold_in_further_sentences_as_far_as_spans_go() -> None:
    """In the full layout; every link keeps its span, however many words there are."""
    full = replace(DELIVERY, look=DisplayPreferences(layout="full"))
    assert parts(render(full, HOME), "bold") == [FIRST.headline, "Kremlin", "Peskov", "Peskov", "summit"]
    words = " ".join(f"w{number}" for number in range(30))
    evidence = tuple(Evidence("body", f"w{number}", 0, 3, f"{number} says {words}.") for number in range(30))
    reports = tuple(told(f"Outlet {number}", headline=f"Another event number {number}") for number in range(14))
    many = replace(full, alert=replace(ALERT, lead="", evidence=evidence), reports=(FIRST, *reports))
    message = render(many, HOME)
    valid(message)
    few = render(replace(many, look=DisplayPreferences()), HOME)
    assert [span.url for span in message.spans if span.url] == [span.url for span in few.spans if span.url]
    assert len(parts(message, "bold")) > 60


def test_case_69_telegrams_parser_reads_what_we_meant() -> None:
    """Titles of real feeds, written as HTML by our spans, are accepted by Telegram's own parser as the same text."""
    for title in titles():
        agrees(render(replace(DELIVERY, alert=replace(ALERT, headline=title, lead=title)), HOME))


def titles() -> list[str]:
    """Return titles of real feeds, with whatever markup they have; skip where there are none."""
    if not FEEDS.exists():
        pytest.skip("no ../shared/data/feeds beside the checkout")
    found = {
        title.split("</title>", 1)[0]
        for path in sorted(FEEDS.rglob("*.xml"))[:40]
        for title in path.read_text(encoding="utf-8", errors="replace").split("<title>")[1:4]
    }
    assert found
    return sorted(found)


def agrees(message: Message) -> None:
    """Check that Telegram's parser gives our text and spans back."""
    valid(message)
    asked = {"@type": "parseTextEntities", "text": as_html(message), "parse_mode": {"@type": "textParseModeHTML"}}
    answer = json.loads(tdjson.td_execute(json.dumps(asked).encode()) or b"{}")
    assert answer["@type"] == "formattedText", answer
    assert answer["text"] == message.text
    kinds = {"textEntityTypeBold": "bold", "textEntityTypeTextUrl": "link"}
    theirs = {(kinds[one["type"]["@type"]], one["offset"], one["length"]) for one in answer["entities"]}
    ours = {(span.kind, span.start, span.length) for span in message.spans}
    assert {one for one in theirs if one[0] == "bold"} == {one for one in ours if one[0] == "bold"}
    assert {one for one in theirs if one[0] == "link"} <= {one for one in ours if one[0] == "link"}


WILD = st.text(max_size=120) | st.text(
    st.sampled_from("Kremlin <>&/@\u200d\u202e👩🏽é\u0301\ud800𝕏首脑 "), max_size=400
)


@settings(max_examples=150, deadline=None)
@given(WILD, WILD, WILD, st.lists(WILD, max_size=6), WILD | st.just("https://x.example/1"))
def test_case_69_whatever_a_feed_says_is_inert(title: str, lead: str, name: str, words: list[str], url: str) -> None:
    """Case 110 as well: any text in any place is accepted by Telegram's parser as the same text with the same spans."""
    alert = replace(
        ALERT,
        watchlists=(("k", title),),
        headline=title,
        lead=lead,
        url=url,
        evidence=tuple(Evidence("lead", word, 0, len(word), lead) for word in (*words, lead[3:9])),
    )
    report = replace(FIRST, source=name, headline=title, url=url)
    agrees(render(Delivery(1, alert, (report, told("Reuters", 7)), 1, 0, look=DisplayPreferences(layout="full")), HOME))
