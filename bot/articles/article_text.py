"""Which text of a page is the article's: what extractors see, weighed against what the page tells search engines.

Texts come in, a paragraph a line; the text to keep goes out. Extractors take other articles, menus and notices for the
text, or miss what a wall or a script hides; the page's own JSON-LD is cut short on some pages, and empty on most. Where
two of them tell the same, both are right. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_GRAM: Final = 4  # words
_WHOLE: Final = 600  # characters from which JSON-LD may be the whole text, and not its beginning
_MOST: Final = 0.75  # of the visible text's length that JSON-LD has at least where it is whole
_SAME: Final = 0.8  # of its wording that visible lines have, for the two to be one text
_OTHER: Final = 0.3  # of its wording that visible lines have at most, for the two to be different texts
_INSIDE: Final = 0.3  # of a line's wording that JSON-LD has where the line is of the article
_SHORT: Final = 1_200  # characters of a text that may be a teaser, or what is left of one
_LONG: Final = 4  # letters of a word that tells something
_ABOUT: Final = 0.35  # of the words about an article that its text has at least
_SURELY: Final = 0.55  # the same of text that nobody took for the article's; lists of other articles have .0 to .5
_LONGEST: Final = 20  # letters of one; scripts without spaces have none
_ENOUGH: Final = 8  # words by which a text is known
_BEGINNING: Final = 3_000  # characters of a text in which it says what it is about; a long one says everything
_CUT: Final = re.compile(r"(?:…|\.{3}|\[\W{0,3}\])\s*\Z")
_WORD: Final = re.compile(r"\w+")


def is_doubtful(text: str, about: str) -> bool:
    """Return whether a text may be something else than the article, or only a part of it: short, or not about it.

    `about` is what the page says of its article: headline and description.
    """
    return len(text) < _SHORT or agreement(text, about) < _ABOUT


def is_better(blocks: str, seen: str, about: str) -> bool:
    """Return whether what the page's blocks say beyond what an extractor saw is about the article, too."""
    known = set(seen.splitlines())
    beyond = "\n".join(line for line in blocks.splitlines() if line not in known)[:_BEGINNING]
    fuller = len(blocks) >= len(seen) or agreement(seen, about) < _ABOUT / 2
    return fuller and bool(beyond) and agreement(beyond, about) >= _SURELY


def behind_headline(text: str, title: str, enough: int) -> str:
    """Return what stands behind the headline where it stands within the text: menus are above it.

    Where fewer than `enough` characters follow, it is named in a list of others, and the text stays as it is.
    """
    above, found, behind = f"\n{text}\n".partition(f"\n{title}\n")
    return behind.strip() if title and found and len(behind) >= max(enough, len(above) // 2) else text


def is_another(page: str, feed_text: str) -> bool:
    """Return whether a page's text is surely not of the article of which the feed tells: a wall, a menu, another page.

    Then it has next to none of the feed's words. Texts without spaces and very short ones tell nothing of each other.
    """
    told = {word for word in _words(feed_text) if _LONG <= len(word) <= _LONGEST}
    return len(told) >= _ENOUGH and agreement(page, " ".join(told)) < _ABOUT / 2


def agreement(text: str, about: str) -> float:
    """Return how many of the words about an article its text has, 0 … 1; 1 where nothing is said about it."""
    wanted = _telling(about)
    return len(wanted & set(_words(text))) / len(wanted) if wanted else 1.0


def choose_text(visible: str, linked: str, title: str) -> str:
    """Return the article's text: the visible lines that JSON-LD has, too, or all of them, or JSON-LD's own.

    `linked` is the articleBody without markup, "" where there is none. A line about the title is the article's.
    """
    if len(linked) < _WHOLE or _CUT.search(linked):
        return visible
    told = _grams(_words(linked))
    lines = [(line, _grams(_words(line))) for line in visible.splitlines()]
    seen = {gram for _, grams in lines for gram in grams}
    shared = len(told & seen) / max(1, len(told))
    if shared <= _OTHER:
        return linked
    if shared < _SAME or len(linked) < _MOST * len(visible):
        return visible
    kept = _without_strangers(
        [(line, _inside(line, grams, told, linked) or _is_about(line, title)) for line, grams in lines]
    )
    return "\n".join(kept)


def _without_strangers(lines: Sequence[tuple[str, bool]]) -> list[str]:
    """Return the lines of the article, without those before its first and behind its last one."""
    own = [at for at, (_, inside) in enumerate(lines) if inside]
    return [line for at, (line, inside) in enumerate(lines) if own and own[0] <= at <= own[-1]]


def _inside(line: str, grams: set[tuple[str, ...]], told: set[tuple[str, ...]], linked: str) -> bool:
    return line in linked if not grams else len(grams & told) >= _INSIDE * len(grams)


def _is_about(line: str, title: str) -> bool:
    wanted = _telling(title)
    return len(wanted & set(_words(line))) >= max(2, _ABOUT * len(wanted))


def _telling(text: str) -> set[str]:
    """Return the words that tell something."""
    return {word for word in _words(text) if len(word) >= _LONG}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1)}
