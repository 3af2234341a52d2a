"""Leads and article text on labelled pages: how much of the text is found, and whether the lead is its opening.

Two sets: pages of 2018 and 2019, and large ones of late 2023. Nothing is fitted here, so there is nothing to hold out:
the rules have reasons, and the library alone reads the same pages in the same run. Intervals are of 500 resamples of
the pages.
"""

from __future__ import annotations

import gzip
import json
import logging
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

from bot.articles.extraction import extract
from bot.articles.lead import lead
from bot.model import Article
from bot.text.sentences import split_sentences

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "pages"
OPENING = 8  # words of a lead that must stand in the first two sentences of the true text


def words(text: str) -> list[str]:
    """Return the words of a text, lower case."""
    return re.findall(r"\w+", text.lower())


def grams(text: str) -> Counter[tuple[str, ...]]:
    """Return the 4-grams of words with how often they occur."""
    found = re.findall(r"\w+", text)
    return Counter(tuple(found[at : at + 4]) for at in range(max(1, len(found) - 3))) if found else Counter()


def overlap(text: str, true: str) -> float:
    """Return the F1 of 4-grams of one page."""
    wanted, got = grams(true), grams(text)
    return 2 * (wanted & got).total() / (wanted.total() + got.total()) if wanted or got else 1.0


def begins_within(text: str, shown: str, reach: int = 120) -> bool:
    """Return whether the lead's first words stand among the first words of the true text."""
    opening, begun = words(text)[:reach], words(shown)[:OPENING]
    return bool(begun) and any(opening[at : at + len(begun)] == begun for at in range(len(opening)))


def rouge(shown: str, description: str) -> float:
    """Return ROUGE-1 F1 of the lead with the publisher's own description."""
    one, two = Counter(words(shown)), Counter(words(description))
    return 2 * (one & two).total() / (one.total() + two.total()) if one and two else 0.0


def interval(values: list[float]) -> str:
    """Return the mean with the middle 95 of 100 means of resampled pages."""
    pick = random.Random(5)  # noqa: S311 -- the same resamples every time, no secret
    means = sorted(mean(pick.choices(values, k=len(values))) for _ in range(500))
    return f"{mean(values):.3f} ({means[12]:.3f}–{means[487]:.3f})"


def opens(text: str, shown: str) -> bool:
    """Return whether the shown lead begins within the first two sentences of the true text."""
    first_two = split_sentences(text)[:2]
    first = split_sentences(shown)[:1]
    opening = words(text[: first_two[-1][1]] if first_two else text)
    begun = words(shown[: first[0][1]] if first else "")[:OPENING]
    size = len(begun)
    return bool(begun) and any(opening[at : at + size] == begun for at in range(len(opening)))


def plain_text(html: bytes, _url: str) -> Article:
    """Return what a plain HTML parser gives: the baseline."""
    from lxml import html as parser

    tree: Any = parser.document_fromstring(html)
    for element in tree.xpath("//script|//style|//head"):
        element.drop_tree()
    lines = ("\n".join(" ".join(line.split()) for line in tree.text_content().splitlines())).splitlines()
    return Article(None, "", "\n".join(line for line in lines if line))


def first_sentences(_title: str, article: Article) -> str:
    """Return the first two sentences without any care: the baseline."""
    spans = split_sentences(article.text)[:2]
    return article.text[spans[0][0] : spans[-1][1]] if spans else ""


def library(html: bytes, _url: str) -> Article:
    """Return what trafilatura makes of the page by itself."""
    from trafilatura import bare_extraction

    from bot.text.charset import decode

    found = bare_extraction(decode(html), fast=True, include_comments=False)
    return Article(None, getattr(found, "title", None) or "", getattr(found, "text", None) or "")


def described(html: bytes) -> str:
    """Return the publisher's description of a page, "" where it has none."""
    from lxml import html as parser

    found: Any = parser.document_fromstring(html).xpath(
        "//meta[@property='og:description' or @name='description']/@content"
    )
    return str(found[0]) if found else ""


def main() -> int:
    """Print the tables; return the exit code."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if not PAGES.is_dir():
        print(f"skipped: no labelled pages at {PAGES}")
        return 0
    rows: tuple[tuple[str, Callable[[bytes, str], Article], Callable[[str, Article], str]], ...] = (
        ("newswatch", extract, lambda title, article: lead(title, "", article)),
        ("trafilatura alone", library, first_sentences),
        ("all text of the page", plain_text, first_sentences),
    )
    for folder in (PAGES, PAGES / "modern"):
        truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
        pages = {page: gzip.decompress((folder / "html" / f"{page}.html.gz").read_bytes()) for page in truth}
        extract(next(iter(pages.values())))  # imports are not what is measured
        about = {page: told for page, html in pages.items() if (told := described(html))}
        print(f"\n{folder.name}: {len(pages)} pages, {len(about)} with a description")
        print(f"{'':24}{'text F1':24}{'in 2 sentences':24}{'in 120 words':24}{'ROUGE-1':24}ms/page")
        for name, read, open_with in rows:
            took, articles = [], {}
            for page, html in pages.items():
                began = process_time()
                articles[page] = read(html, truth[page]["url"])
                took.append(process_time() - began)
            leads = {page: open_with(article.title, article) for page, article in articles.items()}
            true = {page: str(truth[page]["articleBody"]) for page in pages}
            cells = (
                [overlap(articles[page].text, true[page]) for page in pages],
                [float(opens(true[page], leads[page])) for page in pages],
                [float(begins_within(true[page], leads[page])) for page in pages],
                [rouge(leads[page], told) for page, told in about.items()],
            )
            print(
                f"{name:24}" + "".join(f"{interval(cell):24}" for cell in cells) + f"{1000 * mean(took):.1f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
