"""Detects that watchlists.yaml changed, and describes the changes.

In: the file's bytes at each look, or two `Config`s. Out: yes or no, or the changes in words. Nothing is parsed here, no
file system events are awaited (bind mounts and ConfigMaps deliver none), and the value of a header is never said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path

from bot.config.regular_file import read_regular_file
from bot.config.watchlists.yaml_file import MOST_BYTES
from bot.model import Config, Source, Watchlist

_DIGEST = 16  # bytes
_COUNTED = frozenset({"keywords", "exclude"})  # said as +2 and -1
_UNCOMPARED = frozenset({"site"})  # follows from the url
_UNSAID = frozenset({"url", "headers", "select", "tags", "deliver_to"})  # may hold secrets, or long


def signature(path: Path) -> bytes | None:
    """Return what tells one content of the file from another; None while it cannot be read.

    The content itself, not its times: an edit may keep both size and time, and a ConfigMap is swapped by a link. A
    file of 10 KB takes 30 µs, one of 10 MB 15 ms. A file that is too large to load is told apart by its beginning.
    """
    try:
        data = read_regular_file(path, MOST_BYTES + 1)
    except (OSError, ValueError):
        return None
    return blake2b(data, digest_size=_DIGEST).digest()


def unreadable(path: Path) -> str | None:
    """Return why a file cannot be read, None where it can."""
    try:
        read_regular_file(path, 1)
    except FileNotFoundError:
        return f"{path} is not there"
    except IsADirectoryError:
        return f"{path} is a folder"
    except (OSError, ValueError) as error:
        return f"{path}: {getattr(error, 'strerror', None) or error}"
    return None


class WatchedFile:
    """A file that is looked at every few seconds. Make it before the file is loaded, so that no edit falls between.

    `others` tells one content of the files that it names (`sources_from`) from another, as they are now.
    """

    def __init__(self, path: Path, others: Callable[[], bytes] = bytes) -> None:
        self._path = path
        self._others = others
        self._known = self._last = self._settled = self._signature()
        self._unread = 0  # looks in a row at which it could not be read

    def note_others(self, others: bytes) -> None:
        """Note what the other files held when they were loaded; before the first look."""
        if self._known is not None:
            self._known = self._last = self._settled = self._known[:_DIGEST] + others

    def _signature(self) -> bytes | None:
        own = signature(self._path)
        return None if own is None else own + self._others()

    def lost(self) -> str | None:
        """Return why the file cannot be read, at the second look in a row: editors take it away for a moment."""
        reason = unreadable(self._path)
        self._unread = self._unread + 1 if reason else 0
        return reason if self._unread > 1 else None

    def changed(self) -> bool:
        """Return True at each look from the second at which a new content is the same, until it is `accept`ed.

        An editor that is still writing is thus waited for; a file that is missing for a while is no change.
        """
        now = self._signature()
        settled = now is not None and now == self._last and now != self._known
        self._last = now
        if settled:
            self._settled = now
        return settled

    def accept(self) -> None:
        """Take the content that `changed` found for known: it is in force, or was refused with its mistakes told.

        Never before: an edit that could not be put in force yet is one that is tried again.
        """
        self._known = self._settled

    def orphaned(self) -> bool:
        """Return whether the file was replaced outside, so that its edits can never be seen here.

        A bind mount of a single file shows the file that was there when the container started; an editor that saves
        by renaming a new one over it leaves us with the old one, which then has no name.
        """
        try:
            return self._path.stat().st_nlink == 0
        except OSError:
            return False


def changes(old: Config, new: Config) -> tuple[str, ...]:
    """Return what an edit changed, a few words for each change; empty when it changed nothing that counts."""
    lines = [*_sources(old, new), *_watchlists(old, new)]
    for name in ("max_per_hour", "timezone", "language"):
        was, is_ = getattr(old, name), getattr(new, name)
        if was != is_:
            lines.append(f"{name}: {was} → {is_}")
    return tuple(lines)


def _sources(old: Config, new: Config) -> Iterator[str]:
    before, after = ({source.name: source for source in config.sources} for config in (old, new))
    yield from (f"source {name} added" for name in after if name not in before)
    yield from (f"source {name} removed" for name in before if name not in after)
    for name, source in after.items():
        if name in before and (changed := _changed(before[name], source)):
            yield f"source {name}: {changed}"


def _watchlists(old: Config, new: Config) -> Iterator[str]:
    before, after = ({watchlist.id: watchlist for watchlist in config.watchlists} for config in (old, new))
    for name, watchlist in after.items():
        if name not in before:
            yield f"watchlist {name} added with {_counted(len(watchlist.keywords), 'keyword')}"
    yield from (f"watchlist {name} removed" for name in before if name not in after)
    for name, watchlist in after.items():
        if name in before:
            was = before[name]
            yield from _difference(was.keywords, watchlist.keywords, "keyword", name)
            yield from _difference(was.exclude, watchlist.exclude, "exclusion", name)
            if changed := _changed(was, watchlist):
                yield f"watchlist {name}: {changed}"


def _difference(old: Sequence[str], new: Sequence[str], noun: str, where: str) -> Iterator[str]:
    for sign, count in (("+", len(set(new) - set(old))), ("-", len(set(old) - set(new)))):
        if count:
            yield f"{sign}{_counted(count, noun)} in {where}"


def _changed(old: Source | Watchlist, new: Source | Watchlist) -> str:
    parts = []
    for field in fields(new):
        was, is_ = getattr(old, field.name), getattr(new, field.name)
        if was != is_ and field.name not in _COUNTED | _UNCOMPARED:
            unsaid = field.name in _UNSAID
            parts.append(f"{field.name} changed" if unsaid else f"{field.name} {_said(was)} → {_said(is_)}")
    return ", ".join(parts)


def _said(value: object) -> str:
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        size, unit = next((size, unit) for size, unit in ((3600, "h"), (60, "m"), (1, "s")) if seconds % size == 0)
        return f"{seconds // size}{unit}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "all"
    return "all" if value is None else str(value)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
