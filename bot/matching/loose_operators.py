"""Operators as people write them: "or", ИЛИ, und, y/o, commas, semicolons, slashes, lines.

The query language reads such words as words and such signs as nothing, so that all of them would have to be there. In
comes a query as written, out go the readings that it may have, each as a query that says exactly that; None where it
says what it means already. Quotes and regexes are left alone. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["any", "all", "without", "phrase"]
Joint = Literal["or", "and", "without", "sign"]

# In the six languages that the bot speaks. One letter alone is a joint only between two words.
_WORDS: Final[dict[Joint, str]] = {
    "or": "or или либо або чи oder ou o u and/or и/или или/и і/або й/або та/або und/oder et/ou e/ou y/o e/o",
    "and": "and и і й та und et y e",
    "without": "not without except без кроме крім окрім ohne außer sans sauf sin excepto",
}
_JOINTS: Final = {word: joint for joint, words in _WORDS.items() for word in words.split()}
# Too common in lower case to be taken for an operator.
_WITHOUT_IN_CAPITALS: Final = ("НЕ", "НІ", "NICHT", "KEIN", "PAS", "NO", "SALVO")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
_CLOSING: Final = {'"': '"', "\u201c": '\u201d\u201c"', "\u201e": '\u201c\u201d"', "\u00ab": "\u00bb"}
# Signs between the parts of a list; a comma between digits belongs to a number.
_SIGN: Final = re.compile(r"[;\uff0c\uff1b\u3001\u060c\u061b]|(?<![0-9]),|,(?![0-9])")
_BULLET: Final = re.compile(r"^\s*(?:[-\u2010-\u2015\u2212\u2022*\u00b7\u25aa\u25cf]|[0-9]{1,2}[.)])\s+")
_REGEX: Final = re.compile(r"/(?=[^\s/])(?:[^/\\]|\\.)*/")
_FIELD: Final = re.compile(r"[A-Za-z]+:(?=[/(\"\u201c\u201e\u00ab])")
_RUN: Final = re.compile(r"[^\s()\"\u201c\u201d\u201e\u00ab\u00bb]+")
_MINUS: Final = tuple("-\u2010\u2011\u2012\u2013\u2014\u2212!")
_PHRASE_WORDS: Final = 6  # of a phrase that people would mean
_CHARACTERS: Final = 2_000  # of a query that is looked at; a longer one is refused anyhow


@dataclass(frozen=True, slots=True)
class LooseQuery:
    """A query that may be meant in several ways."""

    said: str  # the first word or sign that asks the question
    at: int  # its place in the text
    readings: tuple[tuple[Kind, str], ...]  # each as a query that is exact, the likeliest first


@dataclass(slots=True)
class _Token:
    text: str
    at: int
    gap: bool  # white space stands before it
    joint: Joint | None = None
    group: list[_Token] | None = field(default=None)


def find_loose(text: str) -> LooseQuery | None:
    """Return the readings of a query whose operators are loosely written, None of one that is exact."""
    if len(text) > _CHARACTERS:
        return None
    tokens = _settle(list(_nest(_read(_without_bullets(text)))))
    joints = list(_joints(tokens))
    if not joints:
        return None
    kinds: list[Kind] = ["any", "all"]
    if all(one.joint == "without" for one in joints):
        kinds = ["without", "all"]
    elif all(one.joint == "and" for one in joints):
        kinds = ["all", "any"]
    readings = [(kind, _render(tokens, kind)) for kind in kinds]
    if phrase := _phrase(text):
        readings.append(("phrase", phrase))
    first = joints[0]
    return LooseQuery(first.text, first.at, tuple(readings))


def _without_bullets(text: str) -> str:
    """Return a text whose lines are separated by one line feed, without the marks of a list before them."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(_BULLET.sub("", line).strip() for line in lines) if len(lines) > 1 else text.strip()


def _read(text: str) -> Iterator[_Token]:
    """Cut a text into quotes, regexes, parentheses, words, and what stands between the parts of a list."""
    at, gap = 0, False
    while at < len(text):
        char = text[at]
        if char == "\n":
            yield _Token(char, at, gap, "sign")
            at, gap = at + 1, True
        elif char.isspace():
            at, gap = at + 1, True
        elif found := _FIELD.match(text, at) or _REGEX.match(text, at):
            yield _Token(found[0], at, gap)
            at, gap = found.end(), False
        elif char in _CLOSING:
            end = next((place for place in range(at + 1, len(text)) if text[place] in _CLOSING[char]), len(text) - 1)
            yield _Token(text[at : end + 1], at, gap)
            at, gap = end + 1, False
        elif (run := _RUN.match(text, at)) and char not in "()":
            yield from _words(run[0], at, gap=gap)
            at, gap = run.end(), False
        else:
            yield _Token(char, at, gap)
            at, gap = at + 1, False


def _words(run: str, at: int, *, gap: bool) -> Iterator[_Token]:
    """Cut what stands without white space: at signs, and at slashes between words."""
    begin = 0
    for sign in (*_SIGN.finditer(run), None):
        end = sign.start() if sign else len(run)
        if end > begin:
            yield from _slashed(run[begin:end], at + begin, gap=gap)
            gap = False
        if sign:
            yield _Token(sign[0], at + end, gap, "sign")
            begin, gap = sign.end(), False


def _slashed(word: str, at: int, *, gap: bool) -> Iterator[_Token]:
    parts = word.split("/")
    if word == "/":
        yield _Token(word, at, gap, "sign")
    elif joint := _joint(word):
        yield _Token(word, at, gap, joint)
    elif len(parts) > 1 and "://" not in word and all(any(map(str.isalpha, part)) for part in parts):
        yield from _alternatives(parts, at, gap=gap)
    else:
        yield _Token(word, at, gap)


def _alternatives(parts: list[str], at: int, *, gap: bool) -> Iterator[_Token]:
    """Give words with slashes between them as one group, which binds closer than what stands around it."""
    field_, colon, first = parts[0].rpartition(":")
    if colon:
        yield _Token(f"{field_}:", at, gap)
        at, gap, parts = at + len(field_) + 1, False, [first, *parts[1:]]
    group: list[_Token] = []
    for part in parts:
        if group:
            group.append(_Token("/", at - 1, gap=False, joint="sign"))
        group.append(_Token(part, at, gap=False))
        at += len(part) + 1
    yield _Token("", group[0].at, gap, group=group)


def _joint(word: str) -> Joint | None:
    if word in _OPERATORS:
        return None
    return "without" if word in _WITHOUT_IN_CAPITALS else _JOINTS.get(word.lower())


def _nest(tokens: Iterator[_Token]) -> Iterator[_Token]:
    """Give tokens up to the parenthesis that closes; what stands in another pair is one token."""
    for token in tokens:
        if token.text == ")" and token.joint is None:
            return
        if token.text == "(":
            token.group = _settle(list(_nest(tokens)))
        yield token


def _settle(tokens: list[_Token]) -> list[_Token]:
    """Leave only joints between two parts: several in a row are one, at an edge they are words or nothing."""
    found: list[_Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if token.joint == "sign" and (last is None or last.joint or last.text in _OPERATORS):
            continue
        if token.joint and last is not None and last.joint:
            if last.joint == "sign":
                found[-1] = token
                continue
            token.joint = None  # "or or": the second is a word
        elif token.joint and (last is None or last.text in _OPERATORS):
            token.joint = None
        elif token.text in {"AND", "OR"} and last is not None and last.joint == "sign":
            found[-1] = token
            continue
        elif token.text in {"AND", "OR"} and last is not None and last.joint:
            last.joint = None
        found.append(token)
    if found and found[-1].joint == "sign":
        found.pop()
    elif found and found[-1].joint:
        found[-1].joint = None
    return _without_negatives(found)


def _without_negatives(tokens: list[_Token]) -> list[_Token]:
    """Drop the signs of a list of which only one part is wanted: `Kremlin, -hockey` means one thing."""
    parts = _parts(tokens)
    if sum(not _refused(part) for part in parts) > 1 or any(one.joint in {"or", "without"} for one in tokens):
        return tokens
    return [one for one in tokens if not one.joint]


def _parts(tokens: list[_Token]) -> list[list[_Token]]:
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token.joint:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _refused(part: list[_Token]) -> bool:
    return bool(part) and (part[0].text == "NOT" or (part[0].text.startswith(_MINUS) and len(part[0].text) > 1))


def _joints(tokens: list[_Token]) -> Iterator[_Token]:
    for token in tokens:
        if token.joint:
            yield token
        if token.group:
            yield from _joints(token.group)


def _render(tokens: list[_Token], kind: Kind) -> str:
    """Write the parts as an exact query: any of them, all of them, or the first without the others."""
    parts = _parts(tokens)
    if len(tokens) == 1 and tokens[0].group and not tokens[0].text:
        return _render(tokens[0].group, kind)
    if len(parts) == 1:
        return _written(parts[0], kind)
    if kind == "without":
        first, *others = (_wrapped(part, kind) for part in parts)
        return " ".join([first, *(f"NOT {one}" for one in others)])
    wanted = [_wrapped(part, kind) for part in parts if not _refused(part)]
    refused = [_written(part, kind) for part in parts if _refused(part)]
    if kind == "all" or len(wanted) < 2:  # noqa: PLR2004 - one is no choice
        return " AND ".join([*wanted, *refused])
    either = " OR ".join(wanted)
    return " AND ".join([f"({either})", *refused]) if refused else either


def _wrapped(part: list[_Token], kind: Kind) -> str:
    """Write a part so that nothing beside it reaches into it."""
    alone = len(part) == 1 or not any(token.gap for token in part[1:])
    plain = kind == "all" and not any(token.text == "OR" for token in part)
    return _written(part, kind) if alone or plain else f"({_written(part, kind)})"


def _written(part: list[_Token], kind: Kind) -> str:
    said = ""
    for token in part:
        text = f"({_render(token.group, kind)})" if token.group is not None else token.text
        said += f" {text}" if token.gap and said else text
    return said


def _phrase(text: str) -> str:
    """Return the text as a phrase, where it may be a name or a saying; empty where it cannot."""
    words = text.split()
    plain = "\n" not in text.strip() and not any(char in text for char in '()"\u201c\u201d\u201e\u00ab\u00bb;*=~:')
    few = len(words) <= _PHRASE_WORDS and not _OPERATORS.intersection(words)
    signed = any(word.startswith(("+", *_MINUS)) for word in words)
    return f'"{" ".join(words)}"' if plain and few and not signed and " / " not in text else ""
