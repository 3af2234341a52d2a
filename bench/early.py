"""What asking early is worth: how late a story's second to fourth report is told, and what that costs in requests.

Fourteen outlets with the rhythms of `bench/pace.py`, asked as Newswatch asks, and stories that three to six of them
tell, one after the other. Simulated twice, with and without asking the others early once one tells a story; the same
days, the same reports. A delay is from the publication of a report to the poll that finds it.

    python bench/early.py [--every 10] [--stories 12]
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.pace import BEGIN, DAY, LEARNING, WATCHED, Pace, outlets
from bot.model import Source
from bot.polling.early_asking import SOON, EarlyAsking
from bot.polling.schedule import HOUR

LAG = timedelta(minutes=25)  # median time after the first report at which another outlet has its own
SPREAD = 0.9  # of its logarithm


@dataclass(slots=True)
class Outlet:
    """An outlet: what it publishes by itself, its reports of stories, and how it is asked."""

    source: Source
    pace: Pace
    published: list[tuple[datetime, int | None]]  # with the number of the story
    read: int = 0
    due: datetime = BEGIN
    tried: datetime = BEGIN


@dataclass(slots=True)
class Result:
    """Requests, and the delays of second to fourth reports in minutes."""

    requests: int = 0
    delays: list[float] = field(default_factory=list)
    firsts: list[float] = field(default_factory=list)


def newsroom(every: timedelta, stories_a_day: float, seed: int) -> tuple[list[Outlet], dict[int, list[datetime]]]:
    """Return outlets with what they publish, and each story's times of publication, in order."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    found: list[Outlet] = []
    for part in range(2):
        for number, (_, times) in enumerate(outlets(random.Random(seed + part))):  # noqa: S311 - the same
            source = Source(f"S{part}{number}", f"https://s{part}{number}.example/", f"s{part}{number}", every=every)
            pace = Pace(source, min(HOUR, 10 * every), random.Random(number))  # noqa: S311 - the same
            found.append(Outlet(source, pace, [(at, None) for at in times]))
    told: dict[int, list[datetime]] = {}
    at, story = BEGIN, 0
    while at < BEGIN + WATCHED - DAY:
        at += DAY * chance.expovariate(stories_a_day)
        if not 6 <= at.hour < 22 and chance.random() < 0.7:
            continue
        story += 1
        first, *others = chance.sample(found, chance.randint(3, 6))
        times = [at]
        first.published.append((at, story))
        for other in others:
            later = at + LAG * chance.lognormvariate(0, SPREAD)
            other.published.append((later, story))
            times.append(later)
        told[story] = sorted(times)
    for one in found:
        one.published.sort(key=lambda entry: entry[0])
    return found, told


def simulate(every: timedelta, stories_a_day: float, seed: int, early: EarlyAsking | None) -> Result:
    """Run the days; return what came of them."""
    found, told = newsroom(every, stories_a_day, seed)
    by_name = {one.source.name: one for one in found}
    queue = [(one.due, number) for number, one in enumerate(found)]
    heapq.heapify(queue)
    result = Result()
    while queue:
        now, number = heapq.heappop(queue)
        one = found[number]
        if now >= BEGIN + WATCHED:
            break
        if now != one.due:
            continue
        fresh = one.read
        stories = set()
        while fresh < len(one.published) and one.published[fresh][0] <= now:
            at, story = one.published[fresh]
            fresh += 1
            if story is None:
                continue
            stories.add(story)
            if now > BEGIN + LEARNING:
                place = told[story].index(at)
                if 1 <= place <= 3:
                    result.delays.append((now - at).total_seconds() / 60)
                elif not place:
                    result.firsts.append((now - at).total_seconds() / 60)
        result.requests += now > BEGIN + LEARNING
        news = fresh > one.read
        one.read, one.tried = fresh, now
        wait = one.pace.by_rhythm(now, news=news)
        one.due = now + wait
        if early is not None:
            one.due = early.next_due(one.source, one.due, now)
            others = [other.source for other in found if other is not one] if stories else []
            for other in early.note_story(one.source, others, now) if stories else ():
                asked = by_name[other.name]
                soon = max(now + SOON * other.every, asked.tried + other.every / 3)
                if soon < asked.due:
                    early.charge(1)
                    asked.due = soon
                    heapq.heappush(queue, (soon, found.index(asked)))
        heapq.heappush(queue, (one.due, number))
    return result


def main() -> None:
    """Print both, and the ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=10, help="minutes")
    options.add_argument("--stories", type=float, default=12, help="a day")
    given = options.parse_args()
    every = timedelta(minutes=given.every)
    rows = []
    for name, early in (("as due", None), ("early", EarlyAsking())):
        result = simulate(every, given.stories, 7, early)
        days = (WATCHED - LEARNING) / DAY
        mean, first = statistics.fmean(result.delays), statistics.fmean(result.firsts)
        rows.append((result.requests / days, mean))
        asked = f"{result.requests / days:8.0f} requests a day"
        print(f"{name:8} {asked}, first report {first:5.2f} min, second to fourth {mean:5.2f} min")
    (requests, delay), (more, less) = rows
    print(f"requests {more / requests - 1:+.1%}, delay {less / delay - 1:+.1%}")


if __name__ == "__main__":
    main()
