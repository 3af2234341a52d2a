"""Cookies of one chain of redirects."""

from __future__ import annotations

from yarl import URL

from bot.fetch.cookies import LONGEST, Cookies

HOME = URL("https://news.courier.example/feed")


async def test_a_cookie_is_for_its_site() -> None:
    """What is set for a domain reaches its other hosts, what is set without one does not; nothing leaves the site."""
    cookies = Cookies()
    cookies.learn(HOME, ["wide=1; Domain=courier.example; Path=/", "narrow=2; Path=/"])
    assert cookies.header(HOME) == "wide=1; narrow=2"
    assert cookies.header(URL("https://consent.courier.example/")) == "wide=1"
    assert cookies.header(URL("https://evil.example/")) == ""


async def test_no_cookie_is_set_for_other_sites() -> None:
    """Not for another site, and not for all sites under a public suffix."""
    cookies = Cookies()
    cookies.learn(URL("https://a.co.uk/"), ["a=1; Domain=co.uk; Path=/", "b=1; Domain=b.co.uk; Path=/"])
    assert cookies.header(URL("https://b.co.uk/")) == ""


async def test_a_secure_cookie_is_not_sent_in_plain_text() -> None:
    """As in browsers."""
    cookies = Cookies()
    cookies.learn(HOME, ["a=1; Secure; Path=/"])
    assert cookies.header(HOME) == "a=1"
    assert cookies.header(HOME.with_scheme("http")) == ""


async def test_cookies_are_bounded_and_plain() -> None:
    """Long ones and such as cannot be sent back are dropped; all together have a limit."""
    cookies = Cookies()
    cookies.learn(HOME, ["long=" + "x" * LONGEST, "odd=\udcff", "bell=\x07", "ok=1"])
    assert cookies.header(HOME) == "ok=1"
    cookies.learn(HOME, [f"c{n}=" + "x" * 4000 for n in range(32)])
    assert len(cookies.header(HOME)) <= 8192
