"""Where items lead, and what they are called, where feeds say it in odd ways."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from json import dumps

import pytest

from bot.model import Fetched, Item

Answer = Callable[..., Fetched]
Rss = Callable[..., str]
Read = Callable[[Fetched], Awaitable[tuple[Item, ...]]]

FEED = "https://feeds.example/one"  # another host than the site's
HEAD = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>/news/9</link>", "https://courier.example/news/9"),
        ("<link>news/9?a=1&amp;b=2</link>", "https://courier.example/news/9?a=1&b=2"),
        ("<link>//m.courier.example/9</link>", "https://m.courier.example/9"),
        ("<guid>1558978626260</guid>", None),
        ("<guid isPermaLink='true'>news/9</guid>", None),
        ("<guid isPermaLink='false'>https://courier.example/?p=9</guid>", None),
        ("<guid>https://courier.example/9</guid>", "https://courier.example/9"),
        ("<guid>12</guid><link>/news/9</link>", "https://courier.example/news/9"),
        ("<enclosure url='https://pod.example/20.mp3' type='audio/mpeg'/>", "https://pod.example/20.mp3"),
        ("<enclosure url='/20.mp3'/><link>/20.html</link>", "https://courier.example/20.html"),
        ("<link>https://www.google.com/url?url=https://post.example/1&amp;ct=ga</link>", "https://post.example/1"),
    ],
)
async def test_an_item_leads_to_its_page(read: Read, answer: Answer, rss: Rss, item: str, url: str | None) -> None:
    """Links are relative to the site, a guid that is no address is none, and a recording is linked where it is all."""
    (found,) = await read(answer(rss(f"<title>Peskov</title>{item}"), url=FEED))
    assert found.url == url


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("<link href='https://courier.example/'/>", "https://courier.example/x/9"),
        ("<link rel='self' href='https://courier.example/feed/atom'/>", "https://courier.example/feed/x/9"),
        ("<link rel='self' href='https://a.example/f'/><link href='/blog/'/>", "https://a.example/x/9"),
        ("", "https://feeds.example/x/9"),
    ],
)
async def test_links_of_atom_have_a_base(read: Read, answer: Answer, head: str, url: str) -> None:
    """The site at another host, else where the document says that it is, else where it was found."""
    (found,) = await read(answer(f"{HEAD}{head}<entry><title>T</title><link href='x/9'/></entry></feed>", url=FEED))
    assert found.url == url


async def test_json_items_have_a_base_and_attachments(read: Read, answer: Answer) -> None:
    """The same for JSON Feed."""
    items = [{"id": "1", "title": "A", "url": "/9"}, {"id": "2", "title": "B", "attachments": [{"url": "/9.mp3"}]}]
    feed = {"version": "https://jsonfeed.org/version/1", "home_page_url": "https://courier.example/", "items": items}
    found = await read(answer(dumps(feed), url=FEED))
    assert [one.url for one in found] == ["https://courier.example/9", "https://courier.example/9.mp3"]


@pytest.mark.parametrize(
    "name", ["Peskov&amp;amp;#8217;s view", "Peskov&amp;amp;rsquo;s view", "Peskov&amp;#8217;s view"]
)
async def test_what_was_escaped_twice_is_decoded_twice(read: Read, answer: Answer, rss: Rss, name: str) -> None:
    """In RSS, Atom and JSON, in titles and texts alike."""
    once = name.replace("&amp;amp;", "&amp;")
    (of_rss,) = await read(answer(rss(f"<title>{name}</title><description>{name}</description>")))
    (of_atom,) = await read(answer(f"{HEAD}<entry><title>{once}</title><summary>{once}</summary></entry></feed>"))
    plain = once.replace("&amp;", "&")
    feed = {"version": "1", "items": [{"title": plain, "summary": plain, "content_text": plain}]}
    (of_json,) = await read(answer(dumps(feed)))
    for item in (of_rss, of_atom, of_json):
        assert (item.title, item.lead) == ("Peskov’s view", "Peskov’s view")
    assert of_json.body == "Peskov’s view"


@pytest.mark.parametrize(
    ("doctype", "title"),
    [
        (
            "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://dtd.example/rss-0.91.dtd'>",
            "Gespr&auml;ch",
        ),
        ("", "Gespr&auml;ch"),
        ("", "Gespr&amp;auml;ch"),
        ("<!DOCTYPE rss>", "Gespr&#228;ch"),
    ],
)
async def test_letters_of_html_stay_letters(read: Read, answer: Answer, doctype: str, title: str) -> None:
    """With and without the DTD that declares them, which nobody loads."""
    item = f"<item><title>{title} &ndash; Z&uuml;rich</title></item>"
    feed = f"<?xml version='1.0'?>{doctype}<rss version='0.91'><channel>{item}"
    (found,) = await read(answer(f"{feed}</channel></rss>"))
    assert found.title == "Gespräch – Zürich"


@pytest.mark.parametrize("title", ["", "<title></title>", "<title>Untitled</title>", "<title>⚡️</title>"])
async def test_a_post_without_a_title_has_its_text_for_one(read: Read, answer: Answer, rss: Rss, title: str) -> None:
    """Of a Mastodon account or a bridge, in RSS, Atom and JSON."""
    (of_rss,) = await read(answer(rss(f"{title}<description>&lt;p&gt;Kremlin denies it&lt;/p&gt;</description>")))
    (of_atom,) = await read(
        answer(f"{HEAD}<entry>{title}<content type='html'>Kremlin denies it</content></entry></feed>")
    )
    (of_json,) = await read(answer(dumps({"version": "1", "items": [{"content_html": "<p>Kremlin denies it</p>"}]})))
    assert {item.title for item in (of_rss, of_atom, of_json)} == {"Kremlin denies it"}


async def test_what_a_search_finds_is_its_outlets(read: Read, answer: Answer, rss: Rss) -> None:
    """By the page that the link carries; where Google News hides it, by the source that the entry names."""
    wrapped = "<title>A</title><link>https://www.google.com/url?url=https://news.post.example/1&amp;ct=ga</link>"
    hidden = "<title>B</title><link>https://news.google.com/rss/articles/CBMiVkFVX3lxTE5abcdefghijklm?oc=5</link>"
    named = f"{hidden}<source url='https://www.gazette.example'>Gazette</source>"
    own = "<title>C</title><link>https://courier.example/1</link><source url='https://other.example'>Other</source>"
    found = await read(answer(rss(wrapped, hidden.replace("B<", "D<"), named, own)))
    assert [item.outlet for item in found] == ["post.example", None, "gazette.example", None]
