"""What a headline says that readers do not know yet: headlines come in, a verdict goes out.

Words are compared by their stems, in every language alike: another ending, order or article is nothing new. A number
always is. Nothing here knows stories, reports or messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.stories.terms import distinctive_stems

_NEW_SHARE = 0.25  # of its words that tell something: "signed" against "collapses" is one of three
_NEW_WORDS = 2  # so many tell something new in a headline of any length
_LONGEST = 1_000  # characters of a text that count
_SHORTEST = 4  # letters of a stem that may stand for a longer one
_CASED = 0.75  # of the words begin with a capital: then capitals mark no names
_GROUPED = re.compile(r"(?<=\d)[ ,.\u00a0\u202f](?=\d{3}(?!\d))")  # 10,000 and 10 000 are one number


def is_news(headline: str, shown: Iterable[str]) -> bool:
    """Return whether a headline says something that none of the texts shown says.

    That is another number or name, or other words that are at least a quarter of what it says.
    """
    known = ShownTexts()
    for text in shown:
        known.add(text)
    return known.is_news(headline)


class ShownTexts:
    """What readers know from texts: each is read once, and a headline is compared with all of them at once."""

    def __init__(self) -> None:
        self._stems: set[str] = set()
        self._alike: dict[str, set[str]] = {}  # by their first letters

    def add(self, text: str) -> None:
        """Take a text as known."""
        for stem, _ in _stems(text):
            self._stems.add(stem)
            self._alike.setdefault(stem[:_SHORTEST], set()).add(stem)

    def is_news(self, headline: str) -> bool:
        """Return whether a headline says something that none of the texts says."""
        return _says_more(headline, self._stems, self._alike)


def _says_more(headline: str, known: set[str], alike: dict[str, set[str]]) -> bool:
    said = _stems(headline)
    new = {stem: capital for stem, capital in said if not _is_among(stem, known, alike)}
    if not new:
        return False
    if any(stem[0].isdigit() for stem in new):
        return True
    named = sum(capital for _, capital in said) < _CASED * len(said)
    if named and any(capital for capital in new.values()) and not _opens(headline, new):
        return True
    return len(new) >= _NEW_WORDS or len(new) >= _NEW_SHARE * len({stem for stem, _ in said})


def _is_among(stem: str, known: set[str], alike: dict[str, set[str]]) -> bool:
    """Return whether a stem is known, or one that ends sooner or later: "kill" of kills, "kille" of killed."""
    if stem in known:
        return True
    short = stem[:_SHORTEST]
    return (
        len(stem) >= _SHORTEST
        and not stem[0].isdigit()
        and any(
            one.startswith(stem) or (len(one) >= _SHORTEST and stem.startswith(one)) for one in alike.get(short, ())
        )
    )


def _opens(headline: str, new: dict[str, bool]) -> bool:
    """Return whether the only new word with a capital is the first one, where every word has a capital."""
    first = next(iter(_stems(headline)), None)
    return first is not None and [stem for stem, capital in new.items() if capital] == [first[0]]


def _stems(text: str) -> tuple[tuple[str, bool], ...]:
    return distinctive_stems(_GROUPED.sub("", text[:_LONGEST]))
