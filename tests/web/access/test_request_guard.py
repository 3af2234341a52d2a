"""Which requests are answered: our own names only, changes from our own pages only, nothing from elsewhere in them."""

from __future__ import annotations

import pytest

from bot.web.access.request_guard import is_known_host, is_own_request
from tests.plugins.pages import Pages


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8080", True),
        ("localhost", True),
        ("LOCALHOST:9", True),
        ("localhost.", True),
        ("[::1]:8080", True),
        ("news.example.org", True),
        ("10.0.0.5:8080", True),
        ("10.0.0.6:8080", False),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("news.example.org.evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("[", False),
        ("", False),
        (None, False),
    ],
)
def test_a_host_is_a_name_of_ours(host: str | None, known: bool) -> None:
    """The listen address, this machine, that of the pages, and the address that the connection came in on."""
    assert is_known_host(host, "0.0.0.0", "https://news.example.org", "10.0.0.5") is known


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8080"}, False),
        ({"Origin": "http://localhost:8080"}, True),
        ({"Origin": "https://news.example.org"}, True),
        ({"Origin": "http://localhost:9999"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
        ({}, True),
    ],
)
def test_a_change_comes_from_a_page_of_ours_or_from_no_browser(headers: dict[str, str], own: bool) -> None:
    """What the browser says of the page counts first, then the origin; who sends neither is no browser."""
    assert is_own_request(headers, "localhost:8080", "https://news.example.org") is own


async def test_foreign_hosts_and_origins_get_a_plain_page(pages: Pages) -> None:
    """421 and 403, with what to do; probes are exempt; a foreign origin changes nothing."""
    path = await pages.link(500)
    foreign = await pages.get("/", Host="evil.example")
    assert foreign.status == 421
    assert "NEWSWATCH_WEB_URL" in foreign.text
    assert (await pages.get("/healthz", Host="evil.example")).status == 200
    token = {"token": path.partition("=")[2]}
    for site in ("cross-site", "same-site"):
        assert (await pages.post("/enter", token, Sec_Fetch_Site=site)).status == 403
    assert (await pages.post("/enter", token, Origin="https://evil.example")).status == 403
    assert (await pages.post("/enter", token, Sec_Fetch_Site="same-origin")).status == 303


async def test_a_page_loads_nothing_from_elsewhere_and_nothing_inline(pages: Pages) -> None:
    """A nonce of its own on every answer, and no way for another site to frame or read it."""
    await pages.enter(500)
    first, second = await pages.get("/"), await pages.get("/")
    policy = first.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert policy != second.headers["Content-Security-Policy"]
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with less, browsers name no origin in forms over plain http
        "Cache-Control": "no-store",
    }.items():
        assert first.headers[name] == value
    assert "style=" not in first.text
    assert "http://" not in first.text.replace(pages.address, "")
    assert "https://" not in first.text


async def test_what_is_not_there_is_a_page_that_leads_on(pages: Pages) -> None:
    """404, 405 and 413 are plain pages, too, and JSON where JSON was asked for."""
    await pages.enter(500)
    assert (await pages.get("/nowhere")).status == 404
    assert "no such page" in (await pages.get("/nowhere")).text
    assert '"status": 404' in (await pages.get("/nowhere.json")).text
    assert (await pages.post("/")).status == 405
    assert (await pages.post("/enter", {"token": "x" * 300_000})).status == 413
    assert (await pages.get("/nowhere?q=" + "%D0%BA" * 10_000)).status == 404


async def test_what_browsers_keep_is_named_by_what_it_holds(pages: Pages) -> None:
    """The style sheet is there without a session, for a year."""
    text = (await pages.get("/")).text
    path = text.partition('stylesheet" href="')[2].partition('"')[0]
    sheet = await pages.get(path)
    assert sheet.status == 200
    assert "immutable" in sheet.headers["Cache-Control"]
    assert sheet.headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"garbage", 403),
        ("multipart/form-data", b"garbage", 403),
        ("application/json", b'{"token": "x"}', 403),
        ("application/x-www-form-urlencoded", b"token=\xff\xfe", 400),
        ("application/x-www-form-urlencoded; charset=nope", b"token=%FF", 400),
    ],
)
async def test_a_form_that_cannot_be_read_is_a_plain_page(pages: Pages, kind: str, body: bytes, status: int) -> None:
    """Whatever a program sends; it is nobody's way in."""
    async with pages.client.post(f"{pages.address}/enter", data=body, headers={"Content-Type": kind}) as answer:
        assert answer.status == status
        assert "<h1>" in await answer.text()
