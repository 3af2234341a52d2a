"""The pictures of the README show what the code prints today; `make pictures` draws them anew."""

from __future__ import annotations

import re
import runpy
from html import unescape
from pathlib import Path
from typing import Any

from bot.cli.demo import GROWN, OUTLETS, SCENES

FOLDER = Path(__file__).parents[1] / "docs" / "img"


def text_of(svg: str) -> str:
    """Return the text of a picture, its white space made single."""
    lines = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", " ".join(lines))).split())


def test_the_picture_of_an_alert_is_what_the_code_renders() -> None:
    """The text of alert.svg, the labels of its buttons included."""
    script: dict[str, Any] = runpy.run_path(str(FOLDER / "draw_alert.py"))
    assert text_of((FOLDER / "alert.svg").read_text(encoding="utf-8")) == text_of(script["drawing"]())


def test_the_picture_of_the_demo_tells_the_demo_of_today() -> None:
    """The scenes stand in demo.svg in their order, with their notes; times and counts of one run are frozen in it."""
    text = text_of((FOLDER / "demo.svg").read_text(encoding="utf-8"))
    names = {outlet.slug: outlet.name for outlet in OUTLETS}
    place = 0
    for scene in SCENES:
        lines = (f"▶ {names[outlet]} publishes “{piece.headline}”" for outlet, piece in scene.pieces)
        said = " ".join((*lines, scene.note))
        place = text.find(said, place)
        assert place >= 0, f"{said!r} is not in demo.svg, or not there: run `make pictures`"
        if scene.told:
            following = text.find("▶", place + 1)
            assert "🔔" in text[place:following], "what was told stands under another scene: run `make pictures`"
    assert text.find(GROWN, place) > 0
    assert set(re.findall(r"\d\d:\d\d", text)) == {"14:02"}
    assert "60 requests over HTTP" in text
