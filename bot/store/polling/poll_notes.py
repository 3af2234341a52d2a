"""How the last polls of a source went, packed for the record: six bytes a poll.

A poll comes in, bytes go out, and come back as what people are shown. What cannot be read is nothing.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Final

from bot.ports.page_readings import PollNote

MOST: Final = 12  # polls that are kept: two hours at the usual pace
_NOTE: Final = struct.Struct("<IH")  # seconds since 1970, new items
_FAILED: Final = 0xFFFF  # stands for new items where the poll failed


def add_poll_note(notes: bytes, at: datetime, new: int | None) -> bytes:
    """Return the notes with one more at their end, and without the oldest beyond MOST."""
    kept = notes if len(notes) % _NOTE.size == 0 else b""
    seconds = min(max(int(at.timestamp()), 0), 0xFFFF_FFFF)
    added = _NOTE.pack(seconds, _FAILED if new is None else min(max(new, 0), _FAILED - 1))
    return (kept + added)[-MOST * _NOTE.size :]


def read_poll_notes(notes: bytes) -> tuple[PollNote, ...]:
    """Return the polls, the newest first."""
    if len(notes) % _NOTE.size:
        return ()
    found = (
        PollNote(datetime.fromtimestamp(at, UTC), None if new == _FAILED else new)
        for at, new in _NOTE.iter_unpack(notes)
    )
    return tuple(found)[::-1]
