"""Sources that take more than one request: indexes of sitemaps, list pages, and sites whose feed has to be found."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.polling import retrieve

if TYPE_CHECKING:
    from tests.plugins.rig import Rig, Site

    Rss = Callable[..., bytes]

NEWS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def watching(url: str, more: str = "") -> str:
    """Return a watchlists.yaml with one source."""
    return (
        f"sources:\n  - {{name: One, publisher: one, url: '{url}', every: 1m{more}}}\n"
        "watchlists:\n  k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}\n"
    )


def sitemap(site: Site, *entries: tuple[str, str], lastmod: str = "2026-11-23") -> bytes:
    """Return a sitemap of (path, title); without a title it is a plain one."""
    inside = "".join(
        f"<url><loc>{site.url(path)}</loc><lastmod>{lastmod}</lastmod>"
        + (f"<news:news><news:title>{title}</news:title></news:news>" if title else "")
        + "</url>"
        for path, title in entries
    )
    return f'<?xml version="1.0"?><urlset {NEWS}>{inside}</urlset>'.encode()


def index(site: Site, *paths: str) -> bytes:
    """Return an index of sitemaps."""
    inside = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in paths)
    return f"<sitemapindex>{inside}</sitemapindex>".encode()


def article(title: str, text: str, published: str = "") -> bytes:
    """Return an article's page."""
    meta = f'<meta property="article:published_time" content="{published}">' if published else ""
    paragraphs = f"<p>{text} It was said on Monday, in front of the press, by people who should know.</p>" * 2
    return (
        f"<!doctype html><html><head><title>{title}</title>{meta}</head><body><article><h1>{title}</h1>{paragraphs}"
        "</article></body></html>"
    ).encode()


def listing(*entries: tuple[str, str], head: str = "") -> bytes:
    """Return a list page of (path, what the link says)."""
    inside = "".join(f'<li class="story"><a href="{path}">{text}</a></li>' for path, text in entries)
    return (
        f"<!doctype html><html><head><title>Courier</title>{head}</head><body><nav><a href='/world'>World</a></nav>"
        f"<main><ul>{inside}</ul></main><footer><a href='/imprint'>Imprint</a></footer></body></html>"
    ).encode()


async def test_a_news_sitemap_tells_new_entries_only_whatever_else_of_it_changes(rig: Rig) -> None:
    """An entry is one by address and title: another lastmod, another order, tracking in its address are no news."""
    site = await rig.site()
    old = [(f"/2026/11/2{n}/story-{n}", f"Kremlin case {n} of the week") for n in range(3)]
    site.pages["/sm.xml"] = sitemap(site, *old)
    await rig.set_up(watching(site.url("/sm.xml"), ", full_text: never"))
    assert (await rig.poll()).items == 3
    tracked = [(f"{path}?utm_source=sitemap", title) for path, title in reversed(old)]
    site.pages["/sm.xml"] = sitemap(site, *tracked, lastmod="2026-11-24T10:00:00+03:00")
    assert (await rig.later(minutes=5)).new == 0
    site.pages["/sm.xml"] = sitemap(site, *old, ("/2026/11/23/new", "Kremlin opens a garden"))
    assert (await rig.later(minutes=5)).queued == 1
    assert await rig.headlines() == ["Kremlin opens a garden"]


async def test_a_plain_sitemap_takes_titles_from_the_pages(rig: Rig) -> None:
    """Without news:title each new page is opened: it matches by its own title, not by the words of its address."""
    site = await rig.site()
    site.pages["/sm.xml"] = sitemap(site, ("/world/garden-party-ends", ""))
    await rig.set_up(watching(site.url("/sm.xml")))
    await rig.poll()
    site.pages["/sm.xml"] = sitemap(
        site, ("/world/garden-party-ends", ""), ("/world/item-7", ""), ("/world/lost-kremlin-page", "")
    )
    site.pages["/world/item-7"] = article("Kremlin shuts its garden", "The garden is shut until spring.")
    assert (await rig.later(minutes=5)).queued == 2
    assert await rig.headlines() == ["Kremlin shuts its garden", "Lost kremlin page"]


async def test_an_index_means_its_news_sitemaps(rig: Rig) -> None:
    """Of an index the sitemaps of news are read; that the index itself stays the same hides no news."""
    site = await rig.site()
    site.pages["/index.xml"] = index(site, "/sitemap-tags.xml", "/sitemap-news.xml", "/sitemap-2019.xml")
    site.pages["/sitemap-news.xml"] = sitemap(site, ("/a1", "Kremlin asks for time"))
    await rig.set_up(watching(site.url("/index.xml"), ", full_text: never"))
    assert (await rig.poll()).items == 1
    site.pages["/sitemap-news.xml"] = sitemap(site, ("/a1", "Kremlin asks for time"), ("/a2", "Kremlin gets more time"))
    assert (await rig.later(minutes=5)).queued == 1
    assert set(site.asked) == {"/index.xml", "/sitemap-news.xml"}


async def test_first_sight_of_an_index_waits_for_all_of_its_sitemaps(rig: Rig) -> None:
    """Promise 4: a sitemap that is away at first sight would come back as a flood of old entries."""
    site = await rig.site()
    site.pages["/index.xml"] = index(site, "/part-1.xml", "/part-2.xml")
    site.pages["/part-1.xml"] = sitemap(site, ("/a1", "Kremlin asks for time"))
    await rig.set_up(watching(site.url("/index.xml"), ", full_text: never"))
    assert (await rig.poll()).failures
    site.pages["/part-2.xml"] = sitemap(site, ("/b1", "Kremlin gets more time"))
    assert (await rig.later(minutes=5)).new == 0
    del site.pages["/part-2.xml"]
    site.pages["/part-1.xml"] = sitemap(site, ("/a1", "Kremlin asks for time"), ("/a2", "Kremlin looks at a clock"))
    assert (await rig.later(minutes=5)).queued == 1


async def test_an_index_of_indexes_ends(rig: Rig) -> None:
    """A sitemap that names itself, or the one that named it, costs a few requests and a line."""
    site = await rig.site()
    site.pages["/a.xml"] = index(site, "/a.xml", "/b.xml")
    site.pages["/b.xml"] = index(site, "/a.xml", "/b.xml")
    await rig.set_up(watching(site.url("/a.xml")))
    assert (await rig.poll()).failures == {"One": "an index without any sitemaps"}
    assert len(site.asked) <= 1 + retrieve.SITEMAPS


async def test_a_list_page_tells_new_links_by_what_their_pages_say(rig: Rig) -> None:
    """New links only: another text, order or tracking of a known one is no news; title and lead come from the page."""
    site = await rig.site()
    old = [(f"/news/garden-report-number-{n}", f"The garden report of day {n}") for n in range(4)]
    site.pages["/list"] = listing(*old)
    await rig.set_up(watching(site.url("/list"), ", kind: page"))
    assert (await rig.poll()).items == 4
    site.pages["/list"] = listing(*((f"{path}?utm_medium=list", f"Kremlin! {text}") for path, text in reversed(old)))
    assert (await rig.later(minutes=5)).new == 0
    site.pages["/list"] = listing(("/news/a-quiet-morning-in-town", "A quiet morning"), *old)
    site.pages["/news/a-quiet-morning-in-town"] = article("Kremlin sleeps late", "The town is quiet. Nobody is up.")
    assert (await rig.later(minutes=5)).queued == 1
    (delivery,) = await rig.told()
    assert delivery.alert.headline == "Kremlin sleeps late"
    assert delivery.alert.lead.startswith("The town is quiet. Nobody is up.")


async def test_a_page_that_cannot_be_had_leaves_what_the_link_says(rig: Rig) -> None:
    """Promise 9: a paywall delays nothing, the alert goes with the words of the link."""
    site = await rig.site()
    old = [(f"/news/garden-report-number-{n}", f"The garden report of day {n}") for n in range(4)]
    site.pages["/list"] = listing(*old)
    await rig.set_up(watching(site.url("/list"), ", kind: page"))
    await rig.poll()
    site.pages["/list"] = listing(("/news/kremlin-behind-a-wall", "Kremlin speaks behind a wall"), *old)
    assert (await rig.later(minutes=5)).queued == 1
    assert await rig.headlines() == ["Kremlin speaks behind a wall"]


@pytest.mark.parametrize("title", ["Log in", "Before you continue", "Page not found"])
async def test_a_page_to_log_in_is_no_headline(rig: Rig, title: str) -> None:
    """What says no word of the link and fires on nothing is not its article: the alert goes with the link's words."""
    site = await rig.site()
    old = [(f"/news/garden-report-number-{n}", f"The garden report of day {n}") for n in range(4)]
    site.pages["/list"] = listing(*old)
    await rig.set_up(watching(site.url("/list"), ", kind: page"))
    await rig.poll()
    site.pages["/list"] = listing(("/news/1234", "Kremlin speaks behind a wall"), *old)
    site.pages["/news/1234"] = article(title, "Please accept all that is to be accepted.")
    await rig.later(minutes=5)
    (delivery,) = await rig.told()
    assert delivery.alert.headline == "Kremlin speaks behind a wall"
    assert "accept" not in delivery.alert.lead


async def test_an_old_article_that_comes_onto_a_list_is_recorded_and_not_told(rig: Rig) -> None:
    """From the archive: the page says that it is months old."""
    site = await rig.site()
    old = [(f"/news/garden-report-number-{n}", f"The garden report of day {n}") for n in range(4)]
    site.pages["/list"] = listing(*old)
    await rig.set_up(watching(site.url("/list"), ", kind: page"))
    await rig.poll()
    site.pages["/list"] = listing(("/news/kremlin-from-the-archive", "Kremlin from the archive"), *old)
    site.pages["/news/kremlin-from-the-archive"] = article("Kremlin of old", "Long ago.", "2024-01-01T10:00:00Z")
    assert (await rig.later(minutes=5)).queued == 0
    assert (await rig.later(minutes=5)).new == 0


async def test_a_selector_says_where_the_links_are(rig: Rig) -> None:
    """Links that no learning would take are taken when `select` names them, and no others."""
    site = await rig.site()
    site.pages["/list"] = b"<html><body><div id=x><a href=/a>A</a> <a href=/b>B</a></div><a href=/c>C</a></body></html>"
    await rig.set_up(watching(site.url("/list"), ', select: "#x a"'))
    assert (await rig.poll()).items == 2


@pytest.mark.parametrize(
    ("head", "pages", "found"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/named">', ("/named",), "/named"),
        ('<link rel="alternate" type="application/rss+xml" href="/dead">', ("/feed",), "/feed"),
        ("", ("/rss.xml",), "/rss.xml"),
        ("", ("/atom.xml", "/rss.xml"), "/rss.xml"),
    ],
)
async def test_the_feed_of_a_site_is_found_and_remembered(
    rig: Rig, rss: Rss, head: str, pages: tuple[str, ...], found: str
) -> None:
    """`https://courier.example/` just works: the search is made once, and from then on the feed alone is asked."""
    site = await rig.site()
    site.pages["/"] = listing(head=head)
    for path in pages:
        site.pages[path] = rss(("a", "Kremlin opens", "One."), site=site.url(""))
    await rig.set_up(watching(site.url("/"), ", full_text: never"))
    assert (await rig.poll()).items == 1
    site.asked.clear()
    site.pages[found] = rss(("b", "Kremlin shuts", "Two."), ("a", "Kremlin opens", "One."), site=site.url(""))
    assert (await rig.later(minutes=5)).queued == 1
    assert site.asked == [found]


async def test_the_feed_that_only_a_link_header_names_is_found(rig: Rig, rss: Rss) -> None:
    """A page may name its feed beside its body, as RFC 8288 has it; an interface for programs is none."""
    site = await rig.site()

    async def answer(_request: web.Request) -> web.StreamResponse:
        named = (
            '</wp-json/posts>; rel="alternate"; type="application/json"',
            '</news.atom>; rel="alternate feed"; type="application/atom+xml"',
        )
        return web.Response(body=listing(), content_type="text/html", headers=[("Link", one) for one in named])

    site.pages["/"] = answer
    site.pages["/news.atom"] = rss(("a", "Kremlin opens", "One."), site=site.url(""))
    await rig.set_up(watching(site.url("/")))
    assert (await rig.poll()).items == 1
    assert rig.rows("SELECT found FROM sources") == [(site.url("/news.atom"),)]


async def test_a_feed_with_a_bad_byte_is_found_from_its_site(rig: Rig, rss: Rss) -> None:
    """Its newest items are read before it is chosen, from the bytes as they came."""
    site = await rig.site()
    site.pages["/"] = listing(head='<link rel="alternate" type="application/rss+xml" href="/f">')
    site.pages["/f"] = rss(("a", "Kremlin opens", "One BAD two."), site=site.url("")).replace(b"BAD", b"\xf0\x9f")
    await rig.set_up(watching(site.url("/")))
    assert (await rig.poll()).items == 1


async def test_a_news_sitemap_of_robots_txt_is_found(rig: Rig) -> None:
    """Where a site names no feed, robots.txt may name its news sitemap."""
    site = await rig.site()
    site.pages["/"] = listing()
    site.pages["/robots.txt"] = (
        f"User-agent: *\nSitemap: {site.url('/all.xml')}\nsitemap:{site.url('/news-1.xml')}\n".encode()
    )
    site.pages["/news-1.xml"] = sitemap(site, ("/a1", "Kremlin asks for time"))
    await rig.set_up(watching(site.url("/")))
    assert (await rig.poll()).items == 1
    assert rig.rows("SELECT found FROM sources") == [(site.url("/news-1.xml"),)]


async def test_a_site_without_any_feed_is_a_list_page_and_not_searched_again(rig: Rig) -> None:
    """The search is made once; then the page itself is what is asked."""
    site = await rig.site()
    old = [(f"/news/garden-report-number-{n}", f"The garden report of day {n}") for n in range(4)]
    site.pages["/"] = listing(*old)
    await rig.set_up(watching(site.url("/")))
    assert (await rig.poll()).items == 4
    site.asked.clear()
    site.pages["/"] = listing(("/news/kremlin-opens-its-garden", "Kremlin opens its garden"), *old)
    assert (await rig.later(minutes=5)).queued == 1
    assert site.asked == ["/", "/robots.txt", "/news/kremlin-opens-its-garden"]


async def test_a_feed_that_died_is_looked_for_again(rig: Rig, rss: Rss) -> None:
    """A site that moves its feed is found again after three polls, and what was known stays known."""
    site = await rig.site()
    site.pages["/"] = listing(head='<link rel="alternate" type="application/rss+xml" href="/old">')
    site.pages["/old"] = rss(("a", "Kremlin opens", "One."), site=site.url(""))
    await rig.set_up(watching(site.url("/"), ", full_text: never"))
    await rig.poll()
    del site.pages["/old"]
    site.pages["/"] = listing(head='<link rel="alternate" type="application/rss+xml" href="/new">')
    site.pages["/new"] = rss(("b", "Kremlin shuts", "Two."), ("a", "Kremlin opens", "One."), site=site.url(""))
    for _ in range(3):
        assert (await rig.later(hours=2)).failures
    assert (await rig.later(hours=2)).queued == 1
    assert await rig.headlines() == ["Kremlin shuts"]


async def test_an_abandoned_feed_is_not_followed(rig: Rig) -> None:
    """A feed whose newest item is a year old says less than the page that names it."""
    site = await rig.site()
    head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.pages["/"] = listing(
        *((f"/news/garden-report-number-{n}", f"The garden report {n}") for n in range(4)), head=head
    )
    site.pages["/feed"] = (
        b"<rss><channel><title>S</title><item><title>Hello world</title><link>http://site.example/hello</link>"
        b"<pubDate>Mon, 03 Nov 2025 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    await rig.set_up(watching(site.url("/")))
    assert (await rig.poll()).items == 4


async def test_a_site_that_asks_for_peace_is_not_searched_further(rig: Rig) -> None:
    """Promise 9: a 429 in the middle of the search ends it; the page that was had is used."""
    site = await rig.site()

    async def refuse(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPTooManyRequests

    site.pages["/"] = listing(*((f"/news/garden-report-number-{n}", f"The garden report {n}") for n in range(4)))
    site.pages["/feed"] = refuse
    await rig.set_up(watching(site.url("/")))
    assert (await rig.poll()).items == 4
    assert site.asked == ["/", "/robots.txt", "/feed"]


async def test_headers_of_a_source_stay_with_its_host(rig: Rig, rss: Rss) -> None:
    """Promise 7: a feed on another host never gets the key of the site that named it."""
    site, other = await rig.site(), await rig.site()
    keys: list[str | None] = []

    async def take(request: web.Request) -> web.StreamResponse:
        keys.append(request.headers.get("Authorization"))
        return web.Response(body=rss(("a", "Kremlin opens", "One.")), content_type="application/rss+xml")

    site.pages["/"] = listing(head=f'<link rel="alternate" type="application/rss+xml" href="{other.url("/f")}">')
    other.pages["/f"] = take
    await rig.set_up(watching(site.url("/"), ", headers: {Authorization: secret-key}"))
    assert (await rig.poll()).items == 1
    assert keys == [None]


async def test_case_38_a_feed_that_sends_a_page_is_only_ill(rig: Rig, rss: Rss) -> None:
    """A page to log in, or of maintenance, is an error: no search, no other address, and no list made of its links."""
    site = await rig.site()
    site.pages["/feed"] = rss(("a", "Kremlin opens", "One."), site=site.url(""))
    await rig.set_up(watching(site.url("/feed"), ", full_text: never"))
    await rig.poll()
    site.pages["/feed"] = listing(*((f"/news/garden-report-number-{n}", f"The garden report {n}") for n in range(4)))
    site.asked.clear()
    for _ in range(3):
        assert (await rig.later(hours=2)).failures == {"One": "not a feed but a web page (“Courier”)"}
    assert set(site.asked) == {"/feed"}
    assert "no other feed is found" in (await rig.later(hours=2)).failures["One"]
    site.pages["/feed"] = rss(("b", "Kremlin shuts", "Two."), ("a", "Kremlin opens", "One."), site=site.url(""))
    assert (await rig.later(hours=2)).queued == 1


async def test_a_small_list_is_a_list(rig: Rig) -> None:
    """Two links at addresses that tell nothing: where somebody says that this is a list, it is one."""
    site = await rig.site()
    site.pages["/list"] = listing(("/a", "First garden report"), ("/b", "Second garden report"))
    await rig.set_up(watching(site.url("/list"), ", kind: page"))
    assert (await rig.poll()).items == 2
    site.pages["/list"] = listing(
        ("/c", "Kremlin speaks again"), ("/a", "First garden report"), ("/b", "Second garden report")
    )
    assert (await rig.later(minutes=5)).queued == 1


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"<html><title>Log in</title><form></form><a href='/forgot'>Forgotten?</a>", "“Log in”.* none of its links"),
        (b"<html><title>News</title><body><div id=root></div><script src=a.js></script>", "made by scripts"),
    ],
)
async def test_a_site_without_anything_says_what_it_shows(rig: Rig, page: bytes, words: str) -> None:
    """Whoever reads the reason knows that this is a page to log in, or one that only a browser can make."""
    site = await rig.site()
    site.pages["/"] = page
    await rig.set_up(watching(site.url("/")))
    (reason,) = (await rig.poll()).failures.values()
    assert re.search(words, reason)


def channel(*posts: tuple[int, str]) -> bytes:
    """Return the web preview of a Telegram channel, oldest first as it is."""
    inside = "".join(
        f'<div class="tgme_widget_message" data-post="courier/{number}">'
        f'<div class="tgme_widget_message_text">{text}</div>'
        f'<a class="tgme_widget_message_date" href="https://t.me/courier/{number}">'
        '<time datetime="2026-11-23T12:00:00+00:00"></time></a></div>'
        for number, text in posts
    )
    return f'<html><body><div class="tgme_channel_info"></div>{inside}</body></html>'.encode()


async def test_a_channel_of_telegram_is_read_from_any_page_of_that_shape(rig: Rig) -> None:
    """`kind: telegram` on a mirror: what stood there is not told, a new post is, with its text as the headline."""
    site = await rig.site()
    site.pages["/s/courier"] = channel((1, "Kremlin opens a garden"), (2, "Weather"))
    await rig.set_up(watching(site.url("/s/courier"), ", kind: telegram, full_text: never"))
    assert (await rig.poll()).items == 2
    site.pages["/s/courier"] = channel((2, "Weather"), (3, "The Kremlin closes its garden for the winter."))
    assert (await rig.later(minutes=5)).queued == 1


async def test_an_address_that_brings_no_news_says_what_to_paste_instead(rig: Rig) -> None:
    """A private channel is no failing server: nothing is asked, and the reason is the source's."""
    await rig.set_up(watching("https://t.me/+AbCdEf"))
    result = await rig.poll()
    assert list(result.failures.values()) == [
        "this channel is private: only public ones, as t.me/NAME, can be read without an account"
    ]
