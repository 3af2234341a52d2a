"""The paragraphs of a page that no extractor makes anything of: what its `p` elements say, but for menus and notices.

A decoded page comes in, text goes out, a paragraph a line; "" where there is none. May raise what lxml raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.articles.boilerplate import is_boilerplate

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST = 300  # paragraphs that are kept
SHORTEST = 60  # characters of one that is worth keeping: a line of a menu or a card has fewer
_ASIDE = frozenset({"nav", "footer", "form", "header", "figure", "button", "dialog", "noscript", "template", "select"})
_FEW = 2  # paragraphs without which a place on a page is no article


def plain_paragraphs(text: str) -> str:
    """Return the paragraphs of a page without scripts that stand together with others: cards stand alone."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    by_place: dict[HtmlElement | None, list[str]] = {}
    for element in root.iter("p"):
        line = " ".join(" ".join(map(str, element.itertext())).split())
        if len(line) < SHORTEST or is_boilerplate(line):
            continue
        if any(above.tag in _ASIDE for above in element.iterancestors()):
            continue
        by_place.setdefault(element.getparent(), []).append(line)
    kept = [line for lines in by_place.values() if len(lines) >= _FEW for line in lines]
    return "\n".join(kept[:MOST])


def told(text: str, enough: int) -> int:
    """Return how many characters of a text tell something, and are no notices of the page; `enough` ends the count."""
    found = 0
    for line in text.splitlines():
        found += 0 if is_boilerplate(line) else len(line)
        if found >= enough:
            break
    return found
