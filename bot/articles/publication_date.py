"""When a page says that its article was published.

The tree of a page, its meta elements, its JSON-LD and its address come in, an instant goes out. Pages say it in several
places, and some places lie: a template's date, that of another article, of the last change. So each place has a weight,
and the day on which most of them agree is the one; of those the most trusted one that names an hour is taken.
Knows no clock and never raises but what lxml raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from bot.text.dates import parse_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_FIRST: Final = "1990-01-01"
_SAME_DAY: Final = timedelta(hours=26)  # one day in two zones: an address knows none, a time tag does
_ENOUGH: Final = 0.75  # of the most agreement: of what is nearly as good the earlier counts, the later is of a change …
_CHANGED_WITHIN: Final = timedelta(days=7)  # … that came within days; much earlier dates are a template's
_CLOSE: Final = 60  # elements after the headline in which its date stands
_ABOVE: Final = 6  # elements right above it in which it may stand; further up is the day of the visit
_LINE: Final = 100  # characters of a line that is a date, perhaps with an author
_TIMES: Final = 20  # time elements that are looked at

_MARKS: Final = re.compile(r"[\W_]")  # left out of names: they are written in many ways
_FOR_ALL: Final = re.compile(r"articlepublishedtime|datepublished")  # standards: Open Graph, schema.org
_PUBLISHED: Final = re.compile(
    r"publish|publication|pubdate|issued|posted|postdate|original|releasedate|displaydate|created|sailthrudate|articledate|"
    r"^(?:dc|dcterms|og|article|citation|doc)?date$|regdate|ptime$|^timestamp$"
)
_NOT_PUBLISHED: Final = re.compile(
    r"modif|updat|revis|expir|unpublish|publisher|valid|last|video|image|event|copyright"
)
_CLASS: Final = re.compile(r"publish|pub-?date|entry-date|post-?date|posted|article-?date|dateline|timestamp|created")
_CHANGED: Final = re.compile(
    r"updat|modif|edited|corrected|aktualis|geändert|обновл|изменен|оновл|змінен|mis à jour|actuali|aggiorn|zaktualiz",
    re.IGNORECASE,
)
_ELSEWHERE: Final = frozenset({"nav", "aside", "footer", "form"})  # where other articles and other things are dated
_ADDRESS: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([/-]?)(0[1-9]|1[0-2]|(?<=[/-])(?:[1-9]|[a-z]{3}))\2([0-2]?\d|3[01])(?!\w)"
)
_DIGITS: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Statement:
    """One place that says when, and how much it counts."""

    at: datetime
    weight: float

    @property
    def has_hour(self) -> bool:
        return bool(self.at.hour or self.at.minute or self.at.second)


def find_publication_date(
    tree: HtmlElement, meta: Mapping[str, str], linked: str, url: str | None, language: str | None
) -> datetime | None:
    """Return when the article was published, aware UTC; None where the page does not say it.

    `meta` is by lower-case name, `linked` what JSON-LD says. A time without zone is taken as UTC, a day without hour as
    its beginning.
    """
    written = [
        *_of_machines(meta, linked),
        *_of_elements(tree),
        *_of_address(url),
        *((line, 1.0) for line in _under_headline(tree, language)),
    ]
    said = [_Statement(at, weight) for text, weight in written if (at := parse_date(text, language))]
    if not said:
        return _found_by_library(tree, url)
    leading = max(said, key=lambda one: (_agreement(one, said), one.weight))
    enough = _ENOUGH * _agreement(leading, said)
    first = min(
        (
            one
            for one in said
            if leading.at - _CHANGED_WITHIN <= one.at <= leading.at and _agreement(one, said) >= enough
        ),
        key=lambda one: one.at,
    )
    agreeing = [one for one in said if abs(one.at - first.at) <= _SAME_DAY]
    return max(agreeing, key=lambda one: (one.has_hour, one.weight)).at


def _agreement(one: _Statement, said: list[_Statement]) -> float:
    """Return how much of what the page says agrees with a statement."""
    return sum(other.weight for other in said if abs(other.at - one.at) <= _SAME_DAY)


def _of_machines(meta: Mapping[str, str], linked: str) -> Iterator[tuple[str, float]]:
    """Yield what is said to search engines and networks."""
    yield linked, 3.0
    for written, content in meta.items():
        name = _MARKS.sub("", written)
        if _NOT_PUBLISHED.search(name):
            continue
        if _FOR_ALL.search(name):
            yield content, 3.0
        elif _PUBLISHED.search(name):
            yield content, 2.0


def _of_elements(tree: HtmlElement) -> Iterator[tuple[str, float]]:
    """Yield what elements say that are marked as the article's date; of time elements the first one that may be it."""
    for element in islice(tree.iterfind(".//*[@itemprop]"), 500):
        if element.tag == "meta":  # read already
            continue
        names = (element.get("itemprop") or "").lower().split()
        if "datepublished" in names or "datecreated" in names:
            yield _value(element), 2.5
            break
    marked = False
    for element in islice(tree.iter("time", "abbr"), _TIMES):
        near = " ".join(filter(None, (element.get("class"), element.get("itemprop"), element.get("id"))))
        published = element.get("pubdate") is not None or bool(_CLASS.search(near.lower()))
        about = near + " " + " ".join((element.text_content() or "").split())[:_LINE]
        if marked or _CHANGED.search(about) or (element.tag == "abbr" and not published) or _is_elsewhere(element):
            continue
        if value := _value(element):
            yield value, 2.0 if published else 1.5
            marked = True


def _value(element: HtmlElement) -> str:
    """Return the date of an element: an attribute made for it, else its text."""
    for name in ("datetime", "content", "data-datetime", "data-timestamp", "title"):
        value = element.get(name)
        if value and _DIGITS.search(value):
            return str(value)
    return " ".join(element.text_content().split())[:_LINE]


def _is_elsewhere(element: HtmlElement) -> bool:
    return any(above.tag in _ELSEWHERE for above in element.iterancestors())


def _of_address(url: str | None) -> Iterator[tuple[str, float]]:
    """Yield the day that an address has in its path."""
    path = (url or "").lower().partition("://")[2].partition("/")[2]
    if found := _ADDRESS.search(f"/{path}"):
        year, _, month, day = found.groups()
        yield f"{year}-{month}-{day}" if month.isdigit() else f"{day} {month} {year}", 2.0


def _under_headline(tree: HtmlElement, language: str | None) -> Iterator[str]:
    """Yield the first line under the headline that is a date, with the author's name perhaps; else one right above."""
    headline = next(tree.iter("h1"), None)
    if headline is None:
        return
    under = headline.xpath(f"following::*[position() <= {_CLOSE}]")
    above = headline.xpath(f"preceding::*[position() <= {_ABOVE}]")
    for element in (*under, *reversed(above)):
        line = " ".join(element.text_content().split()) if len(element) < _LINE else ""
        told = _CHANGED.split(line, maxsplit=1)[0]
        if len(line) <= _LINE and len(_DIGITS.findall(told)) >= 3 and parse_date(told, language):  # noqa: PLR2004 -- a day and a year
            yield told
            return


def _found_by_library(tree: HtmlElement, url: str | None) -> datetime | None:
    """Return what htmldate makes of a page that marks no date: it knows many more places.

    Its wide search guesses from any number on the page, and a year alone is a guess, too: a wrong old date would
    silence news.
    """
    from htmldate import find_date

    article = deepcopy(tree)
    for element in [each for each in article.iter(*_ELSEWHERE) if each.getparent() is not None]:
        element.drop_tree()
    found = find_date(article, url=url, original_date=True, extensive_search=False, min_date=_FIRST)
    return None if not found or found.endswith("-01-01") else datetime.fromisoformat(found).replace(tzinfo=UTC)
