"""The blocks of a page that say something, whatever they are called: for pages of which extractors see too little.

The tree of a page comes in, text goes out, a block a line; "" where there is none. Extractors go by the names of
classes, and sites hide their text under names of adverts: behind a wall, in slices, in plain `div`s. Here only the text
counts: long enough, hardly any of it a link, and together with others of its kind. May raise what lxml raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bot.articles.boilerplate import is_boilerplate

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST: Final = 300  # blocks that are kept
SHORTEST: Final = 60  # characters of one that is worth keeping: a line of a menu or a card has fewer
_READ: Final = 20_000  # elements that are looked at
_LINKED: Final = 0.5  # of a block's text: lists of other articles are links
_TOGETHER: Final = 0.7  # of all that blocks say, what the smallest place of an article holds
_DEPTH: Final = 40  # places above a block that are looked at
_ASIDE: Final = frozenset(
    {"nav", "footer", "form", "header", "figure", "button", "dialog", "select", "aside", "template"}
)
_INLINE: Final = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "big",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
    }
    | {"sub", "sup", "time", "u"}
)


def read_blocks(tree: HtmlElement) -> str:
    """Return the blocks of the smallest place that holds most of what the page says."""
    blocks: list[tuple[HtmlElement, str]] = []
    for at, element in enumerate(tree.iter()):
        if at >= _READ or len(blocks) >= MOST:
            break
        if isinstance(element.tag, str) and element.tag not in _INLINE and element.tag != "a":
            blocks += [(element, line) for line in _lines(element)]
    said = [(element, line) for element, line in blocks if not is_boilerplate(line)]
    told = next(
        filter(None, ([one for one in said if not _is_in(one[0], tags)] for tags in (_ASIDE, _ASIDE - {"aside"}))), []
    )
    place = _place(told)
    return "\n".join(line for element, line in told if place is None or place in {element, *element.iterancestors()})


def _lines(element: HtmlElement) -> list[str]:
    """Return what an element says itself and in its inline parts, cut at line breaks, where it is no list of links."""
    pieces, linked = [element.text or ""], 0
    for child in element:
        if child.tag == "br":
            pieces.append("\n")
        elif child.tag in _INLINE:
            text = "".join(map(str, child.itertext()))
            pieces.append(text)
            linked += len(text) if child.tag == "a" or (len(child) == 1 and child[0].tag == "a") else 0
        pieces.append(child.tail or "")
    whole = "".join(pieces) if any(tag == "\n" for tag in pieces) else " ".join("".join(pieces).split())
    if len(whole) < SHORTEST or linked > _LINKED * len(whole):
        return []
    lines = (" ".join(line.split()) for line in whole.split("\n"))
    return [line for line in lines if len(line) >= SHORTEST]


def _is_in(element: HtmlElement, tags: frozenset[str]) -> bool:
    return any(above.tag in tags for above in (element, *element.iterancestors()))


def _place(blocks: Sequence[tuple[HtmlElement, str]]) -> HtmlElement | None:
    """Return the smallest element that holds most of the text, None where there is no text."""
    held: dict[HtmlElement, int] = {}
    for element, line in blocks:
        above = element
        for _ in range(_DEPTH):
            if above is None:
                break
            held[above] = held.get(above, 0) + len(line)
            above = above.getparent()
    enough = _TOGETHER * sum(len(line) for _, line in blocks)
    places = [place for place, size in held.items() if size >= enough]
    return min(places, key=lambda place: held[place], default=None)


def told(text: str, enough: int) -> int:
    """Return how many characters of a text tell something, and are no notices of the page; `enough` ends the count."""
    found = 0
    for line in text.splitlines():
        found += 0 if is_boilerplate(line) else len(line)
        if found >= enough:
            break
    return found
