"""Instants and lengths of time on pages: `<time>` elements in the reader's zone, and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from bot.i18n import Translator

_STEPS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True)
class PageTimes:
    """Says times in one language and zone, as of `now`. Templates call the methods."""

    translator: Translator
    zone: ZoneInfo
    now: datetime

    def moment(self, at: datetime | None) -> Markup:
        """Return when that was: the clock, with its day unless it is today; a dash for never."""
        if at is None:
            return Markup("<span class=quiet>–</span>")
        shown = self.translator.moment(at.astimezone(self.zone), self.now.astimezone(self.zone))
        return self._element(at, shown)

    def ago(self, at: datetime | None) -> Markup:
        """Return how long ago that was; a dash for never."""
        if at is None:
            return Markup("<span class=quiet>–</span>")
        _ = self.translator
        passed = (self.now - at).total_seconds()
        said = _("just now") if passed < 1 else _("{span} ago", span=self.length(passed))
        return self._element(at, said)

    def until(self, at: datetime) -> Markup:
        """Return in how long that will be."""
        _ = self.translator
        left = (at - self.now).total_seconds()
        return self._element(at, _("now") if left < 1 else _("in {span}", span=self.length(left)))

    def hours(self, begins: Iterable[datetime]) -> list[str]:
        """Return the hours of the day that begin then."""
        return [f"{at.astimezone(self.zone):%H:%M}" for at in begins]

    def days(self, days: Iterable[date]) -> list[str]:
        """Return days in words."""
        today = self.now.astimezone(self.zone).date()
        return [self.translator.day(day, today) for day in days]

    def clock_hours(self) -> list[str]:
        """Return the 24 hours of a day."""
        return [f"{hour:02}:00" for hour in range(24)]

    def length(self, seconds: float | timedelta) -> str:
        """Return a length of time in the largest unit that fits."""
        many = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        _ = self.translator
        say: dict[str, Callable[[str], str]] = {
            "day": lambda many: _("{many} d", many=many),
            "hour": lambda many: _("{many} h", many=many),
            "minute": lambda many: _("{many} min", many=many),
        }
        for size, unit in _STEPS:
            if many >= size:
                return say[unit](f"{many / size:.0f}")
        return _("{many} s", many=f"{many:.0f}" if many >= 1 or not many else f"{many:.1f}")

    def _element(self, at: datetime, shown: str) -> Markup:
        whole = f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S %Z}"
        stamp = at.astimezone(UTC).isoformat(timespec="seconds")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(stamp, whole, escape(shown))
