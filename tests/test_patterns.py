"""Regular expressions cost linear time: a hostile text twice as long takes about twice the time.

The patterns are found by importing every module, and those written where they are used by reading its source. Each is
pumped with what its own repeats can take, and with the characters that it names.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # the parser of `re`, which has no public face
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest

import bot

SMALL, LARGE = 1_000, 16_000  # characters of the shortest and the longest text
FAST = 0.02  # seconds of processor for the longest text: nobody is harmed by what takes less
MOST = 3.2  # times the cost for twice the text; the square would be four times
CALLS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
ANCHORED = {"match", "fullmatch"}  # begin at one place only
Named = tuple[str, "re.Pattern[Any]", bool]


def modules() -> Iterator[ModuleType]:
    """Give every module of the bot but the migrations, which run at an upgrade, and the command itself."""
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns() -> dict[str, Named]:
    """Return the patterns by where they stand, and whether they are only ever asked about one place."""
    found: dict[str, Named] = {}
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        asked: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                asked.setdefault(node.value.id, set()).add(node.attr)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                uses = asked.get(name, set()) & CALLS
                found[f"{module.__name__}.{name}"] = name, value, bool(uses) and uses <= ANCHORED
        for where, pattern, use in _inline(tree, module):
            found.setdefault(where, (where, pattern, use in ANCHORED))
    return found


def _inline(tree: ast.AST, module: ModuleType) -> Iterator[tuple[str, re.Pattern[Any], str]]:
    """Give the patterns that are written in a call of `re`, with the function that is called."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args:
            try:
                written = eval(compile(ast.Expression(node.args[0]), "pattern", "eval"), dict(vars(module)))  # noqa: S307 - our own source
            except NameError:
                continue  # made from what a function is given
            if node.func.attr == "compile":
                continue  # it has a name, and is found by that
            yield f"{module.__name__}:{node.lineno}", re.compile(written), node.func.attr


def pumps(pattern: re.Pattern[Any]) -> list[tuple[str, str]]:
    """Return pairs of a beginning and what is repeated after it."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    found: dict[tuple[str, str], None] = {}
    for before, body in _repeats(tree, ""):
        found[before, body] = None
        found["", body] = None
    return [pair for pair in found if pair[1]][:24]


def _repeats(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    for kind, value in tree:
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, part = value
            if most > 50:
                yield before, _witness(part)
            yield from _repeats(part, before)
        elif kind is sre.SUBPATTERN:
            yield from _repeats(value[3], before)
        elif kind is sre.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch, before)
        elif kind is sre.ATOMIC_GROUP:
            yield from _repeats(value, before)
        before += _witness([(kind, value)])


def _witness(tree: Any) -> str:
    """Return a text that a part of a pattern takes, as short as it is easy to find."""
    text = ""
    for kind, value in tree:
        if kind is sre.LITERAL:
            text += chr(value)
        elif kind is sre.NOT_LITERAL:
            text += "a" if value != ord("a") else "b"
        elif kind is sre.ANY:
            text += "a"
        elif kind is sre.IN:
            text += _member(value)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            text += _witness(value[2]) * max(value[0], 1 if value[0] == 0 and value[1] == sre.MAXREPEAT else value[0])
        elif kind is sre.SUBPATTERN:
            text += _witness(value[3])
        elif kind is sre.ATOMIC_GROUP:
            text += _witness(value)
        elif kind is sre.BRANCH:
            text += _witness(value[1][0])
    return text


def _member(members: Any) -> str:
    """Return a character of a class."""
    for candidate in "a .,1-\n<&'\"":
        if _in(candidate, members):
            return candidate
    first = next((value for kind, value in members if kind in (sre.LITERAL, sre.RANGE)), ord("a"))
    return chr(first if isinstance(first, int) else first[0])


def _in(char: str, members: Any) -> bool:
    code, negated, found = ord(char), False, False
    for kind, value in members:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            found = found or value == code
        elif kind is sre.RANGE:
            found = found or value[0] <= code <= value[1]
        elif kind is sre.CATEGORY:
            classes = {
                sre.CATEGORY_SPACE: char.isspace(),
                sre.CATEGORY_NOT_SPACE: not char.isspace(),
                sre.CATEGORY_DIGIT: char.isdigit(),
                sre.CATEGORY_NOT_DIGIT: not char.isdigit(),
                sre.CATEGORY_WORD: char.isalnum() or char == "_",
                sre.CATEGORY_NOT_WORD: not (char.isalnum() or char == "_"),
            }
            found = found or classes.get(value, False)
    return found is not negated


def seconds(run: Callable[[], object], times: int) -> float:
    """Return the least processor time of a run."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        run()
        best = min(best, time.process_time() - begun)
    return best


def worst(pattern: re.Pattern[Any], *, anchored: bool) -> str:
    """Return what makes a pattern cost more than linear time, empty where nothing does."""
    for before, body in pumps(pattern):
        for after in ("", "\0", "\n\0", "a!"):

            def run(size: int, before: str = before, body: str = body, after: str = after) -> object:
                text: Any = before + body * (size // len(body)) + after
                if isinstance(pattern.pattern, bytes):
                    text = text.encode("latin-1", "replace")
                return pattern.match(text) if anchored else sum(1 for _ in pattern.finditer(text))

            size = SMALL
            while size < LARGE and seconds(lambda: run(size), 1) < FAST:  # noqa: B023 - runs at once
                size *= 2
            if seconds(lambda: run(size), 2) < FAST:  # noqa: B023
                continue
            ratios = [seconds(lambda: run(2 * size), 2) / seconds(lambda: run(size), 2) for _ in range(2)]  # noqa: B023
            if min(ratios) > MOST:
                return f"{before!r} + {body!r} * n + {after!r}: {min(ratios):.1f} times for twice the text"
    return ""


PATTERNS = patterns()
BOUNDED = {  # only ever asked about so few characters that the square of them is nothing
    "bot.text.sentences._DOTTED": 24,
    "bot.text.sentences._WORD": 24,
    "bot.articles.lead._CUT_OFF": 60,
}
LOOKED_AT = ("sentences", "summary", "query", "text", "matching", "match", "inflection", "article._CHARSET")
CHECKED = sorted(
    where for where in PATTERNS if where not in BOUNDED and where.startswith(tuple(f"bot.{one}" for one in LOOKED_AT))
)


def test_patterns_are_found() -> None:
    """Both the named ones and those in the midst of a function."""
    assert len(PATTERNS) > 100
    assert "bot.text.sentences._END" in PATTERNS
    assert any(":" in where for where in PATTERNS)
    assert PATTERNS.keys() >= BOUNDED.keys()


@pytest.mark.parametrize("where", CHECKED)
def test_no_text_costs_a_pattern_its_square(where: str) -> None:
    """Pumped with growing texts, it takes about twice the time for twice the text."""
    _, pattern, anchored = PATTERNS[where]

    def stop(*_: object) -> None:
        raise TimeoutError(f"{where} takes seconds for {LARGE} characters")

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 20)
    try:
        assert worst(pattern, anchored=anchored) == ""
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
