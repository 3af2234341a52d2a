"""What child processes read: pages, leads and documents that take too long or too much, beside honest ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import process_time

import pytest

from bot.articles.extraction import extract
from bot.articles.lead import lead, lead_texts
from bot.errors import ParseError
from bot.item_identity import Identity
from bot.model import Evidence, Fetched
from bot.sources.document import Document
from bot.sources.feeds.feed import is_modest
from bot.sources.parse import BRIEF, HONEST, SUSPICIOUS, Parser
from bot.sources.workers.worker_pool import LARGE, MEGABYTE, MODEST, SUSPECT

Answer = Callable[..., Fetched]
Rss = Callable[..., str]

SAID = "The Kremlin said on Friday that it could not predict whether the leaders would meet in Geneva next week."
PAGE = f"<html><head><title>Talks</title></head><body><article>{f'<p>{SAID}</p>' * 12}</article></body></html>"
LISTS = f"<html><head><title>x</title></head><body><ul>{'<li>x' * 160_000}</ul></body></html>"
ATTRIBUTES = " ".join(f'a{n}="1"' for n in range(400_000))


def swollen(rss: Rss) -> bytes:
    """Return a feed of 5 MB with one item of 400,000 attributes."""
    return rss("<title>Talks</title>").replace("<item>", f"<item {ATTRIBUTES}>").encode()


async def test_a_feed_that_a_child_gives_up_on_is_parsed_by_nobody(answer: Answer, rss: Rss, now: datetime) -> None:
    """A swollen feed costs a child its life and its source an error; our process spends no time on it."""
    async with Parser(children=1) as parser:
        began = process_time()
        with pytest.raises(ParseError):
            await parser.items(await parser.scan(answer(swollen(rss)), now), [0])
        assert process_time() - began < 1.0
        document = await parser.scan(answer(rss("<title>Honest</title>")), now)
        assert [item.title for item in await parser.items(document, [0])] == ["Honest"]


async def test_a_document_whose_child_is_gone_is_read_by_another_child(rss: Rss) -> None:
    """What is large is never parsed by our process, however few of its items are wanted."""
    document = Document("https://courier.example/feed", (Identity((1,), (1,)),), data=swollen(rss))
    async with Parser(children=1) as parser:
        began = process_time()
        with pytest.raises(ParseError):
            await parser.items(document, [0])
        assert process_time() - began < 1.0
        honest = replace(
            document, data=rss(f"<title>Honest</title><description>{'a ' * 300_000}</description>").encode()
        )
        assert not is_modest(honest.data)
        assert [item.title for item in await parser.items(honest, [0])] == ["Honest"]


async def test_dear_pages_delay_no_honest_page(answer: Answer) -> None:
    """Pages of 160,000 list items are given up or read elsewhere; the honest page does not wait for them."""
    async with Parser(children=1, deadline=1.0) as parser:
        began = process_time()
        dear = [asyncio.create_task(parser.article(answer(LISTS, "text/html"))) for _ in range(3)]
        page = await parser.article(answer(PAGE, "text/html"))
        assert sum(task.done() for task in dear) < len(dear)
        ended = await asyncio.gather(*dear, return_exceptions=True)
        assert all(isinstance(one, ParseError) or not isinstance(one, BaseException) for one in ended)
        assert process_time() - began < 2.0
    assert page == extract(PAGE.encode(), page.url)
    assert SAID in page.text


async def test_a_page_comes_from_a_child_as_it_is_read_here(parser: Parser, answer: Answer) -> None:
    """Title, text, language, date and picture survive the way, in any script and with half characters."""
    head = (
        '<meta property="og:image" content="/a.jpg">'
        '<meta property="article:published_time" content="2026-11-23T10:00Z">'
        '<meta property="og:title" content="Кремль &#xd83d; 😀">'
    )
    body = f"<html lang='ru'><head>{head}</head><body><article>{'<p>Песков сообщил в пятницу о встрече.</p>' * 9}"
    found = await parser.article(answer(body, "text/html; charset=utf-8"))
    assert found == extract(body.encode(), found.url, "utf-8")
    assert (found.language, found.image) == ("ru", "https://courier.example/a.jpg")
    assert found.published


async def test_many_leads_come_from_a_child_as_they_are_made_here(parser: Parser) -> None:
    """However many texts there are, each has its own lead, in order."""
    texts = [lead_texts(f"Talks {n}", f"{n} {SAID} " * 20, None, ()) for n in range(50)]
    assert sum(one.size for one in texts) > BRIEF
    assert await parser.leads(texts) == tuple(lead(one.title, one.feed_text, None) for one in texts)
    assert await parser.leads(texts[:1]) == (lead("Talks 0", texts[0].feed_text, None),)


async def test_a_lead_that_cannot_be_made_costs_the_others_nothing(parser: Parser) -> None:
    """A text that makes its reader fail has no lead; those of its batch have theirs."""
    texts = [lead_texts(f"Talks {n}", f"{n} {SAID} " * 60, None, ()) for n in range(7)]
    broken = replace(texts[3], evidence=(Evidence("lead", None, 0, 1),))  # type: ignore[arg-type]  # it must fail
    leads = await parser.leads([*texts[:3], broken, *texts[4:]])
    assert leads[3] == ""
    assert all(SAID in one for number, one in enumerate(leads) if number != 3)


async def test_leads_that_take_too_long_are_left_out() -> None:
    """Whoever is not ready in time is told without a lead, and nobody waits."""
    texts = [lead_texts(f"Talks {n}", f"{n} {SAID} " * 150, None, ()) for n in range(4)]
    async with Parser(children=1, deadline=0.000_1) as parser:
        assert await parser.leads(texts) == ("",) * 4


def test_all_children_together_have_little_memory() -> None:
    """The private data of all children at once: one large document of the honest, modest ones, and a suspect."""
    assert LARGE + (HONEST - 1) * MODEST + SUSPICIOUS * SUSPECT <= 304 * MEGABYTE
