"""Applies a change to the text of watchlists.yaml, and makes sure that it says that and nothing else.

A composed file and a change come in, the changed file goes out, composed; ConfigError says what to do where that
needs a person. What comes out is still to be checked as any file is: a keyword may be no query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from bot.config.edits.change import LONGEST, AnyChange, Change, Part, SourceChange
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
from bot.config.edits.source_insertion import with_sources
from bot.config.watchlists.yaml_file import YamlDocument, child, compose, pairs, plain, reading, shown, values
from bot.config.watchlists.yaml_values import nearest
from bot.errors import ConfigError

_NEEDED: Final[Mapping[Part, str]] = {
    "keywords": "add another one first, or remove the watchlist from the file",
    "sources": "without any it would read all sources: add another one first, or remove the key from the file",
}
_BREAKS: Final = frozenset("\n\r\x85\u2028\u2029")


def apply_change(document: YamlDocument, change: AnyChange) -> YamlDocument:
    """Return the file with this change made."""
    if isinstance(change, SourceChange):
        text = _change_sources(document, change)
    else:
        text = _change_watchlist(document, change)
    after = compose(text.encode(), document.name)
    if not takes_back(after, document, change):
        raise ConfigError(f"{document.name}: is written in a way that is not changed here; change it by hand")
    return after


def takes_back(document: YamlDocument, after: YamlDocument, change: AnyChange) -> bool:
    """Return whether the file `after` says what `document` does but for this change, which it takes back."""
    return _differs_by(_meaning(after), _meaning(document), change)


def _change_sources(document: YamlDocument, change: SourceChange) -> str:
    if change.action == "add":
        return with_sources(document, [change.entry])
    key = next((key for key, _ in pairs(document.root) if key.value == "sources"), None)
    sources = child(document.root, "sources")
    names = [getattr(child(source, "name"), "value", "") for source in values(sources)]
    if change.name not in names or key is None or not isinstance(sources, yaml.SequenceNode):
        hint = nearest(change.name, names) or "it may stand in another file"
        raise ConfigError(f"{document.name}: no source is called '{shown(change.name)}' here; {hint}")
    refuse_names(document, key, sources)
    return _spliced(document, remove_item(document.text, key, sources, names.index(change.name)))


def _change_watchlist(document: YamlDocument, change: Change) -> str:
    section = _section(document, change.watchlist)
    if change.action == "add":
        _refuse_value(change.value)
        return _spliced(document, _add(document, section, change))
    count = _count(section, change)
    if not count:
        raise ConfigError(_missing(document, section, change))
    for _ in range(count - 1):  # a text may stand there more than once
        document = compose(_spliced(document, _remove(document, section, change)).encode(), document.name)
        section = _section(document, change.watchlist)
    return _spliced(document, _remove(document, section, change))


def _spliced(document: YamlDocument, splices: Sequence[Splice]) -> str:
    return apply_splices(document.text, [_with_breaks(document.text, one) for one in splices])


def _count(section: yaml.MappingNode, change: Change) -> int:
    _, items = _list_of(section, change.part)
    return sum(item.value == change.value for item in items.value) if isinstance(items, yaml.SequenceNode) else 0


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
    index = next(place for place, item in enumerate(items.value) if item.value == change.value)
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


def _differs_by(before: Any, after: Any, change: AnyChange) -> bool:
    """Return whether a change, and nothing else, leads from what a file said to what it says."""
    if isinstance(change, SourceChange):
        (left, had), (still, has) = _without_source(before, change.name), _without_source(after, change.name)
        return left == still and (had, has) == ((0, 1) if change.action == "add" else (1, 0))
    (rest, was), (other_rest, is_) = _without_list(before, change), _without_list(after, change)
    if change.action == "remove":
        return rest == other_rest and change.value in was and is_ == [one for one in was if one != change.value]
    at = max((place for place, one in enumerate(is_) if one == change.value), default=-1)
    return rest == other_rest and at >= 0 and [*is_[:at], *is_[at + 1 :]] == was


def _without_source(meaning: Any, name: str) -> tuple[Any, int]:
    sources = meaning.get("sources") or []
    left = [one for one in sources if not (isinstance(one, dict) and one.get("name") == name)]
    return {**meaning, "sources": left}, len(sources) - len(left)


def _without_list(meaning: Any, change: Change) -> tuple[Any, list[Any]]:
    watchlists = meaning.get("watchlists") or {}
    section = watchlists.get(change.watchlist) or {}
    items = section.get(change.part) or []
    return {**meaning, "watchlists": {**watchlists, change.watchlist: {**section, change.part: None}}}, items
