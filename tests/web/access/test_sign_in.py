"""Getting in: a link works once, for five minutes, by its button alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.plugins.pages import NOW, Pages, PagesMaker


async def test_who_has_no_session_is_told_how_to_get_in(pages: Pages) -> None:
    """401, as a page and as JSON; nothing of the record is in it."""
    page, data = await pages.get("/"), await pages.get("/now.json")
    assert (page.status, data.status) == (401, 401)
    assert "/web" in page.text
    assert "newswatch web" in data.text
    assert "Courier" not in page.text + data.text


async def test_a_link_is_used_up_by_its_button_alone(pages: Pages) -> None:
    """Previews and scanners ask as often as they like; after the button it is gone."""
    path = await pages.link(500)
    for _ in range(3):
        assert (await pages.get(path)).status == 200
    token = path.partition("=")[2]
    entered = await pages.post("/enter", {"token": token})
    assert (entered.status, entered.headers["Location"]) == (303, "/")
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert (await pages.get("/")).status == 200
    for again in (await pages.get(path), await pages.post("/enter", {"token": token})):
        assert again.status == 410
        assert "used already" in again.text


async def test_old_and_wrong_links_say_so(open_pages: PagesMaker) -> None:
    """An old one is 410, one that never was 403, none at all 401; each says what to do."""
    now = NOW
    pages = await open_pages.open(now=lambda: now)
    path = await pages.link()
    now += timedelta(minutes=5)
    for found, status in ((path, 410), ("/enter?token=wrong", 403), ("/enter", 401), ("/enter?token=%00%ff", 403)):
        answer = await pages.get(found)
        assert answer.status == status, found
        assert "newswatch web" in answer.text
    assert (await pages.post("/enter", {"token": path.partition("=")[2]})).status == 410
    assert (await pages.post("/enter")).status == 403


async def test_over_https_the_cookie_is_for_this_site_alone(open_pages: PagesMaker) -> None:
    """Secure, and of a name that browsers bind to the host."""
    pages = await open_pages.open(web_url="https://news.example.org")
    cookie = (await pages.enter(500)).headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


async def test_who_is_an_owner_no_more_is_out(open_pages: PagesMaker) -> None:
    """Their sessions end with the setting."""
    pages = await open_pages.open(owners=frozenset({500}))
    await pages.enter(77)
    assert (await pages.get("/")).status == 401
    await pages.enter(500)
    assert (await pages.get("/")).status == 200


@pytest.mark.parametrize("owners", [frozenset[int](), frozenset({500})])
async def test_without_owners_only_this_machine_gets_in(open_pages: PagesMaker, owners: frozenset[int]) -> None:
    """A proxy on this machine passes on somebody from elsewhere."""
    pages = await open_pages.open(owners=owners)
    pages.headers = {"X-Forwarded-For": "203.0.113.9"}
    assert (await pages.enter()).status == (303 if owners else 403)
    pages.headers = {}
    assert (await pages.enter()).status == 303
    assert (await pages.get("/")).status == 200
    assert (await pages.get("/", X_Forwarded_For="203.0.113.9")).status == (200 if owners else 401)


async def test_signing_out_ends_the_session(pages: Pages) -> None:
    """The cookie is worth nothing afterwards."""
    await pages.enter(500)
    assert len(await pages.store.sessions.list_sessions(NOW)) == 1
    assert (await pages.post("/leave")).status == 303
    assert await pages.store.sessions.list_sessions(NOW) == ()
    assert (await pages.get("/")).status == 401
