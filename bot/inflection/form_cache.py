"""The forms of words found before, in an SQLite file, so that the next start costs milliseconds.

Beside them the dictionaries, packed so that they are unpacked fast (13 MB for all languages): a word that was never
asked for costs half of what it costs without them.

A path comes in; it fulfils FormCache. What cannot be read or written is as if it were not there: a broken
file is replaced, a read-only directory only costs the time of looking the words up again. Nothing else is kept here.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Final

_BATCH: Final = 500  # keys of one question; SQLite takes 999 parameters at least
_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS forms (word TEXT PRIMARY KEY, forms TEXT NOT NULL) WITHOUT ROWID"
_DICTIONARIES: Final = "CREATE TABLE IF NOT EXISTS dictionaries (name TEXT PRIMARY KEY, data BLOB NOT NULL)"
_WAIT: Final = 2.0  # seconds for another instance that is writing


class FormCacheFile:
    """A file of forms. Safe to share between processes and threads: each call opens it anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_many(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Return what is on record for those of the keys that are known; nothing where the file cannot be read."""
        asked = iter(keys)
        found: dict[str, str] = {}
        with suppress(sqlite3.Error), closing(self._open(write=False)) as file:
            while batch := list(islice(asked, _BATCH)):
                marks = ",".join("?" * len(batch))
                found.update(file.execute(f"SELECT word, forms FROM forms WHERE word IN ({marks})", batch))  # noqa: S608 - only question marks
        return found

    def put_many(self, found: Mapping[str, str]) -> None:
        """Keep these for the next start, where the file can be written."""
        if self._path.exists() and not self._path.is_file():
            return
        try:
            self._write(found)
        except OSError:
            return
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):  # no database at all: begin a new one
                with suppress(OSError, sqlite3.Error):
                    self._path.unlink()
                    self._write(found)

    def get_dictionary(self, key: str) -> bytes | None:
        """Return a dictionary that was kept, None where there is none that can be read."""
        with suppress(sqlite3.Error, zlib.error), closing(self._open(write=False)) as file:
            row = file.execute("SELECT data FROM dictionaries WHERE name = ?", (key,)).fetchone()
            return zlib.decompress(row[0]) if row else None
        return None

    def put_dictionary(self, key: str, data: bytes) -> None:
        """Keep a dictionary in the place of an older one of its language, where the file can be written."""
        packed, language = zlib.compress(data, 1), key.rpartition(" ")[2]
        if not self._path.exists() or self._path.is_file():
            with suppress(OSError, sqlite3.Error), closing(self._open(write=True)) as file, file:
                file.execute(_DICTIONARIES)
                file.execute("DELETE FROM dictionaries WHERE name LIKE ?", (f"% {language}",))
                file.execute("INSERT INTO dictionaries VALUES (?, ?)", (key, packed))

    def _write(self, found: Mapping[str, str]) -> None:
        with closing(self._open(write=True)) as file, file:
            file.execute(_SCHEMA)
            file.executemany("INSERT OR REPLACE INTO forms VALUES (?, ?)", found.items())

    def _open(self, *, write: bool) -> sqlite3.Connection:
        if write:
            self._path.touch(mode=0o600)  # it holds what people watch for
        if not self._path.is_file():
            raise sqlite3.OperationalError("no regular file")  # a pipe would keep whoever opens it
        if self._path.stat().st_mode & 0o077:
            with suppress(OSError):  # somebody else's file stays as it is
                self._path.chmod(0o600)  # earlier versions let others read it
        mode = "rwc" if write else "ro"
        return sqlite3.connect(f"{self._path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT)
