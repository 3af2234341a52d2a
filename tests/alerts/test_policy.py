"""What is sent, held or dropped by a place's wishes: line by line, and over simulated weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.calendar import quiet_until, zone_of
from bot.alerts.policy import JOINS, Drop, Hold, Send, Waiting, decide, without_muted_sources
from bot.model import Alert, Chat, Evidence, Report
from bot.preferences import NONE, Digest, Mute, Preferences, Window

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
NIGHT = Preferences(quiet=(Window(23 * 60, 7 * 60),))
MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)
EIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
DAILY = Digest("day", 8 * 60)
HOCKEY = Mute("word", "hockey", None, (("hockey", "hockeys"),))
TALKS = Mute("word", "peace talks", None, (("peace",), ("talk", "talks")))
ALERT = Alert(
    Chat(1),
    7,
    (("kremlin", "Kremlin"), ("oil", "Oil")),
    "Summit on ice: Hockey, and peace talks",
    None,
    "A lead.",
    (Evidence("title", "Summit", 0, 6, "Summit on ice."),),
)


def report(source: str) -> Report:
    """Return a report of a source."""
    return Report(source, source, "x", None, NOW)


def waiting(*, edit: bool = False, queued: datetime = NOW, **changes: object) -> Waiting:
    """Return an alert that waits, as two sources tell it."""
    told = replace(ALERT, **changes)  # type: ignore[arg-type]  # a test names fields
    return Waiting(told, (report("Courier"), report("TASS")), queued, edit=edit)


@pytest.mark.parametrize(
    ("given", "wishes", "follows"),
    [
        pytest.param(waiting(), NONE, Send(), id="no wish"),
        pytest.param(waiting(), NIGHT, Hold(MORNING, "quiet"), id="at night"),
        pytest.param(waiting(priority="urgent"), NIGHT, Send(), id="urgent passes the night"),
        pytest.param(waiting(edit=True), NIGHT, Send(), id="an edit makes no sound"),
        pytest.param(waiting(), replace(NONE, digest=DAILY), Hold(EIGHT, "digest"), id="in the digest"),
        pytest.param(waiting(), replace(NIGHT, digest=DAILY), Hold(EIGHT, "digest"), id="the digest after the night"),
        pytest.param(waiting(priority="urgent"), replace(NONE, digest=DAILY), Send(), id="urgent passes the digest"),
        pytest.param(waiting(watchlists=()), replace(NONE, digest=DAILY), Send(), id="a notice is in no digest"),
        pytest.param(waiting(watchlists=()), NIGHT, Hold(MORNING, "quiet"), id="a notice waits for the morning"),
        pytest.param(
            waiting(priority="urgent"),
            replace(NONE, paused=NOW, resumes=EIGHT),
            Hold(EIGHT, "pause"),
            id="a pause until then holds even what is urgent",
        ),
        pytest.param(waiting(), replace(NONE, paused=NOW, resumes=NOW), Send(), id="a pause that is over"),
        pytest.param(
            waiting(priority="urgent"),
            replace(NONE, paused=NOW),
            Hold(NOW + timedelta(days=1), "pause"),
            id="a pause stops urgent ones, too",
        ),
        pytest.param(
            waiting(edit=True), replace(NONE, paused=NOW), Hold(NOW + timedelta(days=1), "pause"), id="and edits"
        ),
        pytest.param(
            waiting(queued=NOW - timedelta(days=1)),
            replace(NIGHT, digest=Digest("day", 0)),
            Hold(MORNING, "quiet"),
            id="a digest that is due at night waits for the morning",
        ),
        pytest.param(
            waiting(queued=NOW - timedelta(days=1)),
            replace(NONE, digest=DAILY),
            Send(digest=True),
            id="its digest is due",
        ),
        pytest.param(
            waiting(queued=NOW - timedelta(days=1)),
            replace(NONE, digest=replace(DAILY, since=NOW)),
            Hold(EIGHT, "digest"),
            id="a digest that was wished later begins later",
        ),
    ],
)
def test_what_is_held_and_until_when(given: Waiting, wishes: Preferences, follows: object) -> None:
    """The order is: mutes, a pause, the digest, quiet hours; urgent passes the latter two."""
    assert decide(given, wishes, NOW) == follows


@pytest.mark.parametrize(
    ("mutes", "silent"),
    [
        pytest.param((Mute("story", "7"),), True, id="its story"),
        pytest.param((Mute("story", "8"),), False, id="another story"),
        pytest.param((HOCKEY,), True, id="a word of the headline"),
        pytest.param((Mute("word", "ice", None, (("ices",),)),), False, id="no form of it stands there"),
        pytest.param((TALKS,), True, id="a phrase"),
        pytest.param((Mute("word", "talks peace", None, (("talks",), ("peace",))),), False, id="in another order"),
        pytest.param((Mute("word", "和平"),), False, id="a script without spaces"),
        pytest.param((Mute("watchlist", "kremlin"),), False, id="one of its watchlists"),
        pytest.param((Mute("watchlist", "kremlin"), Mute("watchlist", "oil")), True, id="all its watchlists"),
        pytest.param((replace(HOCKEY, until=NOW),), False, id="over"),
        pytest.param((replace(HOCKEY, until=NOW + timedelta(seconds=1)),), True, id="not over yet"),
    ],
)
@pytest.mark.parametrize("priority", ["normal", "urgent"])
def test_what_a_mute_silences(mutes: tuple[Mute, ...], priority: str, *, silent: bool) -> None:
    """What is muted is never told, and its message no longer changed; urgent or not."""
    wishes = replace(NONE, mutes=mutes)
    for edit in (False, True):
        found = decide(waiting(edit=edit, priority=priority), wishes, NOW)
        assert isinstance(found, Drop) == silent


def test_a_word_of_a_script_without_spaces_is_muted_wherever_it_stands() -> None:
    """There are no word edges to look for."""
    found = decide(waiting(headline="中东和平进程"), replace(NONE, mutes=(Mute("word", "和平"),)), NOW)
    assert isinstance(found, Drop)


def test_a_muted_source_waits_for_others_and_then_ends() -> None:
    """Another source may report it as well, for as long as reports join a story; only then it is dropped."""
    one = replace(NONE, mutes=(Mute("source", "Courier"),))
    both = replace(NONE, mutes=(Mute("source", "Courier"), Mute("source", "TASS")))
    assert decide(waiting(), one, NOW) == Send()
    assert decide(waiting(), both, NOW) == Hold(NOW + JOINS, "source")
    assert isinstance(decide(waiting(), both, NOW + JOINS), Drop)
    assert isinstance(decide(waiting(edit=True), both, NOW), Drop)


def test_notices_to_owners_cannot_be_muted_by_a_word() -> None:
    """A source called like a muted word may still be reported broken."""
    assert decide(waiting(watchlists=()), replace(NONE, mutes=(HOCKEY,)), NOW) == Send()


def test_case_87_a_clock_set_back_an_hour_sends_no_second_digest() -> None:
    """Case 87: what comes in the hour that is lived twice waits for the next digest; a wrong year puts off nothing."""
    served = replace(NONE, digest=DAILY, digested=EIGHT)
    late = waiting(queued=EIGHT - timedelta(minutes=40))
    back = EIGHT - timedelta(minutes=30)
    assert decide(late, served, back) == Hold(EIGHT + timedelta(days=1), "digest")
    wrong = replace(served, digested=EIGHT + timedelta(days=365))
    assert decide(late, wrong, back) == Hold(EIGHT, "digest")


def leaves_time(start: int, end: int) -> bool:
    """Return whether a quiet window leaves at least two of the steps below, which are ten minutes long, to a day."""
    return 0 < (end - start) % 1440 <= 1420


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.sampled_from([None, Digest("hour"), DAILY, Digest("day", 150), Digest("week", 150, 6)]),
    st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)).filter(lambda one: leaves_time(*one)), max_size=2),
    st.sampled_from(
        [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2028, 2, 27, tzinfo=UTC)]
    ),
    st.lists(st.tuples(st.integers(0, 4 * 1440), st.booleans()), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 4 * 1440), st.integers(10, 600)), max_size=2),
)
def test_case_87_every_alert_is_sent_once_in_its_time(
    zone: str,
    digest: Digest | None,
    windows: list[tuple[int, int]],
    begin: datetime,
    comes: list[tuple[int, bool]],
    outages: list[tuple[int, int]],
) -> None:
    """Case 87: over days with jumps and outages nothing is lost, told early, or told in quiet; urgent comes at once."""
    wishes = Preferences(zone, tuple(Window(*one) for one in windows), digest)
    pending = {
        number: waiting(queued=begin + timedelta(minutes=minute), priority="urgent" if urgent else "normal")
        for number, (minute, urgent) in enumerate(comes)
    }
    until = dict.fromkeys(pending, begin)
    told: dict[int, datetime] = {}
    now = begin
    while pending and now < begin + timedelta(days=24):
        minutes = (now - begin).total_seconds() / 60
        if not any(start <= minutes < start + length for start, length in outages):
            for number, one in list(pending.items()):
                if one.queued <= now and until[number] <= now:
                    match decide(one, wishes, now):
                        case Send():
                            told[number] = now
                            del pending[number]
                        case Hold(later, _):
                            assert later > now
                            until[number] = later
        now += timedelta(minutes=10)
    always = len(windows) == 2 and pending  # two windows may leave no minute of the day
    assert not pending or always
    for number, at in told.items():
        minute, urgent = comes[number]
        if urgent and not outages:
            assert at - begin <= timedelta(minutes=minute + 10)
        assert urgent or quiet_until(wishes.quiet, zone_of(zone), at) is None
    if digest and not windows and not outages:
        times = {at for number, at in told.items() if not comes[number][1]}
        gap = timedelta(hours=1) if digest.rhythm == "hour" else timedelta(hours=20)
        assert all(abs(one - other) >= gap for one in times for other in times if one != other)


def test_a_muted_source_is_silent_in_what_follows() -> None:
    """A new development or a correction that it alone tells is dropped at once; of another source it is sent."""
    mutes = (Mute("source", "Courier"),)
    told = (
        replace(report("TASS"), url="https://tass.example/1"),
        replace(report("Courier"), url="https://c.example/2"),
    )
    for url, follows in (("https://c.example/2", Drop(mutes[0])), ("https://tass.example/1", Send())):
        reply = replace(ALERT, part=7, url=url, headline="x")
        assert decide(Waiting(reply, told, NOW), replace(NONE, mutes=mutes), NOW) == follows


def test_an_alert_names_no_muted_source() -> None:
    """Its reports are left out, and another heads the alert; a message that is there keeps its headline."""
    mutes = (Mute("source", "Courier"),)
    first = replace(report("Courier"), url=ALERT.url, headline=ALERT.headline)
    second = replace(report("TASS"), url="https://tass.example/1", headline="Told otherwise")
    alert, reports = without_muted_sources(ALERT, (first, second), mutes, NOW, edit=False)
    assert (alert.headline, alert.url, alert.lead, reports) == ("Told otherwise", second.url, "", (second,))
    assert without_muted_sources(ALERT, (first, second), mutes, NOW, edit=True) == (ALERT, (first, second))
    assert without_muted_sources(ALERT, (second, first), (), NOW, edit=False) == (ALERT, (second, first))
    later = replace(report("Courier"), url="https://c.example/9")
    assert without_muted_sources(ALERT, (second, later), mutes, NOW, edit=True)[1] == (second,)
