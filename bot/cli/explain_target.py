"""Reads what `explain` is to explain: an address, a file or standard input.

An article goes out, or the items where it is a feed: a list is no article, and its items are what would be judged.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot import app
from bot.articles.extraction import extract
from bot.config.regular_file import read_regular_file
from bot.config.settings import Settings
from bot.errors import ConfigError, ParseError
from bot.model import Article, Fetched, Item, Validators
from bot.process.clock import wall
from bot.sources.content_sniffing import is_html
from bot.sources.kinds import charset_of
from bot.sources.parse import Parser
from bot.text.scrub import scrub

_LONGEST = 8 * 1024 * 1024  # bytes of a file or of standard input, as of a page


async def read_target(settings: Settings, target: str) -> Article | tuple[Item, ...]:
    """Return the article at an address, in a file or on standard input (`-`), or the items where that is a feed.

    FetchError, ConfigError.
    """
    if target.startswith(("http://", "https://")):
        async with app.fetcher(settings, robots=False) as fetch:
            fetched = await fetch.get(target, page=True)
        items = await _read_feed(fetched)
        return items or extract(fetched.body, fetched.url, charset_of(fetched.content_type))
    try:
        data = await asyncio.to_thread(_read, target)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be read: {error.strerror}; give an address, a file, or -") from None
    if data.lstrip()[:1] == b"<":
        return await _read_feed(Fetched("", 200, data, "", Validators())) or extract(data)
    title, _, text = scrub(data.decode("utf-8", "replace")).partition("\n")
    return Article(url=None, title=title.strip(), text=text)


async def _read_feed(fetched: Fetched) -> tuple[Item, ...]:
    """Return the items of what is a feed or a sitemap of news, none of anything else."""
    if is_html(fetched.body):
        return ()
    async with Parser() as parser:
        try:
            document = await parser.scan(fetched, wall(), "auto")
            if document.shape not in {"feed", "sitemap"}:
                return ()
            return await parser.items(document, range(len(document.identities)))
        except ParseError:
            return ()


def _read(target: str) -> bytes:
    return sys.stdin.buffer.read(_LONGEST) if target == "-" else read_regular_file(Path(target), _LONGEST)
