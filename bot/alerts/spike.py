"""Whether a watchlist is unusually busy: more matches in an hour than its own last 14 days would expect. Pure.

Numbers of matches come in, an hour each, the last sixty minutes first. What is usual is what was at this hour of the
week (and the hours beside it) and at this hour of every day, by medians, so that one rush of the past is not usual; of
the two the greater, so that Monday morning is no spike for who works on Mondays only.

| usual in this hour | from so many on it is a spike |
| --- | --- |
| 0 | 5 |
| 1 | 5 |
| 4 | 12 |
| 10 | 23 |
| 100 | 200 |

A number that is as usual never is one, and neither is one that grows with what is usual: five times everything is
judged alike, or more surely.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

HOUR = timedelta(hours=1)
DAY, WEEK = 24, 168  # hours
HISTORY = 14 * DAY  # hours that say what is usual
KNOWN = 7 * DAY  # hours that must be on record: with less, nobody knows what is usual
LEAST = 5  # matches: fewer are no rush, however quiet it was before
TIMES = 2  # what is usual, at least
SPREADS = 4.0  # deviations beyond what is usual: chance alone passes that once in many years
REST = 6 * HOUR  # without a spike, after which the next one is another rush
_DEVIATION = 1.4826  # of a median deviation, that is one standard deviation


@dataclass(frozen=True, slots=True)
class Spike:
    """So many matches in an hour in which so many are usual."""

    matches: int
    usual: float


def find_spike(counts: Sequence[int], known: int) -> Spike | None:
    """Return the spike that the last hour is; `counts` begin with it, `known` is how many hours are on record.

    What is not among `counts` had no matches.
    """
    if known < KNOWN or not counts or counts[0] < LEAST:
        return None

    def at(hours: Sequence[int]) -> list[int]:
        return [counts[hour] if hour < len(counts) else 0 for hour in hours if hour < min(known, HISTORY + 2)]

    of_week = at([hour for week in (WEEK, 2 * WEEK) for hour in (week - 1, week, week + 1)])
    of_day = at(range(DAY, HISTORY + 1, DAY))
    usual = max(median(of_week or [0]), median(of_day or [0]))
    spread = _DEVIATION * median(abs(one - usual) for one in (*of_week, *of_day))
    enough = max(TIMES * usual, usual + SPREADS * max(math.sqrt(usual), spread), LEAST)
    return Spike(counts[0], usual) if counts[0] >= enough and counts[0] > usual else None
