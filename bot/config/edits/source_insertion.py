"""Inserts sources into the text of a watchlists.yaml and leaves the rest unchanged.

The bytes of a file and new sources come in, the bytes with the sources at the end of its list go out. The text is
spliced, not written anew: comments, order, quotes, alignment and line ends stay as somebody made them. What comes out
is to be checked as any file is; nothing is written here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import yaml

from bot.config.edits.list_splicing import end_of, insert_lines
from bot.config.watchlists.yaml_file import YamlDocument, compose
from bot.errors import ConfigError

Entry: TypeAlias = Mapping[str, str | list[str]]  # a source as watchlists.yaml has it, by its keys

_WIDE = 10_000  # columns: no line of ours is ever wrapped
_INDENT = 2
_NOTHING = re.compile(r"\[[ \t]*\]|~|null|Null|NULL")


def insert_sources(data: bytes, name: str, entries: Sequence[Entry]) -> bytes:
    """Return the file with these sources at the end of its `sources`; ConfigError where that needs a person."""
    if not entries:
        return data
    document = compose(data, name)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return mark + with_sources(document, entries).encode()


def with_sources(document: YamlDocument, entries: Sequence[Entry]) -> str:
    """Return the text of a composed file with these sources in it."""
    start, end, words = _splice(document.text, document.root, entries)
    if "\r\n" in document.text:
        words = words.replace("\n", "\r\n")
    return document.text[:start] + words + document.text[end:]


def block(entries: Sequence[Entry], indent: int = _INDENT, gap: int = 1, *, flow: bool = False) -> str:
    """Return the entries as items of a block list, each line with its end; `gap` is between dash and key."""
    lines: list[str] = []
    for entry in entries:
        written = _flow(entry) if flow else _block(entry)
        for number, line in enumerate(written):
            lead = " " * indent + ("-" + " " * gap if number == 0 else " " * (gap + 1))
            lines.append(f"{lead}{line}\n")
    return "".join(lines)


def _splice(text: str, root: yaml.Node, entries: Sequence[Entry]) -> tuple[int, int, str]:
    """Return what to put, and in the place of what: from where, to where."""
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise ConfigError(f"the file is written as one line of braces; add the source by hand:\n{block(entries)}")
    key, sources = next(((key, value) for key, value in root.value if key.value == "sources"), (None, None))
    if key is None or sources is None:
        return _after_line(text, end_of(root), f"\nsources:\n{block(entries)}")
    if _NOTHING.fullmatch(text, sources.start_mark.index, sources.end_mark.index):
        return _instead(text, sources, block(entries))
    if isinstance(sources, yaml.SequenceNode) and sources.value:
        last = sources.value[-1]
        if sources.flow_style:
            end = end_of(last)
            return end, end, "".join(f", {_flow(entry)[0]}" for entry in entries)
        flow = isinstance(last, yaml.MappingNode) and bool(last.flow_style)
        dash = sources.start_mark.column
        if text[sources.start_mark.index] != "-":  # a name or a tag of the list
            place = text.rfind("-", 0, last.start_mark.index)
            dash = place - text.rfind("\n", 0, place) - 1
        gap = max(1, last.start_mark.column - dash - 1)
        return _after_line(text, end_of(last), block(entries, dash, gap, flow=flow), dash)
    if isinstance(sources, yaml.SequenceNode):  # [] with a name or a comment in it
        end = sources.end_mark.index - 1
        return end, end, ", ".join(_flow(entry)[0] for entry in entries)
    return _after_line(text, key.end_mark.index, block(entries))


def _instead(text: str, node: yaml.Node, words: str) -> tuple[int, int, str]:
    """Put a list in the place of `[]` or `null`: below its line, whose comment stays."""
    start = len(text[: node.start_mark.index].rstrip(" \t"))
    end = node.end_mark.index
    stop = text.find("\n", end) + 1 or len(text)
    return start, stop, f"{text[end:stop].rstrip()}\n{words}"


def _after_line(text: str, index: int, words: str, dash: int | None = None) -> tuple[int, int, str]:
    """Return the place behind the line of `index`, and behind comments below it that are deeper than the `dash`."""
    place = insert_lines(text, index, (), dash).start
    return place, place, words if text[:place].endswith("\n") else "\n" + words


def _block(entry: Entry) -> list[str]:
    lines = []
    for key, value in entry.items():
        lines += _dumped({key: value}, flow=False if isinstance(value, str) else None).splitlines()
    return lines


def _flow(entry: Entry) -> list[str]:
    return [_dumped(dict(entry), flow=True).strip()]


def _dumped(data: Mapping[str, object], *, flow: bool | None) -> str:
    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, default_flow_style=flow, width=_WIDE)
