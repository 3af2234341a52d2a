"""Keyword expressions: text in, a frozen tree out, or a QueryError that points at its column.

The whole language: words, "phrases", "near each other"~5, =exact, prefix*, AND OR NOT ( ) + -, title: lead: body:
source: lang:, /regex/ (RE2), ~name across scripts. What can match everything is refused here, so that matching
may rely on every query needing something. Nothing here knows a language's words or an item.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final, NoReturn, cast

from bot.errors import QueryError
from bot.matching import regex
from bot.matching.query_limits import NEAR_WORDS, QUERY_CHARACTERS, QUERY_DEPTH, QUERY_PARTS, REGEX_CHARACTERS
from bot.matching.query_tree import (
    And,
    FromSource,
    InLanguage,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Regex,
    Word,
    needs_something,
)
from bot.model import Field
from bot.text.numbers import spaces_in_numbers
from bot.text.tokens import fold, tokens, unspaced, visible

_FIELDS: Final = ("title", "lead", "body", "source", "lang")
# Quotation marks of telephones and of many languages: each with what may close it.
_OPENING: Final = {
    **dict.fromkeys('"\u201c\u201d\u201e\u201f', '"\u201c\u201d'),
    "\u00ab": "\u00bb",
    "\u00bb": "\u00ab\u00bb",
    "\u2039": "\u203a",
    "\u203a": "\u2039\u203a",
    "\u300c": "\u300d",
    "\u300e": "\u300f",
    "\u301d": "\u301e\u301f",
}
# Single ones are apostrophes as well: a quotation only around several words.
_SINGLE: Final = re.compile(
    '(?:\u2018[^\u2018"]*?\\s[^\u2018"]*?[\u2019\']|\u201a[^\u201a"]*?\\s[^\u201a"]*?[\u2018\u2019]'
    "|'[^'\"]*?\\s[^'\"]*?')(?=[\\s)~]|$)"
)
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"  # what keyboards make of a minus
_WIDE: Final = {0xFEE0 + code: code for code in range(0x21, 0x7F)}  # full-width letters and signs
_OPERATORS: Final = {"AND": ("AND", "&&", "&"), "OR": ("OR", "||", "|"), "NOT": ("NOT",)}
_PLAIN: Final = re.compile(r"[^\W_]+(?: [^\W_]+){0,9}|\"[^\W_]+(?: [^\W_]+){0,9}\"")
_SPACED_NUMBER: Final = re.compile(r"\d \d\d\d")
_RESERVED: Final = re.compile(r"\b(?:AND|OR|NOT)\b")
_FIELD: Final = re.compile(r"([A-Za-z]+):(?=[^\s/]|/(?!/))")
_SIGN: Final = re.compile(rf"(?:\+|!|[{_DASHES}]+)(?=[^\s=!]|=[^\s=])")  # a run of dashes is one: -- becomes —
_AFTER_OPERATOR: Final = frozenset(f'()"!+{_DASHES}') | _OPENING.keys()
_ARROWS: Final = "\u2190"  # the first of the symbols that are no letters or marks of trade
_NEAR: Final = re.compile(r"~([0-9]+)")
_STOP: Final = frozenset("()|") | _OPENING.keys() | frozenset("".join(_OPENING.values()))


def parse(text: str) -> Query:
    """Understand a keyword expression; QueryError says what is wrong with it, and at which column, from 1."""
    if len(text) > QUERY_CHARACTERS:
        raise QueryError(
            "the query has more than {most:,} characters: make it several", QUERY_CHARACTERS + 1, most=QUERY_CHARACTERS
        )
    if (
        _PLAIN.fullmatch(text)
        and not (unspaced(text) or _RESERVED.search(text) or _SPACED_NUMBER.search(text))
        and all(map(visible, text.split()))
    ):
        words = tuple(map(Word, text.strip('"').split(" ")))
        root: Node = words[0] if len(words) == 1 else Phrase(words) if text[0] == '"' else And(words)
        return Query(text, root)
    return _Parser(text).query()


def _is_symbol(text: str) -> bool:
    """Return whether there is an emoji, a flag, ♥ or → in a text; a dash, a quotation mark and ™ are none."""
    return any(char >= _ARROWS and unicodedata.category(char) in ("So", "Sm") for char in text)


class _Parser:
    """Recursive descent over the text itself, so that every mistake knows its column."""

    def __init__(self, text: str) -> None:
        self.written = text
        self.text = text.translate(_WIDE)  # as long: a mistake has the same column
        self.joining = spaces_in_numbers(text)  # 25 000 is one word
        self.at = 0
        self.depth = 0
        self.parts = 0
        self.sources: list[tuple[str, int]] = []

    def query(self) -> Query:
        root = self.either(None)
        if self.at < len(self.text):
            self.fail("this parenthesis closes nothing: remove it, or quote it")
        if not needs_something(root):
            self.fail("this would match everything: name at least one word that must be there", 0)
        return Query(self.written, root, tuple(self.sources))

    def fail(self, text: str, at: int | None = None, **values: object) -> NoReturn:
        raise QueryError(text, (self.at if at is None else at) + 1, **values)

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def operator(self, name: str) -> bool:
        """Step over AND, OR or NOT when it stands here as a word, or over its sign as in Lucene: && || & |."""
        self.space()
        for spelled in _OPERATORS[name]:
            end = self.at + len(spelled)
            if self.text.startswith(spelled, self.at) and (
                end == len(self.text)
                or self.text[end].isspace()
                or self.text[end] in _AFTER_OPERATOR
                or spelled in ("&&", "||", "|")
            ):
                self.at = end
                return True
        return False

    def either(self, field: Field | None) -> Node:
        parts = [self.every(field)]
        while self.operator("OR"):
            parts.append(self.every(field))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def every(self, field: Field | None) -> Node:
        parts = [self.one(field)]
        while True:
            if not self.operator("AND"):
                start = self.at
                if self.at == len(self.text) or self.text[self.at] == ")" or self.operator("OR"):
                    self.at = start
                    return parts[0] if len(parts) == 1 else And(tuple(parts))
            parts.append(self.one(field))

    def one(self, field: Field | None) -> Node:
        """Read signs and what they apply to."""
        refused = False
        while True:
            if self.operator("NOT"):
                refused = not refused
                continue
            if not (sign := _SIGN.match(self.text, self.at)):
                break
            refused ^= sign[0] != "+"
            self.at = sign.end()
        node = self.atom(field)
        return Not(node) if refused else node

    def atom(self, field: Field | None) -> Node:
        self.space()
        start = self.at
        char = self.text[start : start + 1]
        if not char or char == ")" or any(self.operator(name) for name in ("AND", "OR")):
            if not start and not char:
                self.fail("the query is empty: write a word", start)
            self.fail('a word, a "phrase" or a parenthesis is expected here', start)
        if char == "(":
            return self.group(field)
        self.parts += 1
        if self.parts > QUERY_PARTS:
            self.fail("the query has more than {most} parts: make it several", most=QUERY_PARTS)
        if char == "/":
            return self.regex(field)
        if named := _FIELD.match(self.text, start):
            return self.scoped(named[1], field)
        exact, across = char == "=", char == "~"
        self.at += exact or across
        if self.at < len(self.text) and (self.text[self.at] in _OPENING or _SINGLE.match(self.text, self.at)):
            return self.phrase(field, exact=exact, across=across)
        return self.word(field, exact=exact, across=across)

    def group(self, field: Field | None) -> Node:
        start = self.at
        self.depth += 1
        if self.depth > QUERY_DEPTH:
            self.fail("more than {most} parentheses stand within one another", most=QUERY_DEPTH)
        self.at += 1
        node = self.either(field)
        self.space()
        if self.text[self.at : self.at + 1] != ")":
            self.fail("this parenthesis is never closed", start)
        self.at += 1
        self.depth -= 1
        return node

    def scoped(self, name: str, outer: Field | None) -> Node:
        start, key = self.at, name.lower()
        if key not in _FIELDS:
            if near := get_close_matches(key, _FIELDS, 1, 0.7):
                self.fail(
                    "there is no field {name}:, did you mean {near}:? Quote it as a word", name=name, near=near[0]
                )
            return self.word(outer, exact=False, across=False)
        self.at += len(name) + 1
        if key in ("title", "lead", "body"):
            if outer not in (None, key):
                self.fail("{name}: stands within {outer}:, and nothing can be in both", start, name=name, outer=outer)
            return self.atom(cast("Field", key))
        column = self.at + 1
        operand = self.operand()
        if key == "source":
            self.sources.append((operand, column))
            return FromSource(operand)
        if not re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z]+)?", operand):
            self.fail("lang: takes a language of two letters, such as lang:ru", column - 1)
        return InLanguage(operand[:2].lower())

    def operand(self) -> str:
        """Read the text of source: or lang:, in quotes where it has spaces."""
        start = self.at
        found = self.quoted().strip() if self.text[start] in _OPENING else self.run()
        if not visible(found):
            self.fail("a name is expected here", start)
        return found

    def quoted(self) -> str:
        """Step over a quoted stretch and return what is in it."""
        start = self.at
        if single := _SINGLE.match(self.text, start):
            self.at = single.end()
            return self.text[start + 1 : self.at - 1]
        closing = _OPENING[self.text[start]]
        end = next((at for at in range(start + 1, len(self.text)) if self.text[at] in closing), None)
        if end is None:
            self.fail("this quotation mark is never closed")
        self.at = end + 1
        return self.text[start + 1 : end]

    def run(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.is_within_word(self.at):
            self.at += 1
        return self.text[start : self.at]

    def is_within_word(self, at: int) -> bool:
        char = self.text[at]
        if char.isspace():
            return at in self.joining
        return char not in _STOP and not self.text.startswith("&&", at)

    def phrase(self, field: Field | None, *, exact: bool, across: bool) -> Node:
        start = self.at
        words = [
            self.make(written, at, exact=exact, across=across)
            for at, written in self.split(start + 1, self.quoted())
            if tokens(written).words or unspaced(written) or _is_symbol(written)
        ]
        if not words:
            self.fail("this phrase has no word in it", start)
        near = None
        if distance := _NEAR.match(self.text, self.at):
            near = int(distance[1][:9])
            if near > NEAR_WORDS or len(words) < 2:  # noqa: PLR2004 - two words can stand near each other
                self.fail("~N needs two words or more, and at most {most} between them", most=NEAR_WORDS)
            self.at = distance.end()
        if len(words) == 1:
            return replace(words[0], field=field)
        return Phrase(tuple(words), near, field)

    def split(self, start: int, text: str) -> Iterator[tuple[int, str]]:
        """Give the words of a quoted text, each with its place in the query; a number with spaces is one."""
        begin = 0
        for at, char in enumerate(f"{text} "):
            if char.isspace() and start + at not in self.joining:
                if at > begin:
                    yield start + begin, text[begin:at]
                begin = at + 1

    def word(self, field: Field | None, *, exact: bool, across: bool) -> Word:
        start = self.at
        return replace(self.make(self.run(), start, exact=exact, across=across), field=field)

    def make(self, written: str, at: int, *, exact: bool, across: bool) -> Word:
        """Build a word and refuse what is none."""
        prefix = written.endswith("*")
        stem = written.rstrip("*")
        if "*" in stem:
            self.fail("* may only end a word, as in sanction*; /regex/ can do more", at + stem.index("*"))
        found = tokens(stem).words
        if written and not visible(stem):
            self.fail("there is nothing here that can be seen: write the word anew", at)
        if not found and not unspaced(stem):
            if not written:
                self.fail("a word is expected here", at)
            if written.strip(f"!&{_DASHES}") == "":
                self.fail("{word} alone means nothing: write -word for NOT, AND or OR between words", at, word=written)
            if all(char.isascii() or char.isalnum() for char in stem):
                self.fail("{word!r} has no letter or digit to look for", at, word=written)
        if prefix and len(fold(stem)) < 2 and not unspaced(stem):  # noqa: PLR2004 - one letter begins most of a text
            self.fail("* needs two letters or more before it", at)
        if prefix and (exact or across):
            self.fail("= or ~ and * cannot stand together", at)
        return Word(stem, exact, prefix, across)

    def regex(self, field: Field | None) -> Regex:
        start = self.at
        end = start + 1
        while end < len(self.text) and self.text[end] != "/":
            end += 1 + (self.text[end] == "\\")
        if end >= len(self.text):
            self.fail("this regex is never closed: it ends with /", start)
        pattern = self.text[start + 1 : end].replace("\\/", "/")
        self.at = end + 1
        if len(pattern) > REGEX_CHARACTERS:
            self.fail("the regex has more than {most} characters", start + 1, most=REGEX_CHARACTERS)
        try:
            regex.check_pattern(pattern)
        except ValueError as error:
            self.fail(str(error), start + 1)
        return Regex(pattern, field)
