"""Leases of sources, their ends, and the sources of watchlists.yaml: on both databases."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import StaleLeaseError
from bot.model import Hints, Source, Validators
from bot.ports.poll_store import SourceStats, Turn
from bot.store.leases.process_identity import ProcessIdentity
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE = timedelta(minutes=1)


async def test_a_lease_gives_due_sources_once(play: Play, store: Store) -> None:
    """What is leased is nobody else's until its time is over; then it goes on with a higher fence."""
    first = await play.leased(store, 3)
    assert [one.name for one in first] == ["s0", "s1", "s2"]
    assert await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE) == ()
    again = await store.polls.lease_sources(play.after(minutes=1), limit=9, ttl=MINUTE)
    assert [one.fence for one in again] == [one.fence + 1 for one in first]


async def test_the_longest_due_comes_first(play: Play, store: Store) -> None:
    """A limit takes those that have waited longest."""
    for one in await play.leased(store, 3):
        due = play.now + timedelta(seconds=10 - one.id)
        await store.polls.finish_polls([play.quiet(one, next_due=due)])
    taken = await store.polls.lease_sources(play.after(minutes=1), limit=2, ttl=MINUTE)
    assert [one.name for one in taken] == ["s2", "s1"]


async def test_a_poll_that_found_nothing_is_written(play: Play, store: Store) -> None:
    """Validators, counters and times come back with the next lease."""
    (one,) = await play.leased(store)
    sent = Validators('W/"x-gzip"', "Mon, 23 Nov 2026 11:00:00 GMT", "abc")
    await store.polls.finish_polls([play.quiet(one, validators=sent)])
    assert await store.polls.find_next_due() == play.now + 10 * MINUTE
    polled_at = play.now
    (again,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    assert (again.validators, again.baselined, again.quiet, again.polled_at) == (sent, True, 1, polled_at)


async def test_failures_count_until_one_goes_well(play: Play, store: Store) -> None:
    """Each failure in a row raises the counter and keeps its reason; the next success clears both."""
    counters = []
    for error in ("503", "503", None, "no answer"):
        (one,) = await play.leased(store)
        counters.append(one.failures)
        await store.polls.finish_polls([play.quiet(one, error=error, parsed=error is None, next_due=play.now)])
    assert counters == [0, 1, 2, 0]
    (status,) = (await store.chats.read_status(play.now)).sources
    assert (status.error, status.failures) == ("no answer", 1)


async def test_a_failed_poll_is_no_baseline_and_no_success(play: Play, store: Store) -> None:
    """A source that never gave a document stays without a baseline, however often it was asked."""
    (one,) = await play.leased(store)
    await store.polls.finish_polls([play.quiet(one, error="timed out", parsed=False, next_due=play.now)])
    (again,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
    assert (again.baselined, again.polled_at) == (False, None)


async def test_a_lost_lease_is_passed_over(play: Play, store: Store) -> None:
    """The late result of one worker neither stops the others' results nor overwrites the newer one."""
    late, fine = await play.leased(store, 2)
    other = await play.worker()
    newer, _ = await other.polls.lease_sources(play.after(minutes=1), limit=2, ttl=MINUTE)
    await other.polls.finish_polls([play.quiet(newer, validators=Validators("new"))])
    await store.polls.finish_polls([play.quiet(late, validators=Validators("old")), play.quiet(fine)])
    again = {one.id: one for one in await other.polls.lease_sources(play.after(minutes=10), limit=2, ttl=MINUTE)}
    assert again[late.id].validators == Validators("new")


async def test_two_workers_never_share_a_source(play: Play) -> None:
    """Workers that lease at the same time get every source once between them."""
    workers = [await play.worker() for _ in range(3)]
    await workers[0].polls.sync_sources(play.sources(90), play.now)

    async def drain(worker: Store) -> list[int]:
        taken: list[int] = []
        while some := await worker.polls.lease_sources(play.now, limit=7, ttl=MINUTE):
            taken += [one.id for one in some]
        return taken

    counted = Counter(one for taken in await asyncio.gather(*map(drain, workers)) for one in taken)
    assert len(counted) == 90
    assert set(counted.values()) == {1}


async def test_renewed_leases_hold_longer(play: Play, store: Store) -> None:
    """What is renewed is not given to others; what was lost in the meantime is not taken back."""
    kept, lost = await play.leased(store, 2)
    await store.polls.renew_leases([kept], play.after(seconds=50), MINUTE)
    other = await play.worker()
    (taken,) = await other.polls.lease_sources(play.after(seconds=20), limit=9, ttl=MINUTE)
    assert taken.name == lost.name
    await store.polls.renew_leases([lost], play.now, MINUTE)
    await other.polls.finish_polls([play.quiet(taken)])
    assert (await store.chats.read_status(play.now)).sources[1].polled_at == play.now


async def test_released_leases_are_due_as_before(play: Play, store: Store) -> None:
    """A lease that is given back can be taken at once, and its fence is worth nothing any more."""
    (one,) = await play.leased(store)
    await store.polls.release_leases([one])
    assert await store.polls.find_next_due() == play.now
    with pytest.raises(StaleLeaseError):
        async with store.polls.open_recording(one):
            pass
    assert len(await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)) == 1


async def test_force_takes_what_was_not_polled_since(play: Play, store: Store) -> None:
    """A forced tick takes every source once, failed ones too, and then finds nothing more."""
    some = await play.leased(store, 4)
    await store.polls.finish_polls([play.quiet(one) for one in some])
    start = play.after(seconds=30)
    assert await store.polls.lease_sources(start, limit=9, ttl=MINUTE) == ()
    forced = await store.polls.lease_sources(start, limit=9, ttl=MINUTE, forced_since=start)
    assert len(forced) == 4
    play.after(seconds=1)
    await store.polls.finish_polls([play.quiet(one, error="no answer", parsed=False) for one in forced])
    assert await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE, forced_since=start) == ()


async def test_without_sources_nothing_is_due(store: Store) -> None:
    """An installation without sources has nothing to wait for."""
    assert await store.polls.find_next_due() is None


async def test_a_source_in_flight_is_due_when_its_lease_ends(play: Play, store: Store) -> None:
    """Nobody wakes for a source that is being polled."""
    await play.leased(store)
    assert await store.polls.find_next_due() == play.now + MINUTE


async def test_a_renamed_or_moved_source_keeps_its_record(play: Play, store: Store) -> None:
    """The url finds the record, else the name; a new url makes the validators worthless and voids what is in flight."""
    old = Source("Courier", "https://courier.example/feed", "courier.example")
    await store.polls.sync_sources([old], play.now)
    (one,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 1), outcome=play.outcome(one, validators=Validators("etag")))

    await store.polls.sync_sources([Source("Daily Courier", old.url, "c")], play.now)
    (renamed,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    assert (renamed.id, renamed.name, renamed.validators.etag) == (one.id, "Daily Courier", "etag")

    await store.polls.sync_sources([Source("Daily Courier", "https://courier.example/rss", "c")], play.now)
    await store.polls.finish_polls([play.quiet(renamed, validators=Validators("of the old address"))])
    (moved,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
    assert (moved.id, moved.validators, moved.known) == (one.id, Validators(), 1)
    assert await store.polls.find_seen(moved.id, [1, 2], play.now) == {1}


async def test_names_and_urls_may_swap(play: Play, store: Store) -> None:
    """Two sources that exchange their names stay what they are by their addresses."""
    one, two = play.sources(2)
    await store.polls.sync_sources([one, two], play.now)
    await store.polls.sync_sources([Source(two.name, one.url, "x"), Source(one.name, two.url, "x")], play.now)
    leased = await store.polls.lease_sources(play.now, limit=2, ttl=MINUTE)
    assert [(lease.id, lease.name) for lease in leased] == [(1, "s1"), (2, "s0")]


async def test_a_source_that_is_gone_is_kept_and_comes_back(play: Play, store: Store) -> None:
    """Out of the file is out of work, but what it has seen survives; soon back it goes on, late back it starts anew."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1))
    for hours, baselined in ((1, True), (25, False)):
        await store.polls.sync_sources([], play.now)
        assert await store.polls.find_next_due() is None
        assert (
            await store.polls.lease_sources(play.after(hours=hours), limit=1, ttl=MINUTE, forced_since=play.now) == ()
        )
        (back,) = await play.leased(store)
        assert (back.id, back.baselined) == (one.id, baselined)
        assert await store.polls.find_seen(back.id, [1], play.now) == {1}
        await store.polls.finish_polls([play.quiet(back, next_due=play.now)])


async def test_a_first_tick_polls_all_in_a_mixed_order(play: Play, store: Store) -> None:
    """A long new list is due at once, so that the first tick reaches all of it, but not in the order of the file."""
    leased = await play.leased(store, 60)
    assert len(leased) == 60
    assert [one.name for one in leased] != [f"s{one}" for one in range(60)]


async def test_two_machines_that_read_one_file_make_no_doubles(play: Play) -> None:
    """Synchronising from several workers at once is the same as from one."""
    workers = [await play.worker() for _ in range(3)]
    await asyncio.gather(*(worker.polls.sync_sources(play.sources(20), play.now) for worker in workers))
    assert len(await workers[0].polls.lease_sources(play.now, limit=99, ttl=MINUTE)) == 20


async def test_leases_of_a_killed_process_are_free_at_once(
    play: Play, process_like_us: Callable[..., ProcessIdentity], dead_process: tuple[int, str]
) -> None:
    """A poller that was killed on this machine is not waited for; one that lives, or lives elsewhere, is."""
    pid, started = dead_process
    killed = await play.worker(process_like_us(pid=pid, started=started))
    await play.leased(killed, 2)
    alive = await play.worker(process_like_us())
    assert len(await alive.polls.lease_sources(play.after(seconds=11), limit=9, ttl=MINUTE)) == 2
    restarted = await play.worker(process_like_us())
    assert await restarted.polls.lease_sources(play.after(seconds=11), limit=9, ttl=MINUTE) == ()


@pytest.fixture
def dead_process() -> tuple[int, str]:
    """Give the number and the start of a process that was killed."""
    command = [sys.executable, "-c", "print(open('/proc/self/stat').read(), flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own interpreter
        assert child.stdout is not None
        started = child.stdout.readline().rpartition(")")[2].split()[19]
        child.kill()
    return child.pid, started


async def test_seen_keys_are_refreshed_once_a_day(play: Play, store: Store) -> None:
    """A quiet poll of a source writes nothing about its keys, but what is shown for months is never forgotten."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), play.told(8, 2))
    for _ in range(5):
        play.after(days=40)
        (one,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
        assert await store.polls.find_seen(one.id, [1], play.now) == {1}
        await store.polls.finish_polls([play.quiet(one)])
        await store.prune(play.now)
    assert await store.polls.find_seen(one.id, [1, 2], play.now) == {1}


async def test_case_44_a_site_is_one_workers_at_a_time(play: Play) -> None:
    """Case 44: four workers share 12 sources of 3 sites: no site is ever in two hands, and every source is polled."""
    workers = [await play.worker() for _ in range(4)]
    sources = tuple(Source(f"s{n}", f"https://rss{n}.site{n % 3}.example/feed", f"site{n % 3}") for n in range(12))
    await workers[0].polls.sync_sources(sources, play.now)
    site = {source.name: source.publisher for source in sources}
    polled: list[str] = []
    while len(polled) < len(sources):
        leased = await asyncio.gather(*(one.polls.lease_sources(play.now, limit=2, ttl=MINUTE) for one in workers))
        hands = [{site[one.name] for one in some} for some in leased]
        assert sum(map(len, hands)) == len(set().union(*hands)), "two workers would ask one site"
        assert any(hands), "nothing is left lying"
        for worker, some in zip(workers, leased, strict=True):
            await worker.polls.finish_polls([Turn(play.outcome(one)) for one in some])
            polled += [one.name for one in some]
    assert sorted(polled) == sorted(site)


async def test_case_44_the_same_worker_may_hold_more_of_its_site(play: Play, store: Store) -> None:
    """Case 44: who asks a site already goes on with it, also when it is its lease that has run out."""
    sources = tuple(Source(f"s{n}", f"https://site.example/{n}", "site.example") for n in range(4))
    await store.polls.sync_sources(sources, play.now)
    other = await play.worker()
    assert len(await store.polls.lease_sources(play.now, limit=2, ttl=MINUTE)) == 2
    assert await other.polls.lease_sources(play.now, limit=9, ttl=MINUTE) == ()
    assert len(await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)) == 1
    assert len(await other.polls.lease_sources(play.after(minutes=2), limit=9, ttl=MINUTE)) == 4


async def test_case_87_a_clock_that_was_far_ahead_puts_nothing_off_for_good(play: Play, store: Store) -> None:
    """Case 87: once the clock is right, a lease of a year ahead is over, and a poll waits as long as it was to wait."""
    one, _ = await play.leased(store, 2)
    right = play.now
    ahead = play.after(days=365)
    await store.polls.finish_polls([Turn(play.outcome(one, next_due=ahead + 10 * MINUTE))])
    (lost,) = await (await play.worker()).polls.lease_sources(ahead, limit=1, ttl=MINUTE)
    assert lost.name == "s1"
    again = await play.worker()
    assert [one.name for one in await again.polls.lease_sources(right + MINUTE, limit=9, ttl=MINUTE)] == ["s1"]
    later = await again.polls.lease_sources(right + 12 * MINUTE, limit=9, ttl=MINUTE)
    assert "s0" in {one.name for one in later}


async def test_what_was_learned_of_a_source_comes_back(play: Play, store: Store) -> None:
    """Rhythm, hints and moves outlive the process; they end with another publisher, a move with another address."""
    (one,) = await play.leased(store)
    stats = SourceStats(
        rhythm=bytes(range(48)),
        since=play.now - timedelta(days=9),
        news_at=play.now - MINUTE,
        lull=timedelta(hours=7),
        hints=Hints(timedelta(minutes=30), 0b101),
        whole_at=play.now,
        address="https://s0.example/moved",
        moving_to="https://s0.example/again",
        moving_since=play.now,
        moving_polls=2,
    )
    await store.polls.finish_polls([Turn(play.outcome(one, stats=stats, next_due=play.now))])
    (again,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
    assert again.stats == stats
    await store.polls.finish_polls([Turn(play.outcome(again, next_due=play.now))])
    await store.polls.sync_sources([Source("s0", "https://s0.example/other", "s0.example")], play.now)
    (moved,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
    assert (moved.stats.rhythm, moved.stats.address, moved.stats.moving_to) == (stats.rhythm, None, None)
    await store.polls.sync_sources([Source("s0", "https://another.example/", "another.example")], play.now)
    (other,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
    assert other.stats == SourceStats()
