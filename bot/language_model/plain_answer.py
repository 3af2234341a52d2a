"""What a model answers as plain text: anything in, one line of 300 signs at most out, without links or markup.

A model repeats what it read, and what it read is a stranger's text: nothing in a line may be clicked on, command, hide
or turn the text around.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 300  # characters of a line
_READ: Final = 4_000  # characters of an answer that are looked at
# Of Markdown: its words stay.
_LINK: Final = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)")
_TAG: Final = re.compile(r"<[^<>]{0,500}>?")
_ADDRESS: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}:/{2}|\bwww\.|\b(?:mailto|tel|javascript|data):)\S*"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|info|io|me|ru|ua|de|fr|es|uk|us|eu|cn|co|app|dev|xyz|top|site"
    r"|online|link|click|biz|tv|news|gov|edu|ly|gg|to)(?:/\S*)?(?!\w)"
    r"|[^\s@]{1,64}@[^\s@]{1,255}",
    re.IGNORECASE,
)
_MENTION: Final = re.compile(r"(?<![\w])[@/#](?=[A-Za-z0-9_])")
_MARKS: Final = re.compile(r"[*_`~|\\^]+|(?m:^\s*(?:#+|>+|[-+•]|\d+[.)])\s+)")
_BEGINNINGS: Final = re.compile(
    r"^\s*(?:(?:here(?:'s| is)|sure|certainly|of course)\b[^:\n]{0,80}:|(?:summary|translation|answer)\s*:)\s*",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"\s+")
_ENDS: Final = ".!?…"


def clean_line(answer: str) -> str:
    """Return an answer as one line of plain text; empty where nothing is left of it.

    One that is too long ends with its last whole sentence, or else at a word.
    """
    text = _LINK.sub(r"\1", answer[:_READ])
    text = _TAG.sub(" ", text)
    text = _ADDRESS.sub(" ", text)
    text = "".join(char for char in text if char in "\n\t " or unicodedata.category(char)[0] != "C")
    text = _MARKS.sub("", text)
    text = _MENTION.sub("", text)
    text = _BLANK.sub(" ", _BEGINNINGS.sub("", text)).strip().strip("<>[]{}")
    text = _unquoted(text.strip())
    return text if len(text) <= LONGEST else _shortened(text)


def _unquoted(text: str) -> str:
    """Return a line without the quotation marks that a model puts around all of it."""
    if len(text) > 1 and text[0] in "\"“„«'" and text[-1] in "\"”“»'" and not set('"“”„«»') & set(text[1:-1]):
        return text[1:-1].strip()
    return text


def _shortened(text: str) -> str:
    part = text[:LONGEST]
    end = max(part.rfind(f"{mark} ") for mark in _ENDS)
    if end >= LONGEST // 3:
        return part[: end + 1]
    return part[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
