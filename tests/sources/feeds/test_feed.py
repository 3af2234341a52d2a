"""Feeds as items: formats, encodings, broken and hostile documents."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from time import process_time

import pytest

from bot.errors import ParseError
from bot.item_changes import compare
from bot.model import Fetched, Item
from bot.sources.content_sniffing import is_html
from bot.sources.document import MOST
from bot.sources.parse import Parser
from bot.sources.workers.worker_pool import WorkerPool

Answer = Callable[..., Fetched]
Rss = Callable[..., str]
Read = Callable[[Fetched], Awaitable[tuple[Item, ...]]]

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de-DE" xml:base="https://courier.example/a/">
<title>T</title><link href="https://courier.example/"/>
<entry><id>urn:1</id><title type="html">Gipfel &amp;amp; &lt;b&gt;Kreml&lt;/b&gt;</title><link href="one.html"/>
<updated>2026-11-23T10:00:00+01:00</updated><summary>Kurz</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Eins</p><p>Zwei</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title></channel>
<item rdf:about="https://courier.example/1"><title>Summit</title><link>https://courier.example/1</link>
<dc:date>2026-11-23T10:00:00Z</dc:date></item></rdf:RDF>"""


async def test_rss_comes_out_as_items(read: Read, answer: Answer, rss: Rss) -> None:
    """An RSS item has plain texts, an absolute link, a time in UTC and a language."""
    document = rss(
        "<title>Kremlin &amp;amp; summit</title><link>/2026/a?x=1&amp;y=2</link><guid isPermaLink='false'>7</guid>"
        "<description>&lt;p&gt;Talks &amp;mdash; off&lt;/p&gt;&lt;p&gt;Again&lt;/p&gt;</description>"
        "<content:encoded><![CDATA[<p>The <b>whole</b> text</p><script>alert(1)</script>]]></content:encoded>"
        "<pubDate>Mon, 23 Nov 2026 13:00:00 +0300</pubDate>",
        head="<language>en-GB</language>",
    )
    (item,) = await read(answer(document))
    assert item.title == "Kremlin & summit"
    assert item.url == "https://courier.example/2026/a?x=1&y=2"
    assert item.lead == "Talks — off\nAgain"
    assert item.body == "The whole text"
    assert item.published == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert item.language == "en"
    assert item.keys


async def test_atom_comes_out_as_items(read: Read, answer: Answer) -> None:
    """An Atom entry has its base, its language and its markup taken into account."""
    (item,) = await read(answer(ATOM))
    assert (item.title, item.url) == ("Gipfel & Kreml", "https://courier.example/a/one.html")
    assert (item.lead, item.body, item.language) == ("Kurz", "Eins\nZwei", "de")
    assert item.published == datetime(2026, 11, 23, 9, tzinfo=UTC)


async def test_rdf_comes_out_as_items(read: Read, answer: Answer) -> None:
    """RSS 1.0 keeps its items beside the channel."""
    (item,) = await read(answer(RDF))
    assert (item.title, item.url) == ("Summit", "https://courier.example/1")
    assert item.published == datetime(2026, 11, 23, 10, tzinfo=UTC)


async def test_only_the_wanted_items_are_read_and_read_alike(
    parser: Parser, answer: Answer, rss: Rss, now: datetime
) -> None:
    """A document cut down to some items yields the very items that the whole one does."""
    items = [
        f"<title>Headline number {n}</title><link>/n/{n}.html</link><description>Text &amp;amp; {n}</description>"
        for n in range(30)
    ]
    fetched = answer(rss(*items))
    everything = await parser.items(await parser.scan(fetched, now), range(30))
    some = await parser.items(await parser.scan(fetched, now), [3, 17, 4])
    assert some == (everything[3], everything[4], everything[17])
    assert await parser.items(await parser.scan(fetched, now), []) == ()


async def test_threads_and_children_list_alike(parser: Parser, answer: Answer, rss: Rss, now: datetime) -> None:
    """Where a document is listed changes nothing: many at once go to children, which then read them too."""
    fetched = answer(rss(*(f"<title>Headline number {n}</title><link>/n/{n}.html</link>" for n in range(12))))
    alone = await parser.scan(fetched, now)
    crowd = await asyncio.gather(*(parser.scan(fetched, now) for _ in range(6)))
    assert any(document.kept for document in crowd)
    assert {document.identities for document in crowd} == {alone.identities}
    read = [await parser.items(document, [1, 2]) for document in (alone, *crowd)]
    assert all(items == read[0] for items in read)


async def test_a_document_outlives_the_child_that_kept_it(answer: Answer, rss: Rss, now: datetime) -> None:
    """When the child is gone that listed a document, another reads its items."""
    children = WorkerPool(1)
    try:
        fetched = answer(rss("<title>One</title>", "<title>Two</title>"))
        document = await children.scan(fetched, now)
        await children.close()
        assert document is not None
        drafts = await children.items(document, [1])  # type: ignore[arg-type] # well-formed, so a Document
        assert [draft.title for draft in drafts] == ["Two"]
    finally:
        await children.close()


async def test_documents_that_wait_are_never_taken_for_one_another(
    parser: Parser, answer: Answer, rss: Rss, now: datetime
) -> None:
    """Each document comes back with its own items, whichever child listed it, and however many were listed since."""
    texts = [rss(f"<title>Выпуск {n}</title>") for n in range(20)]
    packed = [text.replace("utf-8", "windows-1251").encode("cp1251") for text in texts]
    large = rss("<title>Large</title>", "<description>" + "x " * 300_000 + "</description>")
    documents = [await parser.scan(answer(body), now) for body in (*packed, large)]
    for place in (20, 19, 0, *range(1, 19)):
        (item,) = await parser.items(documents[place], [0])
        assert item.title == ("Large" if place == 20 else f"Выпуск {place}")


CYRILLIC = (
    "<rss version='2.0'><channel><item><title>Песков</title><link>http://c.example/1</link></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"<?xml version='1.0' encoding='windows-1251'?>{CYRILLIC}".encode("cp1251"), ""),
        (f"<?xml version='1.0' encoding='windows-1251'?>{CYRILLIC}".encode("cp1251"), "text/xml; charset=utf-8"),
        (f"<?xml version='1.0'?>{CYRILLIC}".encode("cp1251"), "application/xml; charset=windows-1251"),
        (f"<?xml version='1.0' encoding='utf-8'?>{CYRILLIC}".encode(), "text/xml"),
        (f"<?xml version='1.0' encoding='koi8-r'?>{CYRILLIC}".encode("koi8-r"), "text/xml"),
        (f"<?xml version='1.0' encoding='utf-16'?>{CYRILLIC}".encode("utf-16"), ""),
        (b"\xef\xbb\xbf" + CYRILLIC.encode(), "application/rss+xml; charset=UTF-8"),
        (b"\n\n  " + CYRILLIC.encode(), ""),
        (CYRILLIC.encode(), ""),
    ],
)
async def test_case_49_encodings_are_found(read: Read, answer: Answer, body: bytes, content_type: str) -> None:
    """Case 49: header, declaration, byte order mark or nothing: the right letters come out."""
    (item,) = await read(answer(body, content_type))
    assert item.title == "Песков"


async def test_case_49_utf_7_smuggles_no_markup(read: Read, answer: Answer) -> None:
    """Case 49: what another encoding would read as a tag is text."""
    start = b"<?xml version='1.0' encoding='utf-7'?><rss version='2.0'><channel>"
    body = start + b"<item><title>+ADw-b+AD4-x</title></item></channel></rss>"
    for item in await read(answer(body)):
        assert "<" not in item.title


HOSTILE = {
    "laughs": '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
    "quadratic": f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>',
    "file": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "web": '<!DOCTYPE r [<!ENTITY a SYSTEM "http://127.0.0.1/x">]>',
    "parameter": '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]>',
    "public": '<!doctype r [<!entity a PUBLIC "-//x" "http://127.0.0.1/x">]>',
}


@pytest.mark.parametrize("trap", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
async def test_case_55_entities_are_refused_before_parsing(
    parser: Parser, answer: Answer, now: datetime, trap: str, encoding: str
) -> None:
    """Case 55: a document that declares entities which expand or read is not parsed at all, in any encoding."""
    start = f"<?xml version='1.0' encoding='{encoding}'?>{trap}"
    body = f"{start}<rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>"
    with pytest.raises(ParseError, match="declares entities"):
        await parser.scan(answer(body.encode(encoding)), now)


async def test_case_55_entities_behind_control_characters_are_refused(
    parser: Parser, answer: Answer, now: datetime
) -> None:
    """Case 55: what is dropped from a document uncovers no declaration that was not looked at."""
    trap = '<!DOCTYPE r [<!ENT\x0bITY a SYSTEM "file:///etc/hostname">]>'
    body = f"{trap}<rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>"
    with pytest.raises(ParseError, match="declares entities"):
        await parser.scan(answer(body.encode()), now)


async def test_case_55_an_external_dtd_is_not_loaded(read: Read, answer: Answer) -> None:
    """Case 55: an old feed that names a DTD elsewhere is read without it."""
    dtd = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    (item,) = await read(
        answer(f"{dtd}<rss version='0.91'><channel><item><title>Caf&eacute; news</title></item></channel></rss>")
    )
    assert item.title == "Café news"


async def test_harmless_entities_are_understood(read: Read, answer: Answer) -> None:
    """A feed may declare a letter."""
    start = '<!DOCTYPE rss [<!ENTITY eacute "&#233;">]>'
    body = f'{start}<rss version="2.0"><channel><item><title>Caf&eacute;</title></item></channel></rss>'
    (item,) = await read(answer(body))
    assert item.title == "Café"


@pytest.mark.parametrize(
    "inside",
    [
        "<title>" + "<b>" * 100_000 + "</title>",
        "<title>T</title><description><![CDATA[" + "<div>" * 200_000 + "]]></description>",
        "<title " + " ".join(f"a{n}='1'" for n in range(200_000)) + ">T</title>",
        "<title>T</title>" + "<a/>" * 300_000,
        "<title>" + "&#60;b&#62;" * 200_000 + "</title>",
        "<title>T</title><description>" + "&lt;a " * 150_000 + "</description>",
    ],
    ids=["nested", "divs", "attributes", "tags", "escaped", "unclosed"],
)
async def test_case_56_hostile_documents_cost_a_bounded_time(
    answer: Answer, rss: Rss, now: datetime, inside: str
) -> None:
    """Case 56: what is nested, repeated or endless is read in time or refused, and the loop goes on meanwhile."""
    lags: list[float] = []

    async def watch() -> None:
        clock = asyncio.get_running_loop()
        while True:
            before = clock.time()
            await asyncio.sleep(0.005)
            lags.append(clock.time() - before - 0.005)

    async with Parser(children=1, deadline=1.5) as parser:
        watcher = asyncio.create_task(watch())
        try:
            async with asyncio.timeout(60):
                document = await parser.scan(answer(rss(inside)), now)
                await parser.items(document, range(len(document.identities)))
        except ParseError:
            pass
        finally:
            watcher.cancel()
    lags.sort()
    assert lags[len(lags) // 2] < 0.1


@pytest.mark.parametrize(
    "inside",
    [
        "<author>" + "a" * 100_000 + "</author>",
        "<dc:creator>" + "a" * 100_000 + "</dc:creator>",
        "<tags>" + ",".join(map(str, range(30_000))) + "</tags>",
    ],
)
async def test_case_56_people_and_keywords_cost_nothing(answer: Answer, rss: Rss, now: datetime, inside: str) -> None:
    """Case 56: feedparser looks for addresses and doubles in quadratic time, in threads that hold the interpreter."""
    body = rss(f"<title>T</title>{inside}<link>https://courier.example/1</link>")
    body = body.replace("<rss ", '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" ')
    began = process_time()
    async with Parser(children=1) as parser:
        document = await parser.scan(answer(body), now)
        (item,) = await parser.items(document, [0])
    assert (item.title, item.url) == ("T", "https://courier.example/1")
    assert process_time() - began < 1.0


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0' " + b"encoding='" * 3_000 + b"<rss>",
        b"<?xml version='1.0' encoding='utf-8'?><rss>" + b"encoding='" * 1_000 + b"\xff",
    ],
    ids=["endless", "one line"],
)
async def test_case_49_and_56_hostile_encodings_cost_no_time_of_ours(
    answer: Answer, now: datetime, body: bytes
) -> None:
    """Cases 49 and 56: what takes long to be decoded is decoded by a child, for as long as its deadline allows."""
    began = process_time()
    async with Parser(children=1, deadline=1.0) as parser:
        with suppress(ParseError):
            await parser.scan(answer(body), now)
    assert process_time() - began < 1.0


def test_case_56_comments_before_a_page_are_passed_once() -> None:
    """Case 56: a row of comments that is followed by no page has one way to be read, not a billion."""
    began = process_time()
    assert not is_html(b"<!---->" * 24 + b"<rss>")
    assert is_html(b" <!-- a --> <!----><!doctype html>")
    assert process_time() - began < 1.0


async def test_case_57_a_crashing_child_harms_nobody_else(answer: Answer, rss: Rss, now: datetime) -> None:
    """Case 57: a child that dies while it reads is an error of its document; the next one is read."""
    broken = rss("<title>One</title>").replace("</channel>", "")
    async with Parser(children=1) as parser:
        assert len((await parser.scan(answer(broken), now)).identities) == 1
        children = await _children_of(os.getpid())
        assert children
        for child in children:
            os.kill(child, 9)
        with pytest.raises(ParseError, match="crash"):
            await parser.scan(answer(broken), now)
        assert len((await parser.scan(answer(broken), now)).identities) == 1


async def _children_of(parent: int) -> list[int]:
    process = await asyncio.create_subprocess_exec(
        "ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent), stdout=asyncio.subprocess.PIPE
    )
    shown, _ = await process.communicate()
    return [int(line.split()[0]) for line in shown.decode().splitlines() if "bot.sources.workers.worker_main" in line]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "a web page (“Sign in”)"),
        (b"<html><head><title>Just a moment...</title></head></html>", "Cloudflare"),
        (b'{"error": "no"}', "not a JSON Feed"),
        (b"[1, 2", "JSON that cannot be read"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", "a sitemap"),
        (b"<opml version='2.0'><body/></opml>", "OPML"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "an image"),
        (b"Service unavailable", "neither XML nor JSON"),
        (b"<note><to>you</to></note>", "another kind (<note>)"),
    ],
)
async def test_case_58_what_is_no_feed_is_named(
    parser: Parser, answer: Answer, now: datetime, body: bytes, words: str
) -> None:
    """Case 58: an answer without a feed is an error that says what it is instead: nothing is forgotten for it."""
    with pytest.raises(ParseError) as caught:
        await parser.scan(answer(body), now)
    assert words in str(caught.value)


async def test_an_empty_feed_is_a_feed(parser: Parser, answer: Answer, rss: Rss, now: datetime) -> None:
    """A feed without items is no error."""
    assert (await parser.scan(answer(rss()), now)).identities == ()


@pytest.mark.parametrize("kept", [0.2, 0.35, 0.5, 0.62, 0.75, 0.9, 0.99])
async def test_case_59_half_items_never_come_out(read: Read, answer: Answer, rss: Rss, kept: float) -> None:
    """Case 59: of a document that breaks off, the complete items come out, or none."""
    titles = [f"Kremlin headline number {n} with an end." for n in range(8)]
    whole = rss(
        *(
            f"<title>{title}</title><link>/n/{n}</link><description>Lead {n}, all of it.</description>"
            for n, title in enumerate(titles)
        )
    )
    cut = whole[: int(len(whole) * kept)]
    try:
        items = await read(answer(cut))
    except ParseError:
        items = ()
    assert [item.title for item in items] == titles[: cut.count("</item>")]
    assert all(item.lead.endswith("all of it.") for item in items)


async def test_a_broken_document_is_read_with_a_note(parser: Parser, answer: Answer, rss: Rss, now: datetime) -> None:
    """Publishers forget to escape: the items are read, and the owner may know the line."""
    document = await parser.scan(answer(rss("<title>AT&T and R&D</title>")), now)
    (item,) = await parser.items(document, [0])
    assert "AT&T" in item.title
    assert document.note is not None
    assert "line 1" in document.note


async def test_a_document_that_is_mended_brings_nothing_new(
    parser: Parser, answer: Answer, rss: Rss, now: datetime
) -> None:
    """The same items are known whether a document is well-formed today or not."""
    items = [f"<title>Headline number {n} of the day</title><link>/n/{n}</link><guid>g{n}</guid>" for n in range(5)]
    good = await parser.scan(answer(rss(*items)), now)
    bad = await parser.scan(answer(rss(*items, head="<description>R&D</description>")), now)
    assert bad.drafts is not None
    assert [one.keys for one in bad.identities] == [one.keys for one in good.identities]


async def test_case_60_and_61_a_changed_byte_brings_nothing_new(
    parser: Parser, answer: Answer, rss: Rss, now: datetime
) -> None:
    """Cases 60 and 61: after a first sight, only what was not there before is new."""
    items = [f"<title>Headline number {n} of the day</title><link>/n/{n}</link>" for n in range(30)]
    first = await parser.scan(answer(rss(*items)), now)
    known = frozenset(key for one in first.identities for key in one.keys)
    again = await parser.scan(answer(rss(*items) + "<!-- later -->"), now + timedelta(hours=1))
    assert compare(again.identities, known, None, on_record=30).new == ()
    fresh = await parser.scan(answer(rss("<title>Fresh</title><link>/fresh</link>", *items[:-1])), now)
    assert compare(fresh.identities, known, None, on_record=30).new == (0,)


async def test_case_63_guids_missing_relative_or_doubled_are_stable(
    parser: Parser, answer: Answer, rss: Rss, now: datetime
) -> None:
    """Case 63: whatever publishers do with guids, the same document has the same keys."""
    fetched = answer(
        rss(
            "<title>One of them</title><guid>/rel/1</guid>",
            "<title>Two of them</title><guid>same</guid><link>/2</link>",
            "<title>Three of them</title><guid>same</guid><link>/3</link>",
            "<title>Four of them</title>",
            "<description>No title at all</description>",
        )
    )
    first, second = [await parser.scan(fetched, now) for _ in range(2)]
    assert first.identities == second.identities
    assert len({one.keys for one in first.identities}) == 5


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 31 Dec 99999 00:00:00 GMT", None),
        ("yesterday-ish", None),
        ("", None),
        ("Mon, 23 Nov 2026 10:00:00 +0300", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("Wed, 23 Nov 2028 10:00:00 GMT", datetime(2028, 11, 23, 10, tzinfo=UTC)),
        ("2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
    ],
)
async def test_case_65_dates_are_read_or_absent(
    read: Read, answer: Answer, rss: Rss, date: str, published: datetime | None
) -> None:
    """Case 65: a date is what the publisher said in UTC, or nothing; none is made up."""
    (item,) = await read(answer(rss(f"<title>T</title><pubDate>{date}</pubDate>")))
    assert item.published == published


@pytest.mark.parametrize("ending", ["", "<broken"])
async def test_case_67_only_the_newest_500_count(
    parser: Parser, answer: Answer, rss: Rss, now: datetime, ending: str
) -> None:
    """Case 67: of 50,000 items without dates 250 at each end are read, with a note, well-formed or not."""
    items = (f"<title>Headline {n}</title><link>/n/{n}</link><guid>{n}</guid>" for n in range(50_000))
    document = await parser.scan(answer(rss(*items) + ending), now)
    assert len(document.identities) == MOST
    assert document.note is not None
    assert "49500" in document.note or "50000" in document.note
    first, last = await parser.items(document, [MOST // 2 - 1, MOST - 1])
    assert (first.title, last.title) == ("Headline 249", "Headline 49999")


@pytest.mark.parametrize(
    "date", ["<pubDate>{:%a, %d %b %Y %H:%M:%S} GMT</pubDate>", "<dc:date>{:%Y-%m-%dT%H:%M}Z</dc:date>"]
)
@pytest.mark.parametrize("order", ["oldest first", "newest first", "none"])
@pytest.mark.parametrize("ending", ["", "<broken"])
async def test_case_67_the_newest_count_by_date(
    parser: Parser, answer: Answer, rss: Rss, now: datetime, date: str, order: str, ending: str
) -> None:
    """Case 67: whatever the order of a long feed, an item that is dated last is read."""
    hours = sorted(range(700), key=lambda n: {"oldest first": n, "newest first": -n}.get(order, n * 337 % 700))
    start = datetime(2026, 10, 1, tzinfo=UTC)
    items = (f"<title>Headline {n}</title><guid>{n}</guid>" + date.format(start + timedelta(hours=n)) for n in hours)
    document = await parser.scan(answer(rss(*items) + ending), now)
    read = await parser.items(document, range(MOST))
    assert {item.title for item in read} == {f"Headline {n}" for n in range(200, 700)}


async def test_case_69_texts_come_out_inert(read: Read, answer: Answer, rss: Rss) -> None:
    """Case 69: tags, scripts, controls and other schemes do not survive; what is text stays text."""
    (item,) = await read(
        answer(
            rss(
                "<title>&lt;a href='tg://user?id=1'&gt;Summit&lt;/a&gt; &lt;script&gt;alert(1)&lt;/script&gt;"
                "\u202e *bold* /start @all</title>"
                "<link>javascript:alert(1)</link><description>1 &lt; 2 &amp;amp; 3</description>"
            )
        )
    )
    assert item.title == "Summit *bold* /start @all"
    assert item.url is None
    assert item.lead == "1 < 2 & 3"


async def test_case_69_controls_do_not_survive(read: Read, answer: Answer, rss: Rss) -> None:
    """Case 69: NUL and other controls make a document broken, and are gone from its texts."""
    (item,) = await read(answer(rss("<title>Sum\x00mit\x08 now\x1b[31m</title>")))
    assert item.title.isprintable()


async def test_case_70_a_huge_title_is_cut_early(read: Read, answer: Answer, rss: Rss) -> None:
    """Case 70: a megabyte of title comes out as a line that can be handled."""
    (item,) = await read(answer(rss(f"<title>{'Kremlin ' * 130_000}</title>")))
    assert 500 <= len(item.title) <= 1000


async def test_the_description_is_not_repeated_as_lead(read: Read, answer: Answer, rss: Rss) -> None:
    """A feed with full text alone has no lead of its own."""
    (item,) = await read(answer(rss("<title>T</title><content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded>")))
    assert (item.lead, item.body) == ("", "All")


async def test_an_atom_title_of_plain_text_keeps_its_brackets(read: Read, answer: Answer) -> None:
    """Where the publisher says text, `<div>` is a word."""
    body = ATOM.replace('<title type="html">Gipfel &amp;amp; &lt;b&gt;Kreml&lt;/b&gt;', "<title>How &lt;div> works")
    (item,) = await read(answer(body))
    assert item.title == "How <div> works"


async def test_identities_do_not_depend_on_the_way_in(answer: Answer, rss: Rss, now: datetime) -> None:
    """A redirected feed brings nothing new."""
    fetched = answer(rss(f"<title>{escape('A & B of the whole day')}</title><link>https://courier.example/1</link>"))
    async with Parser(children=1) as parser:
        moved = replace(fetched, url="https://feeds.courier.example/rss")
        assert (await parser.scan(fetched, now)).identities == (await parser.scan(moved, now)).identities
