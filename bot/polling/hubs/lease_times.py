"""When a hub is asked, and for how long its lease counts. Pure; lengths and instants on the wall clock."""

from __future__ import annotations

from datetime import datetime, timedelta

WANTED = timedelta(days=10)  # the lease that we ask for: what the largest hubs give at most
SHORTEST, LONGEST = timedelta(seconds=10), timedelta(days=30)  # that count, whatever a hub says
UNSAID = timedelta(days=1)  # of a hub that does not say for how long
FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(days=1)
SOON = timedelta(seconds=5)  # between two attempts at a lease that is about to end


def read_lease(said: str | None) -> timedelta:
    """Return the lease that a hub grants, from its number of seconds as sent."""
    if said is None or not said.isascii() or not said.isdigit():
        return UNSAID
    seconds = int(said[:12])
    return min(max(timedelta(seconds=min(seconds, 10**9)), SHORTEST), LONGEST)


def renew_at(now: datetime, lease: timedelta) -> datetime:
    """Return when a lease that begins now is to be renewed: a third of it before its end, as attempts may fail."""
    return now + lease * 2 / 3


def retry_at(now: datetime, failures: int, held_until: datetime | None) -> datetime:
    """Return when a hub is asked again that may not answer, after so many failures in a row before this attempt.

    Doubling from a minute to a day; a lease that still holds is asked for before it ends.
    """
    wait = min(FIRST_RETRY * (1 << min(failures, 20)), LAST_RETRY)
    left = held_until - now if held_until is not None else timedelta()
    if left > timedelta():
        wait = min(wait, max(left / 3, SOON))
    return now + wait
