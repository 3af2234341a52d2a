"""Regular expressions cost linear time: a hostile text twice as long takes about twice the time.

Every pattern of the tree is found: by importing every module and looking at its values, tables and classes, and by
reading the source for those written inside functions. Each is pumped with what its own repeats can take. What only ever
gets a few characters is pumped with so many, and has to be through at once.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # the parser of `re`, which has no public face
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest
import regex

import bot
from bot.articles import boilerplate
from bot.chat.arguments.durations import split_length
from bot.chat.arguments.times_of_day import canonical
from bot.language_model import stated_numbers
from bot.stories import agency

SIZES = 500, 8_000  # characters of the pumped texts: the first tells what is exponential, the second what is quadratic
FAST = 0.01  # seconds of processor for either: what is linear takes a tenth of it, the square of 8,000 three times it
MOST = 3.2  # times the cost for twice the text; the square would be four times
CALLS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
ANCHORED = {"match", "fullmatch"}  # begin at one place only
# What the patterns of the library `regex` are pumped with: their syntax is not read here.
COMMON = (" ", "a", "1", ".", "-", "/", "@", ":", "\n", "<", "\u0301", "\u200d", "\u2764\u200d", "\U0001f1e9", "a ")

AnyPattern = Any  # re.Pattern or regex.Pattern, of str or bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, where it stands, and whether it is only ever asked about the beginning of a text."""

    where: str
    pattern: AnyPattern
    anchored: bool


def modules() -> Iterator[ModuleType]:
    """Give every module of the bot but the migrations, which run at an upgrade, and the command itself."""
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def find_patterns() -> tuple[dict[str, Found], set[str]]:
    """Return the patterns by where they stand, and the functions that make one from what they are given."""
    found: dict[str, Found] = {}
    made: set[str] = set()
    for module in modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        uses = _uses(tree)
        for name, value in vars(module).items():
            for path, pattern in _patterns_in(value, module.__name__):
                where = f"{module.__name__}.{name}{path}"
                calls = uses.get(name, set()) & CALLS
                found[where] = Found(where, pattern, bool(calls) and calls <= ANCHORED)
        for where, pattern, call in _inline(tree, module):
            if pattern is None:
                made.add(where)
            else:
                found[where] = Found(where, pattern, call in ANCHORED)
    return found, made


def _uses(tree: ast.AST) -> dict[str, set[str]]:
    """Return which attributes are taken of a name, and of the members of a table that it names."""
    uses: dict[str, set[str]] = {}
    members: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension):  # the members of a table, one after the other
            if isinstance(node.iter, ast.Name) and isinstance(node.target, ast.Name):
                members[node.target.id] = node.iter.id
        elif isinstance(node, ast.Attribute):
            owner = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            if isinstance(owner, ast.Name):
                uses.setdefault(owner.id, set()).add(node.attr)
    for member, table in members.items():
        uses.setdefault(table, set()).update(uses.get(member, ()))
    return uses


def _patterns_in(value: object, module: str, depth: int = 4) -> Iterator[tuple[str, AnyPattern]]:
    """Give the patterns in a value of a module: itself, the members of a table, the attributes of a class."""
    if isinstance(value, re.Pattern | regex.Pattern):
        yield "", value
    elif depth and isinstance(value, Mapping):
        for key, member in value.items():
            yield from ((f"[{key!r}]{path}", found) for path, found in _patterns_in(member, module, depth - 1))
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for place, member in enumerate(value):
            yield from ((f"[{place}]{path}", found) for path, found in _patterns_in(member, module, depth - 1))
    elif depth and isinstance(value, type) and value.__module__ == module:
        for name, member in vars(value).items():
            yield from ((f".{name}{path}", found) for path, found in _patterns_in(member, module, depth - 1))


def _inline(tree: ast.AST, module: ModuleType) -> Iterator[tuple[str, AnyPattern | None, str]]:
    """Give the patterns written inside functions with the call, None for one that is made from what is given."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
                continue
            library = node.func.value
            if not (isinstance(library, ast.Name) and library.id in {"re", "regex", "re2"} and node.args):
                continue
            if vars(module).get(library.id, re) not in (re, regex):  # a module of ours, or a variable
                continue
            try:
                written = eval(compile(ast.Expression(node.args[0]), "pattern", "eval"), dict(vars(module)))  # noqa: S307 - our own source
            except NameError:
                yield f"{module.__name__}:{function.name}", None, node.func.attr
                continue
            if library.id == "re":
                yield f"{module.__name__}:{node.lineno}", re.compile(written), node.func.attr
            elif library.id == "regex":
                yield f"{module.__name__}:{node.lineno}", regex.compile(written), node.func.attr


def pumps(pattern: AnyPattern) -> list[tuple[str, str]]:
    """Return pairs of a beginning and what is repeated after it."""
    if isinstance(pattern, regex.Pattern):
        return [("", body) for body in COMMON]
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


def seconds(run: Callable[[], object], times: int = 1) -> float:
    """Return the least processor time of a run."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        run()
        best = min(best, time.process_time() - begun)
    return best


def hostile_texts(pattern: AnyPattern) -> Iterator[tuple[str, Callable[[int], Any]]]:
    """Give what makes a text of so many characters for a pattern, and its name."""
    for before, body in pumps(pattern):
        for after in ("\0", "a!", "\n\0"):

            def text(size: int, before: str = before, body: str = body, after: str = after) -> Any:
                made = (before + body * (max(0, size - len(before) - len(after)) // len(body)) + after)[:size]
                return made.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else made

            yield f"{before!r} + {body!r} * n + {after!r}", text


def ask(found: Found, text: Any) -> object:
    """Ask a pattern about a text as the bot does: at its beginning, or everywhere."""
    return found.pattern.match(text) if found.anchored else sum(1 for _ in found.pattern.finditer(text))


def worst(found: Found) -> str:
    """Return what makes a pattern cost more than linear time, empty where nothing does."""
    for name, text in hostile_texts(found.pattern):
        for size in SIZES:

            def cost(size: int, text: Callable[[int], Any] = text) -> float:
                hostile = text(size)
                return seconds(lambda: ask(found, hostile))

            if cost(size) < FAST or cost(size) < FAST:
                continue
            ratios = [cost(2 * size) / cost(size) for _ in range(3)]
            if min(ratios) > MOST:
                return f"{name}: {min(ratios):.1f} times for twice {size} characters"
    return ""


PATTERNS, MADE = find_patterns()
BUILT = {  # functions that build a pattern from a table of words
    "bot.articles.boilerplate:_boilerplate": Found("", boilerplate._boilerplate(), anchored=True),
    "bot.articles.boilerplate:_notice": Found("", boilerplate._notice("notice about"), anchored=False),
    "bot.stories.agency:_credit": Found("", agency._credit(), anchored=False),
}
PATTERNS |= BUILT
BOUNDED = {  # asked about at most so many characters (is_boilerplate cuts lines, sentences its _TAIL): at once with any
    "bot.articles.boilerplate:_boilerplate": 400,
    "bot.articles.boilerplate:_notice": 400,
    "bot.text.sentences._DOTTED": 24,
    "bot.text.sentences._WORD": 24,
}
GIVEN = {  # functions that make a pattern from what they are given, and why no text costs it its square
    "bot.inflection.lexicon:_stretch_pattern": "reads a file of ours, and gives nothing back",
    "bot.matching.regex:_compile": "RE2 is linear, whatever the pattern",
    "bot.notify.render:_finder": "words that are literal, between two marks of no width",
    "bot.process.logs:redactor": "secrets that are literal",
    "bot.sources.feeds.feed_scan:shortened": "two tags that are literal",
    "bot.language_model.stated_numbers:_atoms": "words of a table, none with a repeat in it",
    "bot.language_model.stated_numbers:_compound": "asked about words of at most 80 letters; pumped below",
    **dict.fromkeys(
        (
            *(f"bot.chat.arguments.durations:{name}" for name in ("_date", "_day", "_minute", "_o_clock", "_part")),
            *(f"bot.chat.arguments.times_of_day:{name}" for name in ("_o_clock", "_part_of_day", "canonical")),
            "bot.chat.arguments.times_of_day:has_phrase",
            "bot.chat.arguments.times_of_day:replace_phrases",
        ),
        "words of our own tables, around white space that is folded before; pumped below",
    ),
}
COMMAND = 4_096  # characters of the longest message
SAID = ("1", "8 ", "8-", "@1 ", "8:00 ", "mon ", "at ", "between ", " and ", "for ", "until ", "- ", ": ")


def test_patterns_are_found() -> None:
    """The named ones, those in tables, and those in the midst of a function."""
    assert len(PATTERNS) > 200
    assert set(PATTERNS) >= {*BOUNDED, "bot.text.sentences._END", "bot.notify.sanitize._ZALGO"}
    assert any("[" in where for where in PATTERNS)
    assert any(":" in where for where in PATTERNS)
    assert {*GIVEN, *BUILT} == MADE


@pytest.fixture
def limited() -> Iterator[None]:
    """End a test that takes ten seconds of processor: a pattern that is exponential never ends by itself."""

    def stop(*_: object) -> None:
        raise TimeoutError("seconds for a short text")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("where", sorted(PATTERNS.keys() - BOUNDED.keys()))
def test_no_text_costs_a_pattern_its_square(where: str) -> None:
    """Pumped with growing texts, it takes about twice the time for twice the text."""
    assert worst(PATTERNS[where]) == ""


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("said", SAID)
def test_the_longest_command_is_read_as_a_time_at_once(said: str) -> None:
    """Clocks, spans and lengths of time, whatever stands there: within a tenth of a second of processor."""
    text = (said * COMMAND)[:COMMAND]
    assert seconds(lambda: canonical(text), 3) < 10 * FAST
    assert seconds(lambda: split_length(text), 3) < 10 * FAST


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("where", sorted(BOUNDED))
def test_no_short_text_costs_a_pattern_a_moment(where: str) -> None:
    """What is only asked about few characters is through with the worst of them in ten milliseconds."""
    for name, text in hostile_texts(PATTERNS[where].pattern):
        assert seconds(lambda: ask(PATTERNS[where], text(BOUNDED[where])), 3) < FAST, name  # noqa: B023 - runs at once


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("language", ["de", "nl"])
def test_the_longest_compound_of_numbers_is_read_at_once(language: str) -> None:
    """Parts that may be cut in two ways, again and again, and an end that fits none."""
    pattern, atoms = stated_numbers._compound(language)
    for part in [*atoms, *(f"{first}{second}" for first in list(atoms)[:20] for second in list(atoms)[:20])]:
        text = (part * 80)[: stated_numbers._LONGEST_COMPOUND - 1] + "x"
        assert seconds(lambda: pattern.fullmatch(text), 1) < 10 * FAST, part  # noqa: B023 - runs at once
