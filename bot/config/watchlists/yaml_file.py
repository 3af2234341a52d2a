"""Reads a YAML file as nodes that know their line and column.

In: a path. Out: a `YamlDocument`, its plain data, and lines `file:line:column: what is wrong; what to do`. Nothing is
ever constructed from a tag, no alias or nesting is followed without a limit, and what YAML would quietly read as
something else than text (`no`, `2026`, `22:22`) stays recognisable. What the data means is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.config.regular_file import read_regular_file
from bot.errors import ConfigError
from bot.text.scrub import scrub

MOST_BYTES = 16 * 1024 * 1024  # 100,000 keywords take 10 MB
MOST_VALUES = 1_000_000  # about 4 s and 500 MB to compose; a file of 16 MB could hold eight times as many
MOST_ALIASED = 10_000  # values that aliases repeat: enough for shared headers, far from a bomb
DEEPEST = 50  # the deepest place of watchlists.yaml is 5

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_CANONICAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_NUMBER_IN_1_2 = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+")
_UNITS = {'"': re.compile(r"\\(?:x..|u.{4}|U.{8}|\r\n|[\s\S])|[\s\S]"), "'": re.compile(r"''|[\s\S]")}
_ANY = re.compile(r"[\s\S]")
_TAG = "tag:yaml.org,2002:"
_READINGS = {
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "timestamp": "a date",
    "merge": "a merge key",
    "value": "a default key",
}
_TAGS = frozenset(_TAG + name for name in ("str", "map", "seq", *_READINGS))


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A composed file: `name` is how mistakes call it, `text` what the marks of the nodes count in."""

    name: str
    text: str
    root: yaml.Node


@dataclass(frozen=True, slots=True)
class Misread:
    """A plain value that YAML takes for something else than text, and that is no plain decimal number either."""

    text: str


def read(path: Path) -> YamlDocument:
    """Read and compose a file; ConfigError names the place of the first mistake that keeps it from being read."""
    name = str(path)
    try:
        data = read_regular_file(path, MOST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{name}:1:1: there is no such file (looked for {path.absolute()}); "
            "copy the example watchlists.yaml there, or name another file in NEWSWATCH_WATCHLISTS"
        ) from None
    except IsADirectoryError:
        raise ConfigError(
            f"{name}:1:1: this is a directory, not a file; name a file "
            "(a container engine makes a directory of a file that is missing when it is mounted: create it first)"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{name}:1:1: cannot be read: {reason}; check the path and its permissions") from None
    return compose(data, name)


def compose(data: bytes, name: str) -> YamlDocument:
    """Compose the bytes of a file that is called `name`."""
    text = _decode(data, name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _scan(text, name, loader)
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(error, text, name)) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}:1:1: not YAML: {shown(str(error), 200)}") from None
    if root is None:
        raise ConfigError(f"{name}:1:1: the file is empty; start from the example watchlists.yaml")
    _scrub(root)
    return YamlDocument(name, text, root)


def _scrub(root: yaml.Node) -> None:
    """Take out of every text what nobody sees: an escape in quotes writes what the file itself may not hold."""
    nodes, scrubbed = [root], set[int]()
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.ScalarNode):
            node.value = scrub(node.value)
        elif id(node) not in scrubbed:  # an alias repeats a node
            scrubbed.add(id(node))
            nodes += [one for pair in node.value for one in (pair if isinstance(pair, tuple) else (pair,))]


def shown(text: str, most: int = 60) -> str:
    """Return a piece of a file as one safe line: controls escaped, long texts cut to `most` characters."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def problem(document: YamlDocument, node: yaml.Node, message: str, offset: int | None = None) -> str:
    """Return a mistake as a line: at the node, or at the character `offset` (from 0) of a scalar's value."""
    line, column = node.start_mark.line, node.start_mark.column
    if offset is not None and isinstance(node, yaml.ScalarNode):
        start, index = node.start_mark.index, _index(document.text, node, offset)
        breaks = list(_BREAK.finditer(document.text, start, index))
        line += len(breaks)
        column = index - breaks[-1].end() if breaks else column + index - start
    return f"{document.name}:{line + 1}:{column + 1}: {message}"


def reading(node: yaml.Node) -> str | None:
    """Return what YAML takes a scalar for, in words; None = text, or no scalar at all."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    if node.tag == _TAG + "str":
        return "a number" if not node.style and _NUMBER_IN_1_2.fullmatch(node.value) else None
    return _READINGS.get(node.tag.removeprefix(_TAG))


def pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Yield keys and values of a mapping; nothing when it is none."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key, value


def values(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """Yield the values of a list; nothing when it is none."""
    if isinstance(node, yaml.SequenceNode):
        yield from node.value


def child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """Return the value of a key of a mapping; None when there is no such thing."""
    return next((value for key, value in pairs(node) if key.value == name), None)


def find(node: yaml.Node, path: Sequence[str | int]) -> tuple[yaml.Node, yaml.Node | None, int]:
    """Follow a path as far as the nodes go: the node reached, the key that led to it, the steps taken."""
    key: yaml.Node | None = None
    for steps, step in enumerate(path):
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode) and step < len(node.value):
            node, key = node.value[step], None
            continue
        pair = next(((name, value) for name, value in pairs(node) if name.value == step), None)
        if pair is None:
            return node, key, steps
        key, node = pair
    return node, key, len(path)


def plain(document: YamlDocument, problems: list[str]) -> Any:
    """Return the data: dict, list, str, int, None or Misread; tags and duplicate keys are problems."""
    return _plain(document, document.root, problems)


def _plain(document: YamlDocument, node: yaml.Node, problems: list[str]) -> Any:
    if node.tag not in _TAGS:
        tag = shown(node.tag.replace(_TAG, "!!"))
        hint = "tags mean nothing here; put a text that begins with ! in quotes"
        problems.append(problem(document, node, f"the tag {tag} is not allowed; {hint}"))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(document, value, problems) for value in node.value]
    return _mapping(document, node, problems)


def _scalar(node: yaml.ScalarNode) -> str | int | Misread | None:
    what = reading(node)
    if what is None:
        return str(node.value)
    if what == "nothing":
        return None
    return int(node.value) if _CANONICAL.fullmatch(node.value) else Misread(node.value)


def _mapping(document: YamlDocument, node: yaml.Node, problems: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    first: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            problems.append(problem(document, key, "a key must be a word, not a list or mapping; put it in quotes"))
        elif key.tag == _TAG + "merge":
            problems.append(problem(document, key, "merge keys (<<) are not read here; write the keys out"))
        elif key.value in first:
            line = first[key.value].start_mark.line + 1
            hint = f"it stands on line {line} already; keep one of them"
            problems.append(problem(document, key, f"duplicate key '{shown(key.value)}'; {hint}"))
        else:
            first[key.value] = key
            data[key.value] = _plain(document, value, problems)
    return data


def _decode(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{name}:1:1: larger than {MOST_BYTES >> 20} MB; split the watchlists over several bots")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(f"{name}:1:1: saved as UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        begin = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode("utf-8-sig")) + 1
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}:{column}: not UTF-8; save the file as UTF-8") from None
    if bad := _UNPRINTABLE.search(text):
        line, column = _place(text, bad.start())
        message = f"the character U+{ord(bad[0]):04X} is not allowed in YAML; delete it"
        raise ConfigError(f"{name}:{line}:{column}: {message}")
    return text


def _scan(text: str, name: str, loader: Any) -> None:
    """Refuse what would be dear to compose: deep nesting, a flood of values, aliases that multiply."""
    open_: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    count = aliased = 0
    for event in yaml.parse(text, Loader=loader):
        count += 1
        message = ""
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, count))
            message = f"nested deeper than {DEEPEST} levels; is a bracket too many?" if len(open_) > DEEPEST else ""
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, start = open_.pop()
            sizes |= {anchor: count - start} if anchor else {}
        elif isinstance(event, yaml.ScalarEvent) and event.anchor:
            sizes[event.anchor] = 1
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in {anchor for anchor, _ in open_}:
                message = f"the alias *{shown(event.anchor or '')} stands inside what it repeats; write it out"
            aliased += sizes.get(event.anchor or "", 0)
            count += sizes.get(event.anchor or "", 0)
            message = message or (f"aliases repeat more than {MOST_ALIASED} values" if aliased > MOST_ALIASED else "")
        if count > MOST_VALUES:
            message = f"more than {MOST_VALUES} values; split the watchlists over several bots"
        if message:
            raise ConfigError(_line(name, event.start_mark, message))


def _syntax(error: yaml.MarkedYAMLError, text: str, name: str) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"{name}:1:1: not YAML: {shown(str(error.problem), 200)}"
    what, at = shown(str(error.problem), 200), text[mark.index : mark.index + 1]
    hint = "check the indentation, quotes and brackets here and above"
    if at == "\t":
        hint = "this is a tab: indent with spaces"
    elif "alias" in what or "anchor" in what:
        hint = "put a text that begins with * or & in quotes"
    elif "another document" in what:
        hint = "only one document to a file: remove the line ---"
    elif at in {"@", "`", "%"}:
        hint = f"put a text that begins with {at} in quotes"
    elif "mapping values" in what:
        hint = "put a text that contains ': ' in quotes"
    since = error.context_mark
    if since is not None and since.line != mark.line:
        hint += f"; it began on line {since.line + 1}"
    return _line(name, mark, f"not YAML: {what}; {hint}")


def _line(name: str, mark: Any, message: str) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}: {message}"


def _place(text: str, index: int) -> tuple[int, int]:
    breaks = list(_BREAK.finditer(text, 0, index))
    return len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1


def _index(text: str, node: yaml.ScalarNode, offset: int) -> int:
    """Return where in the file the character `offset` of a scalar's value stands.

    Exact for what stands on one line. Over several lines YAML changes nothing but the white space, so the solid
    characters are counted; escaped white space there may shift the place by a few characters.
    """
    start, end = node.start_mark.index, node.end_mark.index
    style = node.style or ""
    if style in {"'", '"'}:
        start, end = start + 1, end - 1
    elif style:
        header = _BREAK.search(text, start, end)
        start = header.end() if header else end
    units = list(_UNITS.get(style, _ANY).finditer(text, start, end))
    if node.start_mark.line != node.end_mark.line:
        units = [unit for unit in units if not (unit[0].isspace() or unit[0][1:].isspace())]
        offset = sum(not char.isspace() for char in node.value[:offset])
    if offset < len(units):
        return units[offset].start()
    return units[-1].end() if units else start
