"""Whether every loop makes progress.

In come the names of the loops with the longest silence each is allowed, and their beats; out goes who has stalled.
The clock is handed in and monotonic, so a jump of the wall clock stalls nobody. Nothing here acts on a stall: the
supervisor restarts the loop, /healthz reports it. A loop that runs well and still gets nowhere (a refused token)
says so with `report_problem`: that is reported, and restarts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One loop: seconds since its last beat, and how many it may take."""

    age: float
    limit: float

    @property
    def stalled(self) -> bool:
        """Return whether the loop has been silent for longer than it may."""
        return self.age > self.limit


class Heartbeats:
    """The beats of the loops of this process. Not for threads: all loops share one event loop."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a monotonic clock in seconds."""
        self._clock = clock
        self._limits: dict[str, float] = {}
        self._beats: dict[str, float] = {}
        self._problems: dict[str, str] = {}

    def expect(self, name: str, limit: float) -> Callable[[], None]:
        """Watch a loop from now on, allowed `limit` seconds of silence; return the function that beats for it."""
        self._limits[name] = limit
        self._beats[name] = self._clock()
        return lambda: self.beat(name)

    def beat(self, name: str) -> None:
        """Note that the loop has made progress. A loop that is not expected (any more) may beat; nobody listens."""
        if name in self._limits:
            self._beats[name] = self._clock()

    def forget(self, name: str) -> None:
        """Stop watching a loop that has ended on purpose."""
        self._limits.pop(name, None)
        self._beats.pop(name, None)
        self._problems.pop(name, None)

    def report_problem(self, name: str, reason: str | None) -> None:
        """Note what keeps a loop from its purpose, in words without secrets; None when it is well again."""
        if reason is None:
            self._problems.pop(name, None)
        else:
            self._problems[name] = reason

    def problems(self) -> Mapping[str, str]:
        """Return what the loops complain of, by name, sorted."""
        return dict(sorted(self._problems.items()))

    def pulses(self, now: float | None = None) -> Mapping[str, Heartbeat]:
        """Return every watched loop by name, sorted; `now` is on the monotonic clock, by default what it says."""
        at = self._clock() if now is None else now
        return {name: Heartbeat(max(0.0, at - self._beats[name]), self._limits[name]) for name in sorted(self._limits)}

    def stalled(self, now: float | None = None) -> tuple[str, ...]:
        """Return the names of the loops that have been silent for too long, sorted."""
        return tuple(name for name, pulse in self.pulses(now).items() if pulse.stalled)
