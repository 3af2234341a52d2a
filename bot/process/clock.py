"""Which clock is used for what, and what becomes of stored times when the wall clock was wrong.

Two clocks, and every caller says which one it means:

- `steady` measures lengths within this process: the pace, waits and back-off, deadlines, the certainty of a role, the
  janitor's schedule, how long ago this process polled a source. It never jumps, and it counts the time that a machine
  sleeps. Its values mean nothing to another process or after a restart, so none is stored or shown.
- `wall` is what people read and what instances share: the times of reports, digests and quiet hours, and every time in
  the database. It may jump in either direction at any moment, between two runs as well.

A time read back from the database is therefore bounded. A wait or a lease that ends later than its longest possible
length from now was written by a clock that was wrong: it is over. The lengths are below. A wait that begins later than
now was written before the clock was set back: it counts from now.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTS_SLEEP: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere the plain monotonic clock

# By so much the clocks of two machines that work on one database may differ. Below it, none is called wrong.
SKEW = timedelta(minutes=5)
# The longest lengths of what is stored. A source is asked once a day at least, give or take (polling.schedule); a 429
# makes a chat wait for six hours at most, and a minute more by chance (sending.retry); sources are leased for a minute
# and alerts for two (poll, deliver); a chat that put the bot out is tried once a week (alerts.suspension).
LONGEST_POLL = timedelta(days=2)
LONGEST_REFUSAL = timedelta(hours=6, minutes=2)
LONGEST_LEASE = timedelta(minutes=2)
LONGEST_PROBE = timedelta(days=7)


def wall() -> datetime:
    """Return the time that people read, aware, UTC. It may jump."""
    return datetime.now(UTC)


def steady() -> datetime:
    """Return a time that only ever grows, as if the machine had been started in 1970: for lengths, never for dates."""
    seconds = time.monotonic() if _COUNTS_SLEEP is None else time.clock_gettime(_COUNTS_SLEEP)
    return _EPOCH + timedelta(seconds=seconds)
