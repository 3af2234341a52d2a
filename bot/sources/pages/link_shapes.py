"""Which links of a page lead to articles: learned from the shapes of their addresses and from what they say.

Links come in, those of articles go out, in their order. A link that is taken for an article wrongly costs little, as
what stands on a page at first sight is never told; a missed one is a missed alert. So whatever may be an article is
one, but for lists, people, pages of the house and the like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

from bot.sources.pages.page_links import Link

LIKELY = 2.0  # points of an address that is an article's by itself
ENOUGH = 3  # links make a list
SHORT = 3  # words of a short headline
CROWD = 3  # links of one shape that make a list although their addresses tell nothing

_DATE = re.compile(r"(?:19|20)\d\d[-_]?(?:0[1-9]|1[0-2])(?:[-_]?[0-3]\d)?|(?:19|20)\d\d")
_DIGITS = re.compile(r"\d{4}|\d{6}|\d{8}")  # a year, month or day without a mark between: as likely an article's number
_NUMBER = re.compile(r"(?:[a-z]{0,3}[-_]?)?\d{3,}", re.IGNORECASE)
_TOKEN = re.compile(r"(?=\D*\d)(?=[^a-zA-Z]*[a-zA-Z])[a-zA-Z0-9]{8,}")
_FILE = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms|story|article)$", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|mp[34]|avi|mov|zip|rss|xml|json|ics|docx?|xlsx?|pptx?|css|js|apk|exe)$",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?:^|&)(?:\w{0,12}_?id|p|nid|article|news|story|item|n|a|page_?id|entry|doc|art|idnews|newsid)=(?:\d+|[\w-]{8,})(?:&|$)",
    re.IGNORECASE,
)
_PAGING = re.compile(
    r"(?:^|&)(?:page|paged|pg|offset|start|sort|order|filter|q|s|query|search|lang|replytocom|share)=", re.IGNORECASE
)
# A part of the path by which a site files lists, people, accounts and its own affairs, but for telling addresses in it.
_NO_ARTICLES = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|cat|authors?|users?|profiles?|people|person|staff|team|members?|log(?:in|out)"
    r"|sign-?(?:in|up)|register|(?:my-)?accounts?|search|archives?|rss|feeds?|atom|newsletters?|subscri(?:be|ptions?)"
    r"|shop|store|cart|checkout|donate|support|help|faq|jobs|careers|vacancies|advertis(?:e|ing)|ads|privacy|terms"
    r"|cookies?|cookie-policy|about(?:-us)?|contacts?|contact-?us|legal|imprint|impressum|datenschutz|sitemap|share"
    r"|print|comments|pages?|rubrics?|rubrica|temas?|themes?|series|wp-admin|wp-login\.php|apps?|weather|horoscope"
    r"|crossword|games|puzzles)/"
)
# Those of them that may as well be sections of a newspaper.
_SECTIONS = frozenset(
    {"people", "person", "archive", "archives", "weather", "games", "series", "jobs", "careers", "shop", "support"}
    | {"help", "apps", "app", "team", "horoscope", "themes", "theme", "temas", "tema", "rubric", "rubrics", "rubrica"}
)
_HOUSE = re.compile(
    r"(?:privacy|cookie|terms|conditions|contact|about|impressum|imprint|accessibility|advertis|subscri|newsletter|legal"
    r"|copyright|editorial|code-of|how-to-(?:contact|advertise|pitch)|corrections|complain|career|job)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")
_DENSE = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # scripts that do not part words
_LISTED = 0.7  # of a crowd's links that must read as headlines


def articles(links: Sequence[Link], *, surely: bool = False) -> tuple[Link, ...]:
    """Return the links that lead to articles. Side columns and menus count only where nothing else is a list.

    Somebody who knows that this is `surely` a list gets whatever may be one.
    """
    links = [link for link in links if not _is_house(link.url)]
    found: tuple[Link, ...] = ()
    for aside in range(3):
        found = _learned([link for link in links if link.aside <= aside])
        if len(found) >= ENOUGH:
            break
    if surely and not found:
        found = tuple(link for link in links if not link.aside and not _is_label(link) and link.text)
    return found


def _learned(links: Sequence[Link]) -> tuple[Link, ...]:
    shapes: dict[str, list[Link]] = {}
    for link in links:
        shapes.setdefault(_shape(link.url, numbered=_is_told(link)), []).append(link)
    taken = {id(link) for shape, group in shapes.items() for link in _taken(shape, group)}
    return tuple(link for link in links if id(link) in taken)


def _taken(shape: str, group: Sequence[Link]) -> Iterable[Link]:
    """Return the links of one shape that are articles: those of telling addresses, or a crowd of headlines."""
    if _points(shape) >= LIKELY:
        return (link for link in group if not _is_label(link) or _points(shape) > LIKELY)
    headlines = [link for link in group if _words(link.text) >= SHORT or (link.heading and _words(link.text) > 1)]
    if len(headlines) >= CROWD and len(headlines) >= _LISTED * len(group):
        return headlines
    return (link for link in headlines if link.heading and _words(link.text) > SHORT)


def _words(text: str) -> int:
    """Return how many words a text has; in scripts that do not part them, by their letters."""
    return len(_WORDS.findall(text)) + len(_DENSE.findall(text)) // 3


def _is_label(link: Link) -> bool:
    """Return whether a link is one or two words that are no heading: rather a section's name."""
    return bool(link.text) and not link.heading and len(link.text.split()) <= 2 and not _DENSE.search(link.text)  # noqa: PLR2004 - the same


def _is_house(url: str) -> bool:
    parts = urlsplit(url)
    path = unquote(parts.path).lower()
    segments = [segment for segment in path.split("/") if segment]
    if _NO_PAGE.search(path) or (_NO_ARTICLES.search(f"{path}/") and not _is_headline(segments)):
        return True
    if _PAGING.search(parts.query) and not _ID.search(parts.query):
        return True
    return len(segments) == 1 and bool(_HOUSE.match(segments[0]))


def _is_headline(segments: Sequence[str]) -> bool:
    """Return whether the address ends in a headline: many words, with a number or a date or below a section."""
    last = _kind(_FILE.sub("", segments[-1]))
    if last[:1] != "s" or int(last[1]) <= SHORT:
        return False
    return last.endswith("n") or any(_kind(one) == "d" or one in _SECTIONS for one in segments[:-1])


def _is_told(link: Link) -> bool:
    """Return whether a link says a headline, which a list of a year or a month never does: "2026", "Archive 2026"."""
    words = _words(link.text)
    return words >= SHORT or (link.heading and words > 1)


def _shape(url: str, *, numbered: bool = False) -> str:
    """Return the host and what each part of the path is: d date, i day, n number, t token, s3 three words, w word.

    `numbered` says that digits at the end are the article's number, whatever year they would be: 2000 follows 1999.
    """
    parts = urlsplit(url)
    segments = [_FILE.sub("", segment) for segment in unquote(parts.path).split("/") if segment]
    kinds = [_kind(segment) for segment in segments]
    if numbered and segments and _DIGITS.fullmatch(segments[-1]):
        kinds[-1] = "n"
    query = "?id" if _ID.search(parts.query) else ""
    return f"{parts.netloc} {'/'.join(kinds)}{query}"


def _kind(segment: str) -> str:
    if _DATE.fullmatch(segment):
        return "d"
    if segment.isdecimal() and len(segment) <= 2:  # noqa: PLR2004 - a day, a month, or a small number
        return "i"
    if _NUMBER.fullmatch(segment):
        return "n"
    if _TOKEN.fullmatch(segment):
        return "t"
    words = len([word for word in re.split(r"[-_+\s.,]+", segment) if word])
    numbered = "n" if re.search(r"\d{4,}", segment) else ""
    return f"s{min(words, 5)}{numbered}" if words > 1 else "w"


def _points(shape: str) -> float:
    """Return how much the shape of an address speaks for an article."""
    kinds = shape.partition(" ")[2].partition("?")[0].split("/")
    points = 2.5 if shape.endswith("?id") else 0.0
    dated = "d" in kinds
    points += 2.5 if dated and "i" in kinds else 1.0 if dated else 0.0
    last = kinds[-1]
    if last == "i":  # `/news/7` is an article, `/2026/11` an archive
        return points + (0.0 if dated or len(kinds) == 1 else 2.5)
    if last[:1] == "s":
        points += {"2": 0.5, "3": 2.0}.get(last[1], 3.0) + (1.5 if last.endswith("n") else 0.0)
    elif last in {"n", "t"}:
        points += 2.5
    elif len(kinds) > 1 and kinds[-2] in {"n", "t"}:
        points += 2.0
    return points
