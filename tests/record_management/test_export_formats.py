"""Alerts as files: what spreadsheets, programs and readers get, with nothing of a text in command."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import cast
from xml.etree import ElementTree as ET

import pytest

from bot.record_management.export_formats import HEADER, Format, writer
from bot.store.alert_history import AlertOnRecord

AT = datetime(2026, 11, 30, 6, 0, 1, 999, tzinfo=UTC)


def whole(name: str, **changes: object) -> str:
    """Return a file with one alert."""
    plain: dict[str, object] = {"headline": "Kremlin <b>&", "lead": "Said «so».", "url": "https://one.example/?a=1&b=2"}
    words = {"words": ("Kremlin", "summit"), "outlets": ("One", "Two"), "chats": {(1, 0), (2, 0)}}
    one = AlertOnRecord(AT, "k", 7, **{**plain, **words, **changes})  # type: ignore[arg-type]  # a test names fields
    made = writer(cast("Format", name), "Title")
    return made.begin + made.write(one) + made.end


def test_csv_opens_in_a_spreadsheet() -> None:
    """UTF-8 with its mark, the header of the contract, and texts over several lines in one cell."""
    text = whole("csv", lead='Two\nlines, "quoted"')
    assert text.startswith("\ufeff" + ",".join(HEADER) + "\r\n")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["time"] == "2026-11-30T06:00:01Z"
    assert (row["lead"], row["words"], row["outlets"], row["chats"]) == (
        'Two\nlines, "quoted"',
        "Kremlin; summit",
        "One; Two",
        "2",
    )


@pytest.mark.parametrize(
    ("headline", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1 for peace", "'+1 for peace"),
        ("-cmd|calc", "'-cmd|calc"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+1", "' =1+1"),
        ("\t=1", "'\t=1"),
        ("-5", "-5"),
        ("+3.5", "+3.5"),
        ("Plain = text", "Plain = text"),
    ],
)
def test_no_headline_is_a_formula(headline: str, cell: str) -> None:
    """What would begin one gets a quotation mark; a number stays a number."""
    (row,) = csv.DictReader(io.StringIO(whole("csv", headline=headline).removeprefix("\ufeff")))
    assert row["headline"] == cell


def test_json_is_a_line_an_alert() -> None:
    """With the keys of the header; a line break stays inside its text."""
    (line,) = whole("json", lead="Two\nlines").splitlines()
    found = json.loads(line)
    assert tuple(found) == HEADER
    assert (found["story"], found["chats"], found["lead"]) == (7, 2, "Two\nlines")


@pytest.mark.parametrize("name", ["rss", "html"])
def test_nothing_of_a_text_is_markup_or_a_link_of_another_kind(name: str) -> None:
    """Tags and signs that XML knows not, and addresses that are not http(s)."""
    text = whole(name, headline="<script>x</script>\x00\x1b", url="javascript:alert(1)")
    assert "<script>" not in text
    assert "javascript:" not in text
    assert "\x00" not in text
    if name == "rss":
        item = ET.fromstring(text).find("channel/item")  # noqa: S314 - our own
        assert item is not None
        assert item.findtext("title") == "<script>x</script>"
        assert item.findtext("pubDate") == "Mon, 30 Nov 2026 06:00:01 +0000"
