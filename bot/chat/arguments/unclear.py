"""What is not understood, or may mean several things: the error of every parser of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Doubtful = Literal["hours", "whole day", "many", "zone", "digest", "length", "clock"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading: what it means (hours, a time, a zone), and the words that say exactly that."""

    meaning: str
    words: str


class Unclear(ValueError):  # noqa: N818 - it reads as what it is: "except Unclear"
    """Something that was written is not understood: what kind of thing, and the words; `choices` are its readings."""

    def __init__(self, kind: Doubtful, words: str = "", choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(kind)
        self.kind = kind
        self.words = words
        self.choices = choices
