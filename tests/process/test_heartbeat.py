"""Heartbeats: who makes progress, by a clock that is handed in."""

from __future__ import annotations

from bot.process.heartbeat import Heartbeats


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_a_loop_is_well_from_the_moment_it_is_expected() -> None:
    """A loop that has just been started is not stalled, although it never beat."""
    hearts = Heartbeats(Clock())
    hearts.expect("poller", 10.0)
    assert hearts.stalled() == ()


def test_a_silent_loop_stalls_and_a_beat_revives_it() -> None:
    """Beyond its limit a loop is stalled by name; the others are not; one beat makes it well."""
    clock = Clock()
    hearts = Heartbeats(clock)
    beat = hearts.expect("poller", 10.0)
    hearts.expect("sender", 60.0)
    clock.now += 10.5
    assert hearts.stalled() == ("poller",)
    beat()
    assert hearts.stalled() == ()
    assert hearts.stalled(clock.now + 100) == ("poller", "sender")


def test_ages_and_limits_are_told_by_name() -> None:
    """Every loop says how long it has been silent, and how long it may be."""
    clock = Clock()
    hearts = Heartbeats(clock)
    hearts.expect("poller", 10.0)
    clock.now += 4
    pulse = hearts.pulses()["poller"]
    assert (pulse.age, pulse.limit, pulse.stalled) == (4.0, 10.0, False)


def test_a_loop_that_ended_on_purpose_is_not_missed() -> None:
    """A forgotten loop is neither stalled nor reported, and a late beat of it is nothing."""
    clock = Clock()
    hearts = Heartbeats(clock)
    beat = hearts.expect("web", 1.0)
    hearts.forget("web")
    beat()
    clock.now += 60
    assert hearts.stalled() == ()
    assert hearts.pulses() == {}


def test_a_loop_may_ail_without_stalling() -> None:
    """A loop that runs and gets nowhere says why, until it is well again; nothing restarts it for that."""
    hearts = Heartbeats(Clock())
    hearts.expect("listener", 10.0)
    hearts.report_problem("listener", "Telegram refuses the token")
    assert hearts.problems() == {"listener": "Telegram refuses the token"}
    assert hearts.stalled() == ()
    hearts.report_problem("listener", None)
    assert hearts.problems() == {}
