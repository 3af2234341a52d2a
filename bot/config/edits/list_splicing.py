"""Puts texts into a list of a YAML file, and takes them out, by splices of its text.

In: the file's text, the nodes composed from it, and texts. Out: splices, which leave every other character as it is:
comments, quotes, indentation, flow lists on one line or on many, block lists. ConfigError where only a person can say
what is meant, as with aliases. What comes out is to be composed and checked anew; nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from bot.config.watchlists.yaml_file import YamlDocument, reading, shown
from bot.errors import ConfigError

_WIDE = 100_000  # columns: no line of ours is ever wrapped
_NAMED = "&*!"  # what an anchor, an alias and a tag begin with
_COMMA = re.compile(r"[ \t]*,")
_COMMENT = re.compile(r"([ \t]*)#[^\n]*(?:\n|\Z)")
_REST_OF_LINE = re.compile(r"[ \t]*+(,?)[ \t]*+(?:#[^\n]*+)?\r?(?=\n)")


@dataclass(frozen=True, slots=True)
class Splice:
    """What to put in the place of the characters from `start` to `end`."""

    start: int
    end: int
    words: str


def apply_splices(text: str, splices: Sequence[Splice]) -> str:
    """Return the text with all of them done; they do not overlap."""
    for one in sorted(splices, key=lambda one: one.start, reverse=True):
        text = text[: one.start] + one.words + text[one.end :]
    return text


def written(value: str, *, flow: bool) -> str:
    """Return a text as YAML has it in a list, in quotes where anything else would be read."""
    dumped = yaml.safe_dump([value], allow_unicode=True, default_flow_style=flow, width=_WIDE).strip()
    item = dumped[1:-1] if flow else dumped[1:].strip()
    read = yaml.compose(item, Loader=yaml.SafeLoader)
    if read is None or reading(read) is not None:  # a number of YAML 1.2, as 1e3
        return "'" + value.replace("'", "''") + "'"
    return item


def refuse_names(document: YamlDocument, key: yaml.Node, items: yaml.SequenceNode) -> None:
    """Raise ConfigError for the list of a key that is an alias, has aliases or anchors in it, or is named by one."""
    place = key.end_mark.index
    for node in (items, *items.value):
        if node.start_mark.index < place or document.text[node.start_mark.index] in _NAMED:
            line, column = key.start_mark.line + 1, key.start_mark.column + 1
            raise ConfigError(
                f"{document.name}:{line}:{column}: {shown(str(key.value))} is written with a name (& or *) that other "
                "places may use, or with a tag; change it in the file by hand"
            )
        place = node.start_mark.index if node is items else node.end_mark.index


def insert_items(text: str, items: yaml.SequenceNode, values: Sequence[str]) -> list[Splice]:
    """Return what puts texts at the end of a list, in the way its last item is written."""
    if items.flow_style:
        return _insert_in_flow(text, items, [written(value, flow=True) for value in values])
    last = items.value[-1]
    column, place = items.start_mark.column, text.rfind("-", 0, last.start_mark.index)
    gap = text[place + 1 : last.start_mark.index]
    lead = " " * column + "-" + (" " if "\n" in gap else gap)  # an item may stand below its dash
    return [insert_lines(text, end_of(last), [lead + written(value, flow=False) for value in values], column)]


def insert_lines(text: str, index: int, lines: Sequence[str], column: int | None = None) -> Splice:
    """Return what puts lines below the line of `index`, and below comments there that are deeper than `column`.

    A file that does not end with a line break goes on to.
    """
    end = text.find("\n", index) + 1
    while end and column is not None and (comment := _COMMENT.match(text, end)) and len(comment[1]) > column:
        end = comment.end()
    if not end or (end == len(text) and not text.endswith("\n")):
        return Splice(len(text), len(text), "".join(f"\n{line}" for line in lines))
    return Splice(end, end, "".join(f"{line}\n" for line in lines))


def end_of(node: yaml.Node) -> int:
    """Return where a node's own text ends: a block's mark stands behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        inner = last[1] if isinstance(last, tuple) else last
        empty = isinstance(inner, yaml.ScalarNode) and inner.start_mark.index == inner.end_mark.index
        return last[0].end_mark.index if isinstance(last, tuple) and empty else end_of(inner)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        return end - 1  # its mark stands on the next line
    return end


def _insert_in_flow(text: str, items: yaml.SequenceNode, words: Sequence[str]) -> list[Splice]:
    start, close = items.start_mark.index, items.end_mark.index - 1
    joined = ", ".join(words)
    if not items.value:
        comment = text[start + 1 : close].strip()  # it stands on lines of its own
        return [Splice(close, close, joined)] if comment else [Splice(start + 1, close, joined)]
    last = items.value[-1]
    end, rest = last.end_mark.index, _REST_OF_LINE.match(text, last.end_mark.index)
    if rest is None or not _begins_line(text, last):
        comma = _COMMA.match(text, end)
        return [Splice(comma.end(), comma.end(), f" {joined},") if comma else Splice(end, end, f", {joined}")]
    indent, comma_after = " " * last.start_mark.column, rest[1]
    lines = [f"{indent}{word}," for word in words]
    if comma_after:
        return [insert_lines(text, end, lines)]
    return [Splice(end, end, ","), insert_lines(text, end, [*lines[:-1], lines[-1].removesuffix(",")])]


def _begins_line(text: str, item: yaml.Node) -> bool:
    """Return whether nothing stands before an item on its line."""
    return not text[text.rfind("\n", 0, item.start_mark.index) + 1 : item.start_mark.index].strip()


def remove_item(text: str, key: yaml.Node, items: yaml.SequenceNode, index: int) -> list[Splice]:
    """Return what takes the item of this index out of the list of a key; of a list that is then empty, `[]` remains.

    A comment goes with the item that it stands behind; comments on lines of their own stay.
    """
    if items.flow_style:
        return _remove_from_flow(text, items, index)
    item = items.value[index]
    dash = text.rfind("-", 0, item.start_mark.index)
    start, end = text.rfind("\n", 0, dash) + 1, text.find("\n", end_of(item)) + 1
    if text[start:dash].strip():
        raise ConfigError(f"line {item.start_mark.line + 1}: a list within a line; change it in the file by hand")
    # Of a file without a line break at its end, the last line goes with the break before it.
    splice = Splice(start, end, "") if end else Splice(start - 1, len(text), "")
    if len(items.value) > 1:
        return [splice]
    colon = text.index(":", key.end_mark.index) + 1
    return [Splice(colon, colon, " []"), splice]


def _remove_from_flow(text: str, items: yaml.SequenceNode, index: int) -> list[Splice]:
    item, last = items.value[index], index == len(items.value) - 1
    start, end = item.start_mark.index, item.end_mark.index
    if len(items.value) == 1:
        return [Splice(items.start_mark.index + 1, items.end_mark.index - 1, "")]
    before = items.value[index - 1].end_mark.index if index else items.start_mark.index + 1
    rest = _REST_OF_LINE.match(text, end)
    if _begins_line(text, item) and rest:
        line = Splice(text.rfind("\n", 0, start) + 1, rest.end() + 1, "")
        comma = _COMMA.match(text, before)
        return [Splice(comma.end() - 1, comma.end(), ""), line] if last and not rest[1] and comma else [line]
    if last:
        return [Splice(start if "\n" in text[before:start] else before, end, "")]
    following = items.value[index + 1].start_mark.index
    if "\n" not in text[end:following]:
        return [Splice(start, following, "")]
    comma = _COMMA.match(text, end)
    if comma is None:
        raise ConfigError(f"line {item.start_mark.line + 1}: commas and comments are mixed; change it by hand")
    return [Splice(len(text[:start].rstrip(" \t")) if index else start, comma.end(), "")]
