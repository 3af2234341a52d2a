"""Charts: every number is in them, every text is inert."""

from __future__ import annotations

from lxml import etree

from bot.web.pages.charts import draw_bars, draw_strip

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"><script>x</script>'


def test_a_bar_for_each_value_the_highest_fills_the_plot() -> None:
    """Nothing has no height, little has some."""
    drawn = etree.fromstring(draw_bars([0, 1, 1000], ["a", "b", "c"], "Alerts"))
    bars = [float(one.get("height") or 0) for one in drawn.iter("rect") if one.get("class") == "bar"]
    assert bars[0] == 0
    assert 0 < bars[1] < bars[2] == 48
    assert [one.text for one in drawn.iter("title")] == ["a: 0", "b: 1", "c: 1000"]
    assert drawn.get("aria-label") == "Alerts"


def test_labels_are_text_alone() -> None:
    """Whatever a source is called."""
    assert "<script>" not in draw_bars([1], [HOSTILE], HOSTILE) + draw_strip([1], HOSTILE, 1)


def test_no_values_are_a_chart_too() -> None:
    """A source without a day on record."""
    for values in ([], [0, 0]):
        etree.fromstring(draw_bars(values, ["x"] * len(values), "t"))
        etree.fromstring(draw_strip(values, "t", 0))
