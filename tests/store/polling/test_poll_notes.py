"""Notes of polls: the last ones, whatever they brought, and nothing where they cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.ports.page_readings import PollNote
from bot.store.polling.poll_notes import MOST, add_poll_note, read_poll_notes

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(st.lists(st.sampled_from([None, 0, 1, 7, 65_534]), max_size=2 * MOST))
def test_the_last_polls_come_back_the_newest_first(brought: list[int | None]) -> None:
    """As many as are kept; a failed one is told from one that brought nothing."""
    notes = b""
    for number, new in enumerate(brought):
        notes = add_poll_note(notes, NOW + timedelta(minutes=number), new)
    polls = [PollNote(NOW + timedelta(minutes=number), new) for number, new in enumerate(brought)]
    assert read_poll_notes(notes) == tuple(polls[::-1][:MOST])


@given(st.binary(max_size=200), st.integers(-1, 10**9))
def test_spoilt_notes_are_nothing_and_are_begun_anew(notes: bytes, new: int) -> None:
    """Whatever a crash or a hand has left there, and however much a poll brought."""
    read_poll_notes(notes)
    (newest, *_) = read_poll_notes(add_poll_note(notes, NOW, new))
    assert newest.at == NOW
    assert newest.new == min(max(new, 0), 65_534)
