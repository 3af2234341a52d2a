"""List pages in the layouts that newsrooms use: which links are articles, and what each is called."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.item_identity import EntryMarks, identify_entries
from bot.model import Fetched
from bot.sources.pages import list_page
from bot.sources.parse import Parser

Answer = Callable[..., Fetched]

URL = "https://courier.example/world/"
DATA = Path(__file__).parents[4] / "shared" / "data" / "pages" / "html"
HEADLINES = (
    "Kremlin opens its garden to the press",
    "Ministers meet in Geneva for a third day",
    "Talks on grain resume after the break",
    "Parliament votes on the budget tonight",
    "Storm closes the harbour of Odesa again",
)
AROUND = (
    '<html><head><title>World | Courier</title></head><body><header><a href="/">Courier</a><nav><ul>'
    '<li><a href="/politics/">Politics</a></li><li><a href="/2026/11/01/about-our-new-look-and-feel">Our look</a></li>'
    '</ul></nav></header><div class="site-menu"><a href="/sport/">All the sport of today here</a></div><main>{}</main>'
    '<aside class="sidebar"><h3>Most read</h3><a href="/world/2026/10/01/an-old-story-that-is-read">An old story that'
    ' everybody still reads</a></aside><div class="pagination"><a href="/world/page/2">Older stories of these</a>'
    '</div><footer><a href="/privacy-policy-and-cookies">Privacy policy and cookies</a><a href="/about">About us all'
    " here</a></footer></body></html>"
)
ADDRESSES = {
    "dated": "/world/2026/11/{n}/kremlin-opens-a-garden-{n}",
    "numbered": "/news/7075{n}",
    "slugs": "/why-the-kremlin-garden-{n}-opens-so-early/",
    "small": "/article/{n}",
    "query": "/story.php?id=88{n}",
    "tokens": "/articles/cx2jzx5y7l{n}o",
    "files": "/world/europe/garden-party-of-kremlin-{n}.html",
}
LAYOUTS = {
    "cards": '<div class="card"><a href="{a}"><img alt="Photo" src="x.jpg"></a><h3><a href="{a}">{t}</a></h3>'
    '<a class="tag" href="/tag/russia">Russia</a> <a href="/author/jane">Jane</a> <a href="{a}#c">3 comments</a>'
    "</div>",
    "wrapped": '<a href="{a}" class="tile"><h2>{t}</h2><p>A teaser of many, many words.</p><span>2 h</span></a>',
    "list": '<li><time>23.11.2026</time> <a href="{a}">{t}</a></li>',
    "table": '<tr><td>23 Nov 2026</td><td><a href="{a}">{t}</a></td></tr>',
    "more": '<article><h2>{t}</h2><p>A teaser.</p><a href="{a}">Read more</a></article>',
    "paragraphs": '<p><b><a href="{a}">{t}</a></b><br>A teaser.</p>',
    "tracked": '<div><a href="{a}"><img src="x"></a><a href="{a}">{t}</a><a href="{a}">More</a></div>',
}


def html(layout: str, addresses: str, headlines: tuple[str, ...] = HEADLINES) -> bytes:
    """Return a list page of one layout, its articles at addresses of one shape."""
    inside = "".join(
        LAYOUTS[layout].format(a=ADDRESSES[addresses].format(n=10 + n), t=title) for n, title in enumerate(headlines)
    )
    holder = {"list": "<ul>{}</ul>", "table": "<table>{}</table>"}.get(layout, "<section>{}</section>")
    return AROUND.format(holder.format(inside)).encode()


@pytest.mark.parametrize("addresses", ADDRESSES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_articles_of_a_page_are_found_and_nothing_else(layout: str, addresses: str) -> None:
    """Whatever the layout and the shape of addresses: every article once, by its headline, and no part of the house."""
    reading = list_page.read(html(layout, addresses), URL)
    assert [draft.title for draft in reading.drafts] == list(HEADLINES)
    assert reading.bare


@pytest.mark.parametrize(
    "around",
    [
        "<div>{t}</div><div>14:02</div>",
        "<time>today at two</time><span>{t}</span>",
        "<div>{t}</div><small>5 minutes ago</small>",
        "<span>23.11.2026 14:02</span> {t}",
        "<span>12 минут назад</span><b>{t}</b><svg><title>Icon</title></svg>",
        "{t} <span>· 2h ago</span><button><span>Save it</span></button>",
    ],
)
def test_a_time_inside_a_link_is_no_word_of_its_headline(around: str) -> None:
    """A link that holds a whole card says the headline alone, and the same at each poll; its own numbers stay."""
    title = "Storm kills <span>12</span> people near <i>Odesa</i>"
    links = "".join(f'<p><a href="/news/{n}">{around.format(t=title)}</a></p>' for n in range(100, 104))
    reading = list_page.read(f"<html><body>{links}</body></html>".encode(), URL)
    assert {draft.title for draft in reading.drafts} == {"Storm kills 12 people near Odesa"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/people/mayor-of-perm-opens-garden-{n}", True),
        ("/weather/2026/11/23/storm-closes-the-harbour-{n}", True),
        ("/archive/2026/11/1/storm-closes-the-harbour-{n}", True),
        ("/topics/world/storm-closes-the-harbour-2026{n}", True),
        ("/people/jane-smith-{n}", False),
        ("/authors/jane-smith-2026{n}", False),
        ("/tag/war-in-the-far-north-{n}", False),
        ("/archive/2026/11/{n}", False),
        ("/search/{n}", False),
    ],
)
def test_a_section_called_people_or_weather_has_articles(path: str, found: bool) -> None:
    """What the folder of an address says counts less than a headline with a number or a date at its end."""
    links = "".join(f'<p><a href="{path.format(n=10 + n)}">{t}</a></p>' for n, t in enumerate(HEADLINES))
    reading = list_page.read(f"<div>{links}</div>".encode(), URL, empty=True)
    assert len(reading.drafts) == (len(HEADLINES) if found else 0)


@pytest.mark.parametrize("pattern", ["/events/{}", "/news/{}.html", "/{}", "/a/b/{}/"])
@pytest.mark.parametrize("numbers", [(1000, 2000), (1898, 1899, 1900, 1901), (2099, 2100), (200112, 200113), (1987,)])
def test_numbers_of_articles_that_could_be_years_are_numbers(pattern: str, numbers: tuple[int, ...]) -> None:
    """An article is one by what its link says, also where its number is between 1900 and 2099; an archive is none."""
    links = "".join(
        f"<td><a href='{pattern.format(number)}'>Kremlin says number {number} is no date</a></td>" for number in numbers
    )
    archive = "<td><a href='/archive/2025'>2025</a> <a href='/years/2024'>News 2024</a></td>"
    reading = list_page.read(
        f"<main><table><tr>{links}{archive}</tr></table></main>".encode(), "https://site.example/list"
    )
    assert [draft.title for draft in reading.drafts] == [
        f"Kremlin says number {number} is no date" for number in numbers
    ]


def test_addresses_that_tell_nothing_are_a_list_when_their_texts_are_headlines() -> None:
    """Case of small ministries: `/go/ab` says nothing, five headlines in a row do."""
    inside = "".join(f'<p><a href="/go/{chr(97 + n)}b">{title}</a></p>' for n, title in enumerate(HEADLINES))
    assert len(list_page.read(AROUND.format(inside).encode(), URL).drafts) == len(HEADLINES)


def test_a_base_element_and_other_hosts() -> None:
    """Links are relative to `base`; those to other publishers are somebody else's articles."""
    body = (
        '<html><head><base href="https://news.courier.example/en/"></head><body>'
        '<a href="2026/11/23/the-first-story-of-all">The first story of all</a>'
        '<a href="//www.courier.example/2026/11/23/the-second-story-of-all">The second story of all</a>'
        '<a href="https://other.example/2026/11/23/a-story-of-another">A story of another house</a>'
        '<a href="javascript:alert(1)">Not a link at all here</a><a href="mailto:a@b.example">Write to us all now</a>'
        "</body></html>"
    )
    assert [draft.link for draft in list_page.read(body.encode(), URL).drafts] == [
        "https://news.courier.example/en/2026/11/23/the-first-story-of-all",
        "https://www.courier.example/2026/11/23/the-second-story-of-all",
    ]


def test_the_feeds_of_a_page_are_named_without_those_of_comments() -> None:
    """What WordPress puts into every head: the feed, the comments' feed, oEmbed and the API."""
    head = (
        '<link rel="alternate" type="application/rss+xml" title="Courier » Feed" href="/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Courier » Comments Feed" href="/comments/feed/">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">'
        '<link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="https://f.example/atom">'
        '<link rel="alternate" hreflang="ru" href="/ru/"><link rel="stylesheet" href="/x.css">'
        '<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">'
    )
    reading = list_page.read(f"<html><head>{head}</head><body></body></html>".encode(), URL, empty=True)
    assert reading.further == ("https://courier.example/feed/", "https://f.example/atom")


@pytest.mark.parametrize(
    ("select", "titles"),
    [
        ("main h3 a", HEADLINES),
        ("div.card:first-child h3", HEADLINES[:1]),
        ("footer a", ("Privacy policy and cookies", "About us all here")),
    ],
)
def test_a_selector_is_obeyed(select: str, titles: tuple[str, ...]) -> None:
    """It may name links or what holds them, even where no learning would look."""
    assert tuple(draft.title for draft in list_page.read(html("cards", "dated"), URL, select=select).drafts) == titles


@pytest.mark.parametrize(
    ("body", "select", "words"),
    [
        (html("cards", "dated"), "h3 [", "`select` is no CSS selector"),
        (html("cards", "dated"), "a::before", "`select`"),
        (html("cards", "dated"), ".nothing", "`select` finds no links among the"),
        (b"<html><title>App</title><body><div id=root></div></body></html>", None, "made by scripts"),
        (b"<html><body><a href='/about'>About</a></body></html>", None, "none of its 1 links"),
        (b"<html><title>Just a moment...</title></html>", None, "Cloudflare"),
        (b"", None, "the page is empty"),
    ],
)
def test_a_page_without_a_list_says_what_to_do(body: bytes, select: str | None, words: str) -> None:
    """Case 58: whatever is wrong is said in words."""
    with pytest.raises(ParseError, match=words):
        list_page.read(body, URL, select=select)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.integers(10, 99), min_size=3, max_size=12, unique=True),
    st.randoms(use_true_random=False),
    st.sampled_from(["", "?utm_source=front", "?fbclid=1"]),
    st.sampled_from(sorted(LAYOUTS)),
)
def test_a_link_stays_itself_whatever_the_page_does(
    numbers: list[int], chance: Random, tracking: str, layout: str
) -> None:
    """Another order, other words, tracking, another layout: every article is known by a key that it had before."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def keys(words: str, track: str, layout: str) -> dict[str, tuple[set[int], set[int]]]:
        address = ADDRESSES["dated"] + track
        inside = "".join(LAYOUTS[layout].format(a=address.format(n=n), t=f"{words} number {n}") for n in numbers)
        drafts = list_page.read(AROUND.format(inside).encode(), URL).drafts
        found = identify_entries([EntryMarks(one.guid, one.link, one.title) for one in drafts], now, homes=(URL,))
        return {
            draft.link.partition("?")[0]: (set(one.keys), set(one.known_by))
            for draft, one in zip(drafts, found, strict=True)
        }

    before = keys("The report of the garden", "", layout)
    chance.shuffle(numbers)
    after = keys("  Updated:\n report of the garden", tracking, chance.choice(sorted(LAYOUTS)))
    assert before.keys() == after.keys()
    assert all(before[link][0] & after[link][1] for link in before)


async def test_case_56_hostile_pages_cost_a_bounded_time(parser: Parser, answer: Answer, now: datetime) -> None:
    """A hundred thousand nested or crowded tags, or links without end: links or an error, and then the next page."""
    deep = b"<html><body>" + b"<div>" * 100_000 + b"<a href=/x>x</a>"
    crowd = b"<html><body><a " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">x</a>"
    many = b"<html><body>" + b"".join(
        b"<a href='/2026/11/23/story-%d'>The story of day %d</a>" % (n, n) for n in range(10_000)
    )
    unclosed = b"<html><body>" + b"<a href='/2026/11/23/a-story-of-it'>" * 20_000
    for body in (deep, crowd, many, unclosed):
        try:
            document = await parser.scan(answer(body, "text/html"), now, "page")
        except ParseError:
            continue
        assert len(document.identities) <= 500
    assert (await parser.scan(answer(html("cards", "dated")), now, "page")).shape == "page"


@pytest.mark.skipif(not DATA.is_dir(), reason="no pages of real newsrooms beside the checkout (../shared/data/pages)")
def test_pages_of_real_newsrooms_never_raise() -> None:
    """Article pages hold lists too: whatever they are, they give links or nothing."""
    some = 0
    for file in sorted(DATA.glob("*.gz"))[::9]:
        with gzip.open(file) as packed:
            some += bool(list_page.read(packed.read(), "https://www.example.com/", empty=True).drafts)
    assert some


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="feed" href="/rss">',
        '<link rel="alternate home" type="application/rss+xml" href="/rss">',
        '<a type="application/rss+xml" href="/rss">RSS</a>',
        '<a rel="feed" href="/rss">RSS</a>',
        '<meta http-equiv="Refresh" content="0; URL=\'/rss\'">',
        '<meta http-equiv="refresh" content="3,url=https://site.example/rss">',
    ],
)
def test_a_feed_is_named_in_other_ways_too(markup: str) -> None:
    """By a relation of its own, by a link that says its type, or by sending visitors on to it."""
    reading = list_page.read(
        f"<html><head>{markup}</head><body></body></html>".encode(), "https://site.example/", empty=True
    )
    assert reading.further == ("https://site.example/rss",)


@pytest.mark.parametrize(
    "markup",
    ['<a href="/rss">RSS</a>', '<meta http-equiv="refresh" content="300">', '<link rel="stylesheet" href="/rss">'],
)
def test_other_links_name_no_feed(markup: str) -> None:
    """A page that reloads itself, and links that only look like one."""
    reading = list_page.read(
        f"<html><head>{markup}</head><body></body></html>".encode(), "https://site.example/", empty=True
    )
    assert reading.further == ()
