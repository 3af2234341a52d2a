"""What a source's rhythm is worth: delay of its news and requests a day, for outlets of many kinds, simulated.

Beside what we do: asking at a fixed pace, and slowing down by quiet polls alone, as most readers do. Five weeks of
made-up publishing count, after one in which the rhythm is learned; every item's delay is from its publication to the
next poll.

    python bench/pace.py [--every 10]
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.model import Hints, Source
from bot.polling import publishing_rhythm
from bot.polling.schedule import HOUR, PATIENCE, after_success
from bot.ports.poll_store import SourceStats

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
LEARNING, WATCHED = 7 * DAY, 42 * DAY


@dataclass(slots=True)
class Pace:
    """A rule for the next poll: told when each poll was and whether it brought news, it says when to ask again."""

    source: Source
    longest: timedelta
    chance: random.Random
    quiet: int = 0
    last: datetime | None = None
    stats: SourceStats = field(default_factory=SourceStats)

    def fixed(self, _now: datetime, *, news: bool) -> timedelta:
        """Ask at `every`, whatever comes."""
        self.quiet = 0 if news else self.quiet + 1
        return self.source.every

    def by_quiet_polls(self, now: datetime, *, news: bool) -> timedelta:
        """Ask a tenth less often after each quiet poll beyond six."""
        wait = self.fixed(now, news=news) * (1 + max(0, self.quiet - PATIENCE) / 10)
        return min(wait, self.longest) * (0.95 + self.chance.random() / 10)

    def by_rhythm(self, now: datetime, *, news: bool) -> timedelta:
        """Ask as Newswatch does."""
        self.quiet = 0 if news else self.quiet + 1
        self.stats = publishing_rhythm.learned(self.stats, self.last, now, news=news, every=self.source.every)
        self.last = now
        return after_success(
            self.source,
            quiet=self.quiet,
            rate=publishing_rhythm.rate(self.stats, now),
            fresh_for=None,
            hints=Hints(),
            now=now,
            spread=self.chance.random(),
        )


def outlets(chance: random.Random) -> Iterator[tuple[str, list[datetime]]]:
    """Give made-up outlets with the times at which they publish."""

    def poisson(an_hour: Callable[[datetime], float], peak: float = 12.0) -> list[datetime]:
        at, times = BEGIN, []
        while at < BEGIN + WATCHED:
            at += HOUR * chance.expovariate(peak)
            if chance.random() < an_hour(at) / peak:
                times.append(at)
        return times

    def between(at: datetime, first: int, last: int) -> bool:
        return first <= at.hour < last

    days = [BEGIN + n * DAY for n in range(WATCHED // DAY)]
    rush = poisson(lambda at: 0.1 if between(at, 7, 23) else 0.025)
    yield "wire, every 8 minutes", poisson(lambda at: 11.0 if between(at, 7, 22) else 2.0)
    yield (
        "daily paper, every 25 minutes by day",
        poisson(lambda at: (2.4 if at.weekday() < 5 else 0.8) if between(at, 7, 22) else 0.2),
    )
    yield (
        "ministry, in office hours",
        poisson(lambda at: 0.67 if at.weekday() < 5 and between(at, 9, 18) else 0.01),
    )
    yield "blog, three a week", poisson(lambda at: 3 / 105 if between(at, 8, 23) else 0.0)
    yield (
        "magazine, all at six",
        sorted(day + 6 * HOUR + HOUR * abs(chance.gauss(0, 0.1)) for day in days for _ in "12345"),
    )
    yield "bulletin, on the hour", [day + n * HOUR + HOUR * chance.random() / 30 for day in days for n in range(24)]
    yield "bursts", sorted(at + HOUR * chance.random() for at in rush for _ in range(chance.randint(1, 12)))


def followed(published: list[datetime], wait: Callable[..., timedelta]) -> tuple[float, list[float]]:
    """Return the requests a day and the delays in minutes of an outlet that is asked by this rule."""
    now, told, requests = BEGIN, 0, 0
    delays: list[float] = []
    while now < BEGIN + WATCHED:
        fresh = told
        while fresh < len(published) and published[fresh] <= now:
            fresh += 1
        if now > BEGIN + LEARNING:
            requests += 1
            delays += [(now - at).total_seconds() / 60 for at in published[told:fresh]]
        now += wait(now, news=fresh > told)
        told = fresh
    return requests / ((WATCHED - LEARNING) / DAY), sorted(delays)


def main() -> None:
    """Print a table: rule by outlet."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=10, help="minutes")
    every = timedelta(minutes=options.parse_args().every)
    source = Source("S", "https://s.example/", "s.example", every=every)
    rules = {"fixed": Pace.fixed, "quiet polls": Pace.by_quiet_polls, "rhythm": Pace.by_rhythm}
    print(f"every {every}: requests a day, mean and 95th percentile of the delay in minutes")
    print(f"{'':38}" + "".join(f"{name:>24}" for name in rules))
    means: dict[str, list[tuple[float, float]]] = {name: [] for name in rules}
    for outlet, published in outlets(random.Random(7)):  # noqa: S311 - a simulation
        assert all(before <= after for before, after in pairwise(published))
        row = f"{outlet:38}"
        for name, rule in rules.items():
            pace = Pace(source, min(HOUR, 10 * every), random.Random(1))  # noqa: S311 - the same
            requests, delays = followed(published, rule.__get__(pace))
            mean = statistics.fmean(delays)
            row += f"{requests:10.0f}{mean:7.1f}{delays[int(0.95 * len(delays))]:7.1f}"
            means[name].append((requests, mean))
        print(row)
    row = f"{'mean':38}"
    for found in means.values():
        row += (
            f"{statistics.fmean(one for one, _ in found):10.0f}{statistics.fmean(one for _, one in found):7.1f}{'':7}"
        )
    print(row)


if __name__ == "__main__":
    main()
