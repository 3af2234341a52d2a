"""Applies a change to the text of watchlists.yaml, and makes sure that it says that and nothing else.

The bytes of a file and a `Change` come in, the bytes of the changed file go out; ConfigError says what to do where that
needs a person. What comes out is still to be checked as any file is: a keyword may be no query.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from bot.config.edits.change import LONGEST, Change, Part
from bot.config.edits.list_splicing import (
    Splice,
    apply_splices,
    end_of,
    insert_items,
    insert_lines,
    refuse_names,
    remove_item,
    written,
)
from bot.config.watchlists.yaml_file import YamlDocument, child, compose, pairs, plain, reading, shown
from bot.config.watchlists.yaml_values import nearest
from bot.errors import ConfigError

_NEEDED: Final[Mapping[Part, str]] = {
    "keywords": "add another one first, or remove the watchlist from the file",
    "sources": "without any it would read all sources: add another one first, or remove the key from the file",
}
_BREAKS: Final = frozenset("\n\r\x85\u2028\u2029")


def apply_changes(data: bytes, name: str, changes: Sequence[Change]) -> bytes:
    """Return the file with these changes made, one after the other."""
    for change in changes:
        data = apply_change(data, name, change)
    return data


def apply_change(data: bytes, name: str, change: Change) -> bytes:
    """Return the file with this change made."""
    if change.action == "add":
        _refuse_value(change.value)
    document = compose(data, name)
    before = _meaning(document)
    section = _section(document, change.watchlist)
    step = _add if change.action == "add" else _remove
    text, count = document.text, 0
    while splices := step(document, section, change):
        text = apply_splices(document.text, [_with_breaks(document.text, one) for one in splices])
        count += 1
        if change.action == "add":
            break
        document = compose(text.encode(), name)
        section = _section(document, change.watchlist)
    if not count:
        raise ConfigError(_missing(document, section, change))
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    after = mark + text.encode()
    if _meaning(compose(after, name)) != _expected(before, change):
        raise ConfigError(f"{_place(name, section)}: is written in a way that is not changed here; do it by hand")
    return after


def lines_by_hand(changes: Sequence[Change]) -> str:
    """Return what somebody is to write where the file cannot be written: a line for each change."""
    return "\n".join(
        f"{'+' if one.action == 'add' else '-'} watchlists: {one.watchlist}: {one.part}: "
        f"[{written(one.value, flow=True)}]"
        for one in changes
    )


def _refuse_value(value: str) -> None:
    if not value.strip():
        raise ConfigError("there is nothing to add; write a word, a phrase in quotes, or a query")
    if len(value) > LONGEST:
        raise ConfigError(f"longer than {LONGEST} characters; write it as several keywords")
    if _BREAKS & set(value):
        raise ConfigError("a line break; write one keyword at a time, each on one line")


def _section(document: YamlDocument, watchlist: str) -> yaml.MappingNode:
    watchlists = child(document.root, "watchlists")
    section = child(watchlists, watchlist)
    if section is None:
        names = [str(key.value) for key, _ in pairs(watchlists)]
        hint = nearest(watchlist, names) or (f"there are {', '.join(names[:20])}" if names else "there is none")
        raise ConfigError(f"{document.name}: there is no watchlist '{shown(watchlist)}'; {hint}")
    key = next(key for key, _ in pairs(watchlists) if key.value == watchlist)
    if not isinstance(section, yaml.MappingNode):
        raise ConfigError(f"{_place(document.name, key)}: '{shown(watchlist)}' has nothing below it; give it keywords")
    if section.start_mark.index < key.end_mark.index:
        raise ConfigError(f"{_place(document.name, key)}: is an alias (*); change it in the file by hand")
    return section


def _list_of(section: yaml.MappingNode, part: str) -> tuple[yaml.Node | None, yaml.Node | None]:
    return next(((key, value) for key, value in pairs(section) if key.value == part), (None, None))


def _add(document: YamlDocument, section: yaml.MappingNode, change: Change) -> list[Splice]:
    text, (key, items) = document.text, _list_of(section, change.part)
    if key is None or items is None:
        return [_new_key(text, section, change)]
    if reading(items) == "nothing" and items.start_mark.index >= key.end_mark.index:
        end, value = items.end_mark.index, f"[{written(change.value, flow=True)}]"
        if items.start_mark.index == end:
            end = text.index(":", key.end_mark.index) + 1
            return [Splice(end, end, f" {value}")]
        return [Splice(items.start_mark.index, end, value)]
    if not isinstance(items, yaml.SequenceNode):
        place = _place(document.name, items)
        raise ConfigError(f"{place}: {change.part} must be a list; write [one, two] in the file")
    refuse_names(document, key, items)
    for item in items.value:
        if item.value == change.value:
            line = item.start_mark.line + 1
            raise ConfigError(
                f"{_place(document.name, item)}: '{shown(change.value)}' is there already, on line {line}"
            )
    return insert_items(text, items, [change.value])


def _new_key(text: str, section: yaml.MappingNode, change: Change) -> Splice:
    """Return what writes the key with its first item, below the watchlist's other lists."""
    written_key = f"{change.part}: [{written(change.value, flow=True)}]"
    if not section.value:
        raise ConfigError(f"line {section.start_mark.line + 1}: the watchlist has nothing below it; give it keywords")
    last = next(
        (pair for pair in reversed(section.value) if pair[0].value in {"keywords", "exclude"}), section.value[-1]
    )
    if section.flow_style:
        end = last[1].end_mark.index
        if last[1].start_mark.index < last[0].end_mark.index:
            raise ConfigError(f"line {section.start_mark.line + 1}: is written with an alias (*); change it by hand")
        return Splice(end, end, f", {written_key}")
    column = section.value[0][0].start_mark.column
    end = end_of(last[1]) if last[1].start_mark.index > last[0].end_mark.index else last[0].end_mark.index
    return insert_lines(text, end, [" " * column + written_key], column)


def _remove(document: YamlDocument, section: yaml.MappingNode, change: Change) -> list[Splice]:
    key, items = _list_of(section, change.part)
    if key is None or not isinstance(items, yaml.SequenceNode):
        return []
    index = next((place for place, item in enumerate(items.value) if item.value == change.value), None)
    if index is None:
        return []
    refuse_names(document, key, items)
    if len(items.value) == 1 and change.part in _NEEDED:
        place = _place(document.name, items.value[0])
        raise ConfigError(f"{place}: the last of {change.part} of {change.watchlist}; {_NEEDED[change.part]}")
    return remove_item(document.text, key, items, index)


def _missing(document: YamlDocument, section: yaml.MappingNode, change: Change) -> str:
    _, items = _list_of(section, change.part)
    known = [str(item.value) for item in items.value] if isinstance(items, yaml.SequenceNode) else []
    hint = nearest(change.value, known) or "nothing was changed"
    return (
        f"{_place(document.name, section)}: no '{shown(change.value)}' in {change.part} of {change.watchlist}; {hint}"
    )


def _with_breaks(text: str, splice: Splice) -> Splice:
    """Return a splice whose line ends are those of the file."""
    if "\r\n" not in text or not splice.words:
        return splice
    return Splice(splice.start, splice.end, splice.words.replace("\r\n", "\n").replace("\n", "\r\n"))


def _place(name: str, node: yaml.Node) -> str:
    return f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _meaning(document: YamlDocument) -> Any:
    """Return what a file says, however it is written; mistakes in it count, too."""
    problems: list[str] = []
    return plain(document, problems)


def _expected(meaning: Any, change: Change) -> Any:
    """Return what a file is to say after a change."""
    section = dict(meaning["watchlists"][change.watchlist])
    items = list(section.get(change.part) or [])
    items = [*items, change.value] if change.action == "add" else [one for one in items if one != change.value]
    section[change.part] = items
    return {**meaning, "watchlists": {**meaning["watchlists"], change.watchlist: section}}
