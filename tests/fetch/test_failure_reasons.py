"""Reasons in words, and when to ask again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.fetch.failure_reasons import LONGEST_WAIT, describe_refusal, fresh_for, retry_after

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 1.5 ", 1.5),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120),
        ("Mon, 23 Nov 2026 11:00:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("315360000", LONGEST_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("soon", None),
        ("", None),
        ("Mon, 99 Foo 2026", None),
        ("١٢", None),
        ("inf", None),
    ],
)
def test_case_41_retry_after_is_bounded(value: str, seconds: float | None) -> None:
    """Case 41: seconds and dates are honoured for a day at most; past ones and nonsense count for nothing."""
    assert retry_after({"Retry-After": value}, NOW) == seconds


def test_case_41_a_date_is_read_by_the_clock_of_its_server() -> None:
    """Case 41: a server whose clock is wrong means its own clock."""
    headers = {"Retry-After": "Mon, 23 Nov 2020 12:02:00 GMT", "Date": "Mon, 23 Nov 2020 12:00:00 GMT"}
    assert retry_after(headers, NOW) == 120


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Cache-Control": "public, max-age=300"}, timedelta(minutes=5)),
        ({"Cache-Control": "max-age=0"}, None),
        ({"Cache-Control": "no-store, max-age=300"}, None),
        ({"Cache-Control": "max-age=99999999999"}, timedelta(days=1)),
        ({"Expires": "Mon, 23 Nov 2026 12:10:00 GMT", "Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, timedelta(minutes=10)),
        ({"Expires": "0", "Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_freshness_is_what_the_server_says(headers: dict[str, str], expected: timedelta | None) -> None:
    """Cache-Control first, then Expires, a day at most."""
    assert fresh_for(headers) == expected


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "password"),
        (403, "refuses"),
        (404, "no such page"),
        (410, "gone for good"),
        (429, "too often"),
        (503, "503"),
    ],
)
def test_case_43_a_status_is_said_in_words(status: int, words: str) -> None:
    """Case 43: an owner reads what a status means, with its number and the host."""
    error = describe_refusal("courier.example", status, {}, NOW)
    assert words in str(error)
    assert str(status) in str(error)
    assert "courier.example" in str(error)
    assert error.status == status


def test_case_42_a_cloudflare_challenge_is_named() -> None:
    """Case 42: the header tells a challenge from a plain refusal."""
    assert "Cloudflare challenge" in str(describe_refusal("courier.example", 403, {"cf-mitigated": "challenge"}, NOW))
    assert "Cloudflare" not in str(describe_refusal("courier.example", 403, {}, NOW))


def test_an_unheard_of_status_is_still_a_reason() -> None:
    """Servers invent statuses; the number is then all there is to say."""
    assert "answered 799" in str(describe_refusal("courier.example", 799, {}, NOW))
