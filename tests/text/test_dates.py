"""Dates as publishers write them become the right instant, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.dates import FIRST_YEAR, LAST_YEAR, parse_date

NOON = datetime(2026, 11, 28, 12, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Sat, 28 Nov 2026 13:05:00 CET", "Sat, 28 Nov 2026 14:05:00 CEST", "Sat, 28 Nov 2026 15:05:00 MSK",
        "Sat, 28 Nov 2026 21:05:00 JST", "Sat, 28 Nov 2026 14:05:00 EET", "Sat, 28 Nov 2026 17:35:00 IST",
        "Sat, 28 Nov 2026 13:05:00 BST", "Sat, 28 Nov 2026 08:05:00 EDT", "Sat, 28 Nov 2026 04:05 PST",
        "Sat, 28 Nov 2026 12:05:00 GMT", "Sat, 28 Nov 2026 12:05:00 Z", "Sat, 28 Nov 26 12:05 UT",
        "Sat, 28 Nov 2026 07:05:00 -500", "Sat, 28 Nov 2026 15:05:00 +3", "Sat, 28 Nov 2026 17:35:00 +0530",
        "Sat, 28 Nov 2026 15:05:00 GMT+3", "Sat, 28 Nov 2026 07:05:00 UTC-05:00", "Sat, 28 Nov 2026 13:05 +0100 (MEZ)",
        "Sat Nov 28 2026 15:05:00 GMT+0300 (Moscow Standard Time)", "Sat Nov 28 12:05:00 2026",
        "Nov 28, 2026 7:05 am ET", "2026-11-28T15:05:00 Europe/Moscow", "2026-11-28 07:05 EST5EDT",
        "Sat, 28 Nov 2026 12:05:00 PM GMT", "Sat, 28 Nov 2026 06:05:00 AM CST", "11/28/2026 12:05 PM",
        "November 28th, 2026 at 7:05 a.m. EST", "2026年11月28日 12:05", "2026年11月28日 下午8:05 CST",
        "2026년 11월 28일 오후 12:05", "2026年11月28日12時05分", "28.11.2026 12:05", "28.11.2026, 12.05 Uhr",
        "28/11/2026 12:05", "2026/11/28 12:05", "2026.11.28. 12:05", "28-Nov-2026 12:05", "20261128T120500Z",
        "28 ноября 2026 г., 15:05 МСК", "Сб, 28 ноя 2026 12:05:00 +0000", "28 листопада 2026, 12:05",
        "28. November 2026 um 12:05 Uhr", "Samstag, 28. Nov. 2026 13:05 MEZ", "sam., 28 nov. 2026 12h05",
        "28 de noviembre de 2026, 12:05", "sab, 28 nov 2026 12:05:00 GMT", "28 Kasım 2026 15:05 +0300",
        "28 de novembro de 2026 12:05", "28 Νοεμβρίου 2026 12:05 μμ", "28 نوفمبر 2026 12:05", "28 נובמבר 2026 12:05",
        "2026-11-28T12:05:00Z", "2026-11-28T12:05:00.000000+00:00", "2026-11-28T13:05+01", "2026-11-28 12:05",
        "1795867500", "1795867500000", "1795867500.25", " 2026-11-28\n 12:05 ",
    ],
)  # fmt: skip
def test_a_date_is_the_instant_that_it_means(written: str) -> None:
    """Zones by name and number, halves of the day, months in many languages, numbers, seconds since 1970."""
    at = parse_date(written, "zh" if "下午" in written else None)
    assert at is not None
    assert at.replace(microsecond=0) == NOON


@pytest.mark.parametrize("written", ["2026-11-28", "28.11.2026", "20261128", "28 November 2026", "٢٨ نوفمبر ٢٠٢٦"])
def test_a_day_alone_is_its_beginning(written: str) -> None:
    """A sitemap often gives no more."""
    assert parse_date(written) == MIDNIGHT


@pytest.mark.parametrize(
    "written",
    [
        "", "yesterday", "12 hours ago", "2026", "28 Nov 12:05", "Sat, 32 Nov 2026 12:05 GMT", "2026-11-28 25:05",
        "Sat, 28 Nov 2026 12:05:00 XYZ", "28.11.2026 12:05 +2600", "05/11/2026 12:05", "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 +0000", "9999-12-31", "0", "99999999999999999999", "28 листопадня 2026",
        "28 listopada 2026", "13:65 28 Nov 2026", "2026-13-28",
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_no_date(written: str) -> None:
    """An unknown zone, an hour that no day has, a date of two readings, a year of some software's default."""
    assert parse_date(written) is None


def test_the_language_decides_between_readings() -> None:
    """Day and month in numbers, a month's name that two languages share, a zone that is two."""
    assert parse_date("05/11/2026", "fr") == datetime(2026, 11, 5, tzinfo=UTC)
    assert parse_date("28 listopada 2026", "pl") == MIDNIGHT
    assert parse_date("28 listopada 2026", "hr") == datetime(2026, 10, 28, tzinfo=UTC)
    assert parse_date("2026-11-28 14:05 IST", "he") == NOON


@given(st.datetimes(datetime(FIRST_YEAR, 1, 2), datetime(LAST_YEAR, 12, 30)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001
def test_iso_dates_are_read_as_python_reads_them(at: datetime, minutes: int) -> None:
    """Whatever the zone."""
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    written = f"{at.replace(microsecond=0).isoformat()}{sign}{hours:02}:{rest:02}"
    assert parse_date(written) == datetime.fromisoformat(written)


@given(st.text(max_size=200))
def test_no_text_is_a_fault(text: str) -> None:
    """Foreign text gives an instant within the years that can be, or none."""
    at = parse_date(text)
    assert at is None or FIRST_YEAR - 1 <= at.year <= LAST_YEAR + 1
