"""Leads and article text on labelled pages: how much of the text is found, and whether the lead is its opening."""

from __future__ import annotations

import gzip
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import mean, median
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


def overlap(true: Mapping[str, str], found: Mapping[str, str]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of 4-grams, every page of equal weight."""
    precision, recall = [], []
    for page, text in true.items():
        wanted, got = grams(text), grams(found[page])
        hits = sum((wanted & got).values())
        precision.append(hits / got.total() if got else 0.0)
        recall.append(hits / wanted.total() if wanted else 1.0)
    p, r = mean(precision), mean(recall)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


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


def main() -> int:
    """Print the table; return the exit code."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if not PAGES.is_dir():
        print(f"skipped: no labelled pages at {PAGES}")
        return 0
    truth = json.loads((PAGES / "ground-truth.json").read_text(encoding="utf-8"))
    texts = {page: str(told["articleBody"]) for page, told in truth.items()}
    pages = {page: gzip.decompress((PAGES / "html" / f"{page}.html.gz").read_bytes()) for page in truth}
    extract(next(iter(pages.values())))  # imports are not what is measured
    rows: tuple[tuple[str, Callable[[bytes, str], Article], Callable[[str, Article], str]], ...] = (
        ("newswatch", extract, lambda title, article: lead(title, "", article)),
        ("newswatch text, first two sentences", extract, first_sentences),
        ("all text of the page", plain_text, first_sentences),
    )
    print(f"{len(pages)} pages{'':28}precision recall  F1    opening  length  ms/page")
    for name, read, open_with in rows:
        took, articles = [], {}
        for page, html in pages.items():
            began = process_time()
            articles[page] = read(html, truth[page]["url"])
            took.append(process_time() - began)
        leads = {page: open_with(article.title, article) for page, article in articles.items()}
        p, r, f1 = overlap(texts, {page: article.text for page, article in articles.items()})
        right = mean(opens(texts[page], leads[page]) for page in pages)
        size = median(len(shown) for shown in leads.values())
        print(f"{name:38} {p:.3f}     {r:.3f}   {f1:.3f} {right:7.3f} {size:8.0f} {1000 * mean(took):8.1f}")
        if "-v" in sys.argv and read is extract and name == "newswatch":
            for page, shown in leads.items():
                if not opens(texts[page], shown):
                    print(
                        "   ",
                        page[:8],
                        truth[page]["url"],
                        "\n      want:",
                        repr(texts[page][:300]),
                        "\n      have:",
                        repr(shown[:300]),
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
