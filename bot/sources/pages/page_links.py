"""The links of a web page, each once, with all that says whether it leads to an article.

A parsed page comes in; addresses with the best text that any link to them has go out, in the order of the page.
Links of menus and footers are left out, those of side columns are marked. Decides nothing about articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from bot.sources.feeds.feed_reader import TITLE
from bot.text.html_text import line
from bot.urls import absolute_url, canonical_url, is_front_page, publisher_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_LINKS = 5_000  # of one page
WORDY = 200  # elements of one link that are read: a card has a dozen

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"script", "style", "noscript", "template", "iframe", "svg", "select", "head", "button"})
_MENUS = frozenset({"nav", "footer", "menu"})
_PASSED = _SILENT | _MENUS
_ROLES = frozenset({"navigation", "banner", "contentinfo", "menu", "menubar", "search", "dialog"})
_ROOTS = frozenset({"html", "body", "main"})
_WITHIN_WORDS = frozenset({"a", "b", "em", "i", "mark", "strong"})
_CARDS = frozenset({"article", "main", "section", "li"})
_MENU_WORDS = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|footer|breadcrumbs?|pagination|pager|paging|share|sharing"
    r"|social|cookies?|consent|login|subscribe|newsletter|skip|langs?|language-switcher|masthead|topbar)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:aside|sidebar|related|popular|trending|most-?read|recommended|widget|promo|sponsored|tags?|byline"
    r"|authors?|comments?|advert\w*|ads?)(?:$|[\s_-])",
    re.IGNORECASE,
)
# What links say that say nothing of where they lead.
_GENERIC = re.compile(
    r"(?:read|see|view|learn|show|find out|load|continue)?\s*(?:more|all|full (?:story|article|text)|reading|on)?"
    r"(?: (?:here|about this|news|stories|articles|details))?|details|link|here|click here|full story|permalink|image"
    r"|photo|video|\W*|\d+|(?:\d+ |no )?comments?|(?:читать )?(?:далее|дальше|подробнее|полностью|ещё|еще|больше)"
    r"|читати (?:далі|більше)|далі|докладніше|weiter\s?lesen|mehr(?: lesen| erfahren)?|lire (?:la suite|plus)"
    r"|en savoir plus|leer m[aá]s|seguir leyendo|leggi(?: tutto| di più)?|czytaj (?:więcej|dalej)|więcej|leia mais"
    r"|saiba mais|devamını oku|続きを読む|阅读更多|更多",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s*)?"
    r"(?:\d{1,2}[./: ]\s?\w{1,12}[./: ,]*(?:\d{2,4})?|\w{3,9} \d{1,2},? \d{4}|\d{4}-\d\d-\d\d)"
    r"(?:[ ,T|–-]*\d{1,2}[:.]\d\d(?::\d\d)?\s?(?:[ap]m|utc|gmt)?)?|\d{1,2}[:.]\d\d"
    r"|(?:an?|\d+)\s?(?:s|m|h|d|min\w*|sec\w*|hours?|hrs?|days?)\.?(?: ago)?",
    re.IGNORECASE,
)


# A time beside a headline in its link would make it another one at each poll. Only what is surely no word of it.
_CLOCK = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})?[\s|·•,-]*(?:[0-2]?\d:[0-5]\d(?:\s?[ap]m)?)?"
    r"|(?:an?|\d+)\s?(?:s|m|h|d|min\w*|sec\w*|hours?|hrs?|days?)\.? ago"
    r"|\d+ (?:с|сек\w*|мин\w*|ч|час\w*|хв\w*|год\w*|дн\w*)\.? (?:назад|тому)"
    r"|(?:vor|il y a|hace) \d+ \w{1,8}",
    re.IGNORECASE,
)
_AROUND = " \t\r\n\u00a0|·•()[],-–—"  # characters beside a time
_EDGE = "\x1f"  # between the pieces of a link


@dataclass(frozen=True, slots=True)
class Link:
    """One address on a page; `text` is "" where nothing tells what it leads to."""

    url: str
    text: str
    heading: bool = False  # the text is a heading
    aside: int = 0  # how far from the middle of the page: 1 a side column, 2 a menu, by their names


@dataclass(slots=True)
class _Place:
    """Where the walk through a page is."""

    silent: int = 0  # elements around us that are passed over
    menu: int = 0  # those that are called so
    side: int = 0
    cards: int = 0
    heading: int = 0


def on_page(root: _Element, url: str) -> tuple[Link, ...]:
    """Return the links of a page to other pages of its publisher. `url` is the address of the page."""
    base = base_of(root, url)
    publisher, own = publisher_of(base), {canonical_url(url), canonical_url(base)}

    def leads_on(link: Link) -> bool:
        page = canonical_url(link.url)
        return page not in own and not is_front_page(page) and publisher_of(link.url) == publisher

    links = (_link(anchor, base, place) for anchor, place in _anchors(root))
    return merged(link for link in links if link and leads_on(link))


def chosen(elements: Iterable[_Element], base: str) -> tuple[Link, ...]:
    """Return the links that these elements are or hold, wherever they lead."""
    anchors = (
        anchor for element in elements for anchor in ([element] if element.tag == "a" else element.iterdescendants("a"))
    )
    links = (_link(anchor, base, _Place()) for anchor in anchors)
    return merged(link for link in links if link)


def base_of(root: _Element, url: str) -> str:
    """Return what the page's links are relative to."""
    said = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    return (absolute_url(url, said) if said else None) or url


def merged(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return each address once: where it stands first, with its heading, or else with its longest text."""
    found: dict[str, Link] = {}
    for link in links:
        name = canonical_url(link.url)
        first = found.get(name)
        if first is None:
            if len(found) < MOST_LINKS:
                found[name] = link
            continue
        best = max(first, link, key=lambda one: (one.heading and bool(one.text), len(one.text)))
        found[name] = replace(first, text=best.text, heading=best.heading, aside=min(first.aside, link.aside))
    return tuple(found.values())


def _anchors(root: _Element) -> Iterator[tuple[_Element, _Place]]:
    """Yield the links outside of menus, and where each stands."""
    from lxml import etree

    place = _Place()
    for event, element in etree.iterwalk(root, events=("start", "end"), tag="*"):
        step = 1 if event == "start" else -1
        words = "" if element.tag in _ROOTS else f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag in _PASSED or element.get("role") in _ROLES or (element.tag == "header" and not place.cards):
            place.silent += step
        if _MENU_WORDS.search(words):
            place.menu += step
        elif element.tag == "aside" or _SIDE_WORDS.search(words):
            place.side += step
        place.cards += step * (element.tag in _CARDS)
        place.heading += step * (element.tag in _HEADINGS)
        if event == "start" and element.tag == "a" and not place.silent:
            yield element, place


def _link(anchor: _Element, base: str, place: _Place) -> Link | None:
    href = (anchor.get("href") or "").strip()
    url = absolute_url(base, href) if href and not href.startswith("#") else None
    if not url:
        return None
    aside = 2 if place.menu else 1 if place.side else 0
    inside = next((found for element in anchor.iterdescendants(*_HEADINGS) if (found := _text(element))), "")
    text = inside or _text(anchor) or _alternative(anchor)
    if text:
        return Link(url, text, heading=bool(inside or place.heading), aside=aside)
    near = _heading_near(anchor)
    return Link(url, near, heading=bool(near), aside=aside)


def _text(element: _Element) -> str:
    """Return what a reader sees of a link, without times in it; "" for "Read more", a time alone, and the like."""
    parts: list[str] = []
    silent: set[_Element] = set()
    for child in islice(element.iter(), WORDY):
        within = child.getparent() in silent
        if within or child.tag in _SILENT or child.tag == "time":
            silent.add(child)
            parts.append(_EDGE)
        else:
            parts += ("" if child.tag in _WITHIN_WORDS else _EDGE, child.text or "")
        if child is not element and not within:
            parts.append(child.tail or "" if child.tag in _WITHIN_WORDS else f"{_EDGE}{child.tail or ''}")
    pieces = (piece for piece in "".join(parts).split(_EDGE) if not _CLOCK.fullmatch(piece.strip(_AROUND)))
    text = line(" ".join(pieces), TITLE, literal=True)
    bare = text.strip(" .…»›→>-–—:|[]()")
    return "" if _GENERIC.fullmatch(bare) or _TIME.fullmatch(bare) else text


def _alternative(anchor: _Element) -> str:
    names = (
        anchor.get("title"),
        anchor.get("aria-label"),
        *(image.get("alt") for image in anchor.iterdescendants("img")),
    )
    texts = (line(name or "", TITLE, literal=True) for name in names)
    return next((text for text in texts if text and not _GENERIC.fullmatch(text)), "")


def _heading_near(anchor: _Element) -> str:
    """Return the heading of the card that this link without words belongs to: the smallest around it with one."""
    for around in list(anchor.iterancestors())[:3]:
        if around.tag in _ROOTS or len(headings := list(islice(around.iterdescendants(*_HEADINGS), 2))) > 1:
            break
        if headings and next(headings[0].iterdescendants("a"), None) is None:
            return _text(headings[0])
    return ""
