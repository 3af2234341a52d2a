"""What answers say of the medium: one chat's trouble is its own, until several in a row have the like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.medium_health import CERTAIN, DOUBTS, PROBE, MediumHealth

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LONG = NOW + timedelta(hours=1)


def later(seconds: float) -> datetime:
    """Return so many seconds from now."""
    return NOW + timedelta(seconds=seconds)


def healthy() -> MediumHealth:
    """Return what is known before anything was answered."""
    return MediumHealth(NOW, lambda: 0.0)


@pytest.mark.parametrize("chats", [[1], [1, 1, 1, 1, 1], [1, 2, "sent", 3, 4, "sent", 5, 6]])
def test_a_429_of_some_chats_is_their_own(chats: list[int | str]) -> None:
    """However long, however often, and of however many: somebody else was sent something in between."""
    health = healthy()
    for chat in chats:
        if isinstance(chat, str):
            health.note_answer(9)
        else:
            assert not health.note_slowed(chat, NOW, LONG)
    assert health.paused_until <= NOW + PROBE


def test_case_2_a_429_of_all_who_are_tried_is_the_whole_bots() -> None:
    """From the second chat on one is tried a second, and the fourth in a row decides."""
    health = healthy()
    told = [(health.note_slowed(chat, NOW, LONG), health.paused_until) for chat in range(1, CERTAIN + 1)]
    assert told == [(False, NOW), (False, NOW + PROBE), (False, NOW + PROBE), (True, LONG)]


def test_a_chat_whose_answers_never_come_waits_alone() -> None:
    """Longer and longer, from the third message on; nobody else is kept waiting, even where nobody is told."""
    health = healthy()
    waits = [health.note_doubt(1, NOW) for _ in range(20)]
    assert waits == [False] * (DOUBTS - 1) + [True] * (20 - DOUBTS + 1)
    assert set(health.resting(later(59))) == {1}
    assert set(health.resting(later(60))) == set()
    assert health.paused_until == NOW
    assert (health.is_silent(1), health.is_silent(2)) == (True, False)


def test_an_answer_ends_what_was_in_doubt() -> None:
    """For its chat, and for the suspicion that the medium is down."""
    health = healthy()
    for chat in (1, 1, 1, 2):
        health.note_doubt(chat, NOW)
    health.note_contact(2)
    health.note_doubt(3, NOW)
    health.note_doubt(4, NOW)
    assert health.paused_until == NOW
    assert set(health.resting(NOW)) == {1}
    assert not health.is_silent(2)


def test_case_20_when_nobody_gets_an_answer_everybody_waits() -> None:
    """Those in doubt up to a minute; another chat is tried every two seconds at first, every ten later."""
    health, now, pauses = healthy(), NOW, []
    for chat in range(1, 20):
        health.note_doubt(chat, now)
        pauses.append((health.paused_until - now).total_seconds())
        now = max(now, health.paused_until)
    assert pauses[: DOUBTS - 1] == [0, 0]
    assert pauses[DOUBTS - 1 : DOUBTS + 3] == [1, 2, 2, 2]
    assert max(pauses) == pauses[-1] == 10
    assert 19 in health.resting(now + timedelta(seconds=49))


def test_case_19_no_connection_is_everybodys() -> None:
    """It is said once, and the wait doubles; what fails while everybody waits counts once."""
    health = healthy()
    assert health.note_unreached(NOW)
    assert health.paused_until == later(1)
    assert not health.note_unreached(NOW)
    assert not health.note_unreached(later(1))
    assert health.paused_until == later(3)
