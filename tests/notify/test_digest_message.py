"""The rolling message: every headline with its link, within Telegram's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.model import Alert, Chat, Delivery, DisplayPreferences, Report
from bot.notify.digest_message import fold
from bot.notify.message_builder import MOST_SPANS, MOST_UNITS
from bot.notify.sanitize import units

AT = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
HOME = DisplayPreferences("UTC", "en")


def line(number: int, *others: str, headline: str = "", **changes: object) -> Delivery:
    """Return an alert whose first report is the Courier's."""
    title = headline or f"Headline {number}"
    reports = tuple(
        Report(name, name, title, f"https://{name.lower()}.example/{number}", AT) for name in ("Courier", *others)
    )
    alert = Alert(Chat(1), number, (("k", "K"),), title, reports[0].url, "Lead", ())
    return replace(Delivery(number, alert, reports, 1, 0), **changes)  # type: ignore[arg-type]  # a table of changes


def test_it_lists_headlines_with_links() -> None:
    """A line each; outlets that joined are named with their times; a notice has no outlet."""
    message = fold((line(1), line(2, "Reuters", "TASS", "Herald"), line(3, reports=())), HOME)
    assert message is not None
    assert message.text.split("\n") == [
        "🗂 More stories",
        "• Headline 1 · Courier",
        "• Headline 2 · Courier 14:02, Reuters 14:02, TASS 14:02 +1",
        "• Headline 3",
    ]
    assert [span.url for span in message.spans] == [f"https://courier.example/{number}" for number in (1, 2, 3)]
    assert message.silent


def test_a_digest_makes_a_sound() -> None:
    """Unless all of it is of low priority; what came at night or in a pause never does, all together."""
    for held in ("quiet", "digest", "pause"):
        message = fold((line(1, held=held), line(2, held=held)), HOME)
        assert message is not None
        assert message.silent is (held != "digest")
    low = replace(line(1, held="digest"), alert=replace(line(1).alert, priority="low"))
    message = fold((low, low), HOME)
    assert message is not None
    assert message.silent


def test_a_digest_stands_under_its_watchlists() -> None:
    """Each in the order of its first alert, every outlet with its time; other rolling messages are one list."""

    def told(number: int, title: str, held: str = "digest") -> Delivery:
        one = line(number, held=held)
        return replace(one, alert=replace(one.alert, watchlists=((title.lower(), title),)))

    message = fold((told(1, "Oil"), told(2, "Kremlin"), told(3, "Oil")), HOME)
    assert message is not None
    assert message.text.split("\n") == [
        "🗞 Digest",
        "",
        "🔔 Oil",
        "• Headline 1 · Courier 14:02",
        "• Headline 3 · Courier 14:02",
        "",
        "🔔 Kremlin",
        "• Headline 2 · Courier 14:02",
    ]
    for same in ((told(1, "Oil"), told(2, "Oil")), (told(1, "Oil", "quiet"), told(2, "Kremlin", "quiet"))):
        message = fold(same, HOME)
        assert message is not None
        assert "🔔" not in message.text


def test_replies_are_lines_too() -> None:
    """A correction shows old → new, a development and what became urgent have their signs."""
    correction = line(1)
    correction = replace(correction, alert=replace(correction.alert, part=5, was="Headline one"))
    development = replace(line(2), alert=replace(line(2).alert, part=6))
    urgent = replace(line(3, "TASS"), alert=replace(line(3).alert, priority="urgent"))
    message = fold((correction, development, urgent), HOME)
    assert message is not None
    assert message.text.split("\n")[1:] == [
        "• ✏️ Headline one → Headline 1 · Courier",
        "• 🆕 Headline 2 · Courier",
        "• 🚨 Headline 3 · Courier 14:02, TASS 14:02",
    ]


def test_what_does_not_fit_is_said() -> None:
    """First by naming one outlet a line, then by refusing; without markup the links are words."""
    many = tuple(line(number, *(f"Outlet{name}" for name in range(9)), headline="word " * 12) for number in range(40))
    message = fold(many, HOME)
    assert message is not None
    assert units(message.text) <= MOST_UNITS
    assert len(message.spans) <= MOST_SPANS
    assert message.text.endswith("Courier +9")
    assert fold((line(1),) * 150, HOME) is None
    bare = fold((line(1, form="plain"),), HOME)
    assert bare is not None
    assert bare.spans == ()
    assert bare.text.endswith("\nhttps://courier.example/1")


def test_lines_that_a_reader_has_are_cut_rather_than_left_out() -> None:
    """Whatever becomes of them: as many as a message can hold, each keeps its link, or without markup its headline."""
    long = line(1, *(f"Outlet {number}" for number in range(30)), headline="word " * 50, message=5, folded=True)
    there = replace(long, alert=replace(long.alert, part=3, was="𝕏" * 900))
    for number in (20, 60, 100):
        assert fold((line(1, headline="word " * 50),) * number, HOME) is None
        for form in ("rich", "bare", "plain"):
            message = fold((replace(there, form=form), replace(long, form=form)) * (number // 2), HOME)
            assert message is not None
            assert units(message.text) <= MOST_UNITS
            assert message.text.count("\n• ") == number
            assert len(message.spans) == (0 if form == "plain" else number)


def test_the_bare_form_is_a_shorter_layout() -> None:
    """Of a message that Telegram finds too long; new lines are as they are."""
    there = tuple(line(number, headline="word " * 30, message=5) for number in (1, 2))
    texts = [fold(tuple(replace(one, form=form) for one in there), HOME) for form in ("rich", "bare")]
    assert texts[0] is not None
    assert texts[1] is not None
    assert len(texts[1].text) < len(texts[0].text) - 20


def test_eight_of_the_longest_fit() -> None:
    """What deliver folds at a time always fits a message of its own."""
    long = line(1, headline="𝕏" * 900)
    long = replace(long, reports=(replace(long.reports[0], source="𝕏" * 900),))
    correction = replace(long, alert=replace(long.alert, part=3, was="𝕏" * 900))
    assert fold((long,) * 8, HOME) is not None
    assert fold((correction,) * 8, HOME) is not None
