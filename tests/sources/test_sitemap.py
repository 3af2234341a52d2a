"""Sitemaps as publishers write them: which entries come out, in which order, and what an index leads to."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.item_identity import EntryMarks, Identity, identify_entries
from bot.model import Fetched, Kind
from bot.sources import kinds, sitemap
from bot.sources.document import MOST
from bot.sources.parse import Parser

Answer = Callable[..., Fetched]

URL = "https://courier.example/sitemap_news.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:video="http://x.example/video"'
)


def urlset(*entries: str) -> bytes:
    """Return a sitemap around entries."""
    inside = "".join(f"<url>{entry}</url>" for entry in entries)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACES}>{inside}</urlset>'.encode()


def news(number: int, title: str, at: str = "", more: str = "") -> str:
    """Return an entry of a news sitemap."""
    date = f"<news:publication_date>{at}</news:publication_date>" if at else ""
    return (
        f"<loc>https://courier.example/2026/11/{number}</loc>{more}<news:news><news:publication><news:name>C</news:name>"
        f"<news:language>ru</news:language></news:publication>{date}<news:title>{title}</news:title></news:news>"
    )


def index(*entries: tuple[str, str]) -> bytes:
    """Return an index of (address, lastmod)."""
    inside = "".join(
        f"<sitemap><loc>https://c.example/{path}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for path, at in entries
    )
    return f"<sitemapindex>{inside}</sitemapindex>".encode()


def test_news_entries_come_newest_first_with_their_own_titles_and_dates() -> None:
    """Titles of pictures and films are none of the article's, and lastmod is no publication."""
    picture = (
        "<image:image><image:loc>https://i.example/1.jpg</image:loc><image:title>Photo</image:title></image:image>"
    )
    film = (
        "<video:video><video:title>Film</video:title><video:publication_date>2030-01-01</video:publication_date>"
        "</video:video>"
    )
    data = urlset(
        news(1, "Old &amp; gold", "2026-11-21T10:00:00+03:00", f"<lastmod>2026-11-23</lastmod>{picture}"),
        news(2, "<![CDATA[Newest <b>of</b> all]]>", "2026-11-23T10:00Z", film),
        news(3, "By lastmod", more="<lastmod>Mon, 23 Nov 2026 08:00:00 GMT</lastmod>"),
    )
    reading = sitemap.read(data, URL)
    assert [draft.title for draft in reading.drafts] == ["Newest of all", "By lastmod", "Old & gold"]
    assert reading.drafts[2].published == datetime(2026, 11, 21, 7, tzinfo=UTC)
    assert {draft.language for draft in reading.drafts} == {"ru"}
    assert not reading.bare


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://c.example/2026/11/23/kremlin-opens-its-garden-12345.html", "Kremlin opens its garden"),
        ("https://c.example/world/summit_ends_early/", "Summit ends early"),
        (
            "https://c.example/%D0%BA%D1%80%D0%B5%D0%BC%D0%BB%D1%8C-%D0%BC%D0%BE%D0%BB%D1%87%D0%B8%D1%82",
            "Кремль молчит",
        ),
        ("https://c.example/article/12345", ""),
    ],
)
def test_an_address_stands_in_for_a_title(address: str, words: str) -> None:
    """A plain sitemap has addresses only; their words are a title until the page is opened."""
    reading = sitemap.read(urlset(f"<loc>{address}</loc>"), URL)
    assert reading.bare
    assert reading.drafts[0].title == words


def test_of_fifty_thousand_entries_the_newest_are_read() -> None:
    """Case 67: however many there are and in whatever order, the newest come out; without dates both ends do."""
    dated = [
        f"<loc>https://c.example/a{n}</loc><lastmod>{2000 + n // 400}-0{n % 9 + 1}-01</lastmod>" for n in range(10_000)
    ]
    Random(7).shuffle(dated)
    reading = sitemap.read(urlset(*dated), URL)
    assert len(reading.drafts) == MOST
    assert min(draft.published for draft in reading.drafts if draft.published) >= datetime(2023, 1, 1, tzinfo=UTC)
    bare = sitemap.read(urlset(*(f"<loc>https://c.example/a{n}</loc>" for n in range(50_001))), URL)
    assert bare.drafts[0].link.endswith("/a0")
    assert bare.drafts[-1].link.endswith("/a49999")


@pytest.mark.parametrize(
    ("entries", "chosen"),
    [
        ([("post-sitemap.xml", ""), ("news-sitemap.xml", ""), ("category-sitemap.xml", "")], ["news-sitemap.xml"]),
        ([("post-sitemap1.xml", "2026-11-01"), ("page-sitemap.xml", "2026-11-23"), ("post-sitemap2.xml", "2026-11-22")],
         ["post-sitemap2.xml", "post-sitemap1.xml"]),
        ([(f"sitemap-2026-{n:02}.xml.gz", "") for n in range(1, 12)],
         ["sitemap-2026-11.xml.gz", "sitemap-2026-10.xml.gz", "sitemap-2026-09.xml.gz", "sitemap-2026-08.xml.gz"]),
        ([(f"part{n}.xml", "") for n in range(9)], ["part0.xml", "part1.xml", "part7.xml", "part8.xml"]),
        ([("a.xml", "")], ["a.xml"]),
        ([], []),
    ],
)  # fmt: skip
def test_an_index_leads_to_the_few_sitemaps_that_can_hold_news(
    entries: list[tuple[str, str]], chosen: list[str]
) -> None:
    """Those of news, else the newest by date, else by the month in their names, else both ends of the list."""
    reading = sitemap.read(index(*entries), URL)
    assert reading.version == "index"
    assert [address.removeprefix("https://c.example/") for address in reading.further] == chosen


@pytest.mark.parametrize("kind", ["auto", "feed", "sitemap"])
@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'<rss version="2.0"><channel><item><title>One</title><link>/1</link></item></channel></rss>', 1),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "One"}]}', 1),
        (b"<html><title>Courier</title><body>Hello</body></html>", "a gzip file with a web page"),
        (b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel/></rss>', "declares entities"),
        (gzip.compress(b"<rss/>"), "a gzip file"),
    ],
    ids=["feed", "json", "page", "trap", "packed"],
)
def test_whatever_is_packed_is_known_by_its_inside(body: bytes, what: int | str, kind: Kind) -> None:
    """A server that packs its feed and does not say so is understood; what is no list inside is named."""
    packed = gzip.compress(body)
    found = kinds.detect_kind(packed, kind)
    if isinstance(what, int):
        assert len(kinds.read_document(packed, URL, "application/xml", found).drafts) == what
    else:
        with pytest.raises(ParseError, match=what):
            kinds.read_document(packed, URL, "application/xml", found)


def test_a_packed_sitemap_is_unpacked_and_a_bomb_is_not() -> None:
    """Case 34: `sitemap.xml.gz` is a file, not an encoding; it may not grow beyond its bound."""
    assert len(kinds.read_document(gzip.compress(urlset(news(1, "One"))), URL, "", "packed").drafts) == 1
    with pytest.raises(ParseError, match="more than 16 MB"):
        kinds.read_document(gzip.compress(bytes(kinds.UNPACKED + 1)), URL, "", "packed")
    with pytest.raises(ParseError, match="cannot be unpacked"):
        kinds.read_document(kinds.GZIP + b"nonsense", URL, "", "packed")


def test_case_59_what_is_not_well_formed_gives_whole_entries_only() -> None:
    """A bare ampersand is mended; of a sitemap that breaks off, the last half entry is left out."""
    data = urlset(news(1, "Research & money"), news(2, "Two"))
    assert {draft.title for draft in sitemap.read(data, URL).drafts} == {"Research & money", "Two"}
    assert [draft.title for draft in sitemap.read(data[: data.index(b"Two") + 2], URL).drafts] == ["Research & money"]
    with pytest.raises(ParseError, match=r"not well-formed XML \(line 1"):
        sitemap.read(b"<urlset><url><loc>https://c.example/a</lok>", URL)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><title>Soft</title></html>", "not a sitemap but a web page"),
        (b"<rss><channel/></rss>", "not a sitemap but"),
        (b"", "the answer is empty"),
        (b"{}", "not a sitemap but JSON"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, words: str) -> None:
    """Case 58: the owner reads what came instead."""
    with pytest.raises(ParseError, match=words):
        kinds.detect_kind(body, "sitemap")


async def test_case_55_traps_in_sitemaps_are_refused(parser: Parser, answer: Answer, now: datetime) -> None:
    """Entities that read files or grow are refused before anything is parsed."""
    for inside in ('<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">', '<!ENTITY x SYSTEM "file:///etc/passwd">'):
        body = f"<?xml version='1.0'?><!DOCTYPE urlset [{inside}]><urlset><url><loc>&b;</loc></url></urlset>"
        with pytest.raises(ParseError, match="entities"):
            await parser.scan(answer(body), now, "auto")


@pytest.mark.parametrize("kind", ["auto", "sitemap"])
@pytest.mark.parametrize(
    "before",
    [
        "<!DOCTYPE urlset>",
        '<!DOCTYPE urlset [<!ENTITY dash "-">]>',
        '<!DOCTYPE urlset SYSTEM "sitemap.dtd" [<!ELEMENT a (b)> <!ENTITY dash "-"> ] >',
        "<!-- one --><?xml-stylesheet href='a.xsl'?><!DOCTYPE urlset><!-- two -->",
    ],
)
def test_a_sitemap_behind_a_doctype_is_a_sitemap(kind: Kind, before: str) -> None:
    """Whatever a DOCTYPE declares between brackets, the root element says what the document is."""
    body = before.encode() + urlset(news(1, "One")).partition(b"?>")[2]
    assert kinds.detect_kind(body, kind) == "sitemap"
    assert [draft.title for draft in kinds.read_document(body, URL, "", "sitemap").drafts] == ["One"]


@pytest.mark.parametrize("kind", ["auto", "sitemap"])
async def test_a_sitemap_that_declares_entities_of_entities_is_named_for_what_it_is(
    parser: Parser, answer: Answer, now: datetime, kind: Kind
) -> None:
    """It is a trap, which the owner reads, and not "not a sitemap but a sitemap"; the same without it is read."""
    trap = '<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
    body = f"<?xml version='1.0'?>{trap}<urlset><url><loc>http://x.example/2026/11/one-two</loc></url></urlset>"
    with pytest.raises(ParseError, match="declares entities"):
        await parser.scan(answer(body), now, kind)
    assert len((await parser.scan(answer(body.replace(trap, "")), now, kind)).identities) == 1


async def test_case_56_monstrous_sitemaps_are_read_in_a_child(parser: Parser, answer: Answer, now: datetime) -> None:
    """Nested or crowded by the hundred thousand, or merely long: an answer or an error, and then the next."""
    nested = b"<urlset>" + b"<url>" * 100_000
    crowd = b"<urlset><url " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/></urlset>"
    for body in (nested, crowd):
        with suppress(ParseError):
            assert not (await parser.scan(answer(body), now, "auto")).identities
    full = urlset(*(news(n, f"Title {n}", "2026-11-23") for n in range(20_000)))
    document = await parser.scan(answer(full), now, "sitemap")
    assert (document.shape, len(document.identities)) == ("sitemap", MOST)


def keys(data: bytes, now: datetime) -> list[Identity]:
    """Return the identities of a sitemap's entries, in the order of their addresses."""
    drafts = sorted(sitemap.read(data, URL).drafts, key=lambda draft: draft.link.partition("?")[0])
    return list(identify_entries([EntryMarks(one.guid, one.link, one.title) for one in drafts], now, homes=(URL,)))


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=12, unique=True),
    st.randoms(use_true_random=False),
    st.sampled_from(["", "?utm_source=sitemap", "?fbclid=abc", "?utm_campaign=a&utm_medium=b"]),
)
def test_an_entry_stays_itself_whatever_else_changes(numbers: list[int], chance: Random, tracking: str) -> None:
    """Another order, lastmod, whitespace, tracking or wording: every entry is known by a key that it had before."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    before = urlset(*(news(n, f"The report of case number {n}", "2026-11-20") for n in numbers))
    chance.shuffle(numbers)
    changed = [
        news(n, f"  Corrected:\n report of case number {n} ", "2026-11-23", "<lastmod>2026-11-23</lastmod>").replace(
            f"/{n}<", f"/{n}{tracking.replace('&', '&amp;')}\n<"
        )
        for n in numbers
    ]
    for old, new in zip(keys(before, now), keys(urlset(*changed), now), strict=True):
        assert set(old.keys) & set(new.known_by)
