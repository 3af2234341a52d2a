"""What a change of watchlists.yaml would do: the new bytes, the lines that differ, the mistakes `check` would find.

In: the bytes of the file and changes, or an edit to take back. Out: a `Proposal`, or a ConfigError with the same lines
as `check` gives, each with the line of the file and a caret where that may be shown. Nothing is written here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.config.edits.apply_change import apply_change, takes_back
from bot.config.edits.change import AnyChange, Change, read_change
from bot.config.edits.hunks import diff_lines, inverse, make_hunk, revert_hunk
from bot.config.edits.write import fingerprint
from bot.config.watchlists.problem_excerpt import excerpt_of
from bot.config.watchlists.watchlists_file import checked
from bot.config.watchlists.yaml_file import YamlDocument, compose
from bot.errors import ConfigError, QueryError
from bot.inflection.word_forms import FormCache
from bot.matching.query import parse
from bot.matching.query_check import find_refusals
from bot.matching.query_tree import Query
from bot.model import Watchlist
from bot.ports.editing.edit_store import FileEdit, Hunk

FILE: Final = "watchlists.yaml"  # how mistakes call the file: its path is nobody's business in a chat
_LINE = re.compile(r":([0-9]+):[0-9]+: ")


@dataclass(frozen=True, slots=True)
class Checks:
    """What a new file is checked with: the environment of `${NAME}`, the forms of words that are known, its folder."""

    environ: Mapping[str, str]
    cache: FormCache | None = None
    folder: Path = Path()  # of the files that `sources_from` names


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change as it would be: of these bytes to those."""

    before: bytes
    after: bytes
    changes: tuple[AnyChange, ...]
    hunks: tuple[Hunk, ...]
    warnings: tuple[str, ...] = ()  # about the new lines
    unwritable: str | None = None  # why the file cannot be written
    undoes: int | None = None  # the edit on record that it takes back

    @property
    def version(self) -> str:
        """Return the hash of the file that this is a change of."""
        return fingerprint(self.before)

    @property
    def diff(self) -> tuple[str, ...]:
        """Return the lines that change, for people."""
        return tuple(line for hunk in self.hunks for line in diff_lines(hunk))


def propose_changes(before: bytes, changes: Sequence[AnyChange], checks: Checks) -> Proposal:
    """Return what changes would do, made one after the other."""
    document, hunks = compose(before, FILE), list[Hunk]()
    for change in changes:
        after = apply_change(document, change)
        hunks.append(make_hunk(document.text, after.text))
        document = after
    return _checked(Proposal(before, before, tuple(changes), tuple(hunks)), document, checks)


def propose_undo(before: bytes, edit: FileEdit, checks: Checks) -> Proposal:
    """Return what takes an edit back; ConfigError where the file was changed since in the same place."""
    document, hunks, changes = compose(before, FILE), list[Hunk](), list[AnyChange]()
    for given, hunk in zip(reversed(edit.changes), reversed(edit.hunks), strict=True):
        text, change = revert_hunk(document.text, hunk), read_change(given)
        after = None if text is None else compose(text.encode(), FILE)
        if after is None or not takes_back(document, after, change):
            raise ConfigError(f"{FILE}:{hunk.line + 1}:1: was changed since in the same place; change it by hand")
        document = after
        hunks.append(inverse(hunk))
        changes.append(replace(change, action="remove" if change.action == "add" else "add"))
    return _checked(Proposal(before, before, tuple(changes), tuple(hunks), undoes=edit.id), document, checks)


def _checked(proposal: Proposal, document: YamlDocument, checks: Checks) -> Proposal:
    """Return the proposal of this new file with the warnings about its lines; ConfigError holds every mistake of it."""
    refused = find_refusals(_added_queries(proposal.changes), checks.cache)

    def judge(text: str) -> Query:
        if reason := refused.get(text):
            raise reason
        return parse(text)

    try:
        config = checked(document, checks.environ, judge, folder=checks.folder)
    except ConfigError as error:
        shown = (line for one in error.problems for line in (one, *excerpt_of(one, document.text)))
        raise ConfigError(*shown) from None
    lines = {hunk.line + 1 + place for hunk in proposal.hunks for place in range(len(hunk.added))}
    warnings = (
        one for one in config.warnings if one.startswith(FILE) and (at := _LINE.search(one)) and int(at[1]) in lines
    )
    mark = codecs.BOM_UTF8 if proposal.before.startswith(codecs.BOM_UTF8) else b""
    return replace(proposal, after=mark + document.text.encode(), warnings=tuple(warnings))


def _added_queries(changes: Sequence[AnyChange]) -> tuple[Watchlist, ...]:
    """Return what is new to the engine: the others were built when the file was read."""
    found = list[Watchlist]()
    for one in changes:
        if isinstance(one, Change) and one.action == "add" and one.part != "sources":
            try:
                parse(one.value)
            except QueryError:
                continue  # told by the check, with its column
            found.append(Watchlist(one.watchlist, one.watchlist, (one.value,)))
    return tuple(found)
