"""Bars as SVG: small, sharp in print, coloured by the style sheet, with a text for who does not see them.

In: numbers and their labels. Out: markup that is safe to show. The same numbers stand in a table beside each chart
(`_parts.html`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

HEIGHT: Final = 48  # of the plot, in units of the drawing
_STEP, _GAP = 10, 2  # from one bar to the next, and between two
_LOW = 20  # of a strip
_LEAST = 2  # units that anything but nothing is high
_BAR = Markup(
    '<g><rect class="room" x="{room}" y="0" width="{step}" height="{height}"/>'
    '<rect class="bar" x="{left}" y="{top}" width="{width}" height="{high}"/><title>{label}</title></g>'
)
_CHART = Markup(
    '<svg class="bars" viewBox="0 0 {width} {room}" preserveAspectRatio="none" role="img" aria-label="{title}">{bars}'
    '<line class="axis" x1="0" x2="{width}" y1="{foot}" y2="{foot}"/></svg>'
)

_STRIP = Markup(
    '<svg class="bars" viewBox="0 0 {width} {room}" preserveAspectRatio="none" role="img" aria-label="{title}">'
    '<path class="bar" d="{bars}"/><line class="axis" x1="0" x2="{width}" y1="{foot}" y2="{foot}"/></svg>'
)


def draw_bars(values: Sequence[float], labels: Sequence[str], title: str, *, height: int = HEIGHT) -> Markup:
    """Return a bar for each value, with its label as what a mouse over it shows; `title` says what they are."""
    most = max(values, default=0)
    bars = []
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        high = max(_LEAST, round(value / most * height)) if value > 0 else 0
        left = place * _STEP
        bars.append(
            _BAR.format(
                room=left,
                step=_STEP,
                height=height,
                left=left + _GAP // 2,
                width=_STEP - _GAP,
                top=height - high,
                high=high,
                label=f"{label}: {value:g}" if label else f"{value:g}",
            )
        )
    width = max(1, len(values)) * _STEP
    return _CHART.format(width=width, room=height + 1, foot=height + 0.5, title=title, bars=Markup().join(bars))


def draw_strip(values: Sequence[float], title: str, most: float) -> Markup:
    """Return one line of bars in one shape, for a cell of a table; a bar of `most` has its full height."""
    bars = "".join(
        f"M{place * _STEP + _GAP // 2} {_LOW}v-{max(_LEAST, round(value / most * _LOW))}h{_STEP - _GAP}V{_LOW}z"
        for place, value in enumerate(values)
        if value > 0
    )
    width = max(1, len(values)) * _STEP
    return _STRIP.format(width=width, room=_LOW + 1, foot=_LOW + 0.5, title=title, bars=bars)
