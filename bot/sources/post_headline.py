"""Headlines of what has none: posts of Mastodon, Bluesky, Telegram and bridges, whose text is all there is.

The text of a post comes in, its first sentence goes out, cut at a word where it is long. Pure.
"""

from __future__ import annotations

import re

from bot.text.sentences import split_sentences
from bot.text.tokens import cut, unspaced
from bot.text.word_tables import any_of

LONGEST = 160  # characters: two lines of a telephone
_FEW = 4  # words: "Breaking!" tells nothing without the sentence after it
_WIDE = 10  # signs that say as much in scripts without spaces
_READ = 2_000  # characters of a post that are looked at
_WORD = re.compile(r"\w+")
_MARKS = re.compile(
    r"(?:(?:https?://|www\.)\S{1,500}|[@#]\S{1,100}|\W|_)+"
)  # a line of links, names, tags or signs only


def is_headline(title: str) -> bool:
    """Return whether a title says anything: not one that a program put where there was none, nor signs alone."""
    return bool(_WORD.search(title)) and not re.fullmatch(
        any_of("boilerplate", "no headline"), title.strip(), re.IGNORECASE
    )


def headline_of_post(text: str) -> str:
    """Return the first sentence of a text as one line, "" of a text without words."""
    text = text[:_READ]
    lines = [line.strip() for line in text.splitlines()]
    told = next((place for place, line in enumerate(lines) if line and not _MARKS.fullmatch(line)), None)
    if told is None:
        return shortened(" ".join(text.split())) if _WORD.search(text) else ""
    rest = "\n".join(lines[told:])
    headline = ""
    for start, end in split_sentences(rest)[:_FEW]:
        headline = " ".join(f"{headline} {rest[start:end]}".split())
        if len(_WORD.findall(headline)) >= _FEW or len(headline) > (_WIDE if unspaced(headline) else LONGEST // 4):
            break
    return shortened(headline)


def shortened(text: str) -> str:
    """Return a text of at most LONGEST characters, cut at a word."""
    if len(text) <= LONGEST:
        return text
    room = cut(text, LONGEST)
    border = room.rfind(" ")
    return (room[:border] if border > LONGEST // 2 else room).rstrip(' ,;:-–—(«“"') + "…"
