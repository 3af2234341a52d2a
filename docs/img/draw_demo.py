"""Draw demo.svg from what `newswatch demo` prints; `make pictures` runs it."""  # noqa: INP001 - a script

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

COLUMNS = 84
TIME, REQUESTS = "14:02", "60"  # stand for those of one run, which no two have in common
TARGET = Path(__file__).with_name("demo.svg")
# rich's own frame, without the web font that it would load
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed() -> str:
    """Run the demo in a terminal of its own and return what it wrote, colours included."""
    ours, its = pty.openpty()
    variables = os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [".venv/bin/newswatch", "demo"]  # as a reader would call it
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=variables):  # noqa: S603 - our own program
        os.close(its)
        written = bytearray()
        try:
            while chunk := os.read(ours, 65536):
                written += chunk
        except OSError:
            pass  # so a terminal says on Linux that nobody writes to it any more
    os.close(ours)
    return written.decode(errors="replace").replace("\r\n", "\n")


def frozen(text: str) -> str:
    """Return the text with every time of day, and the count of requests, as in any other run."""
    return re.sub(r"(?<![0-9])[0-9]+(?= requests over HTTP)", REQUESTS, re.sub(r"\b\d\d:\d\d\b", TIME, text))


def main() -> None:
    """Write the picture beside this file."""
    canvas = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    canvas.print(Text.from_ansi(frozen(printed())))
    svg = canvas.export_svg(title="newswatch demo", theme=SVG_EXPORT_THEME, code_format=FRAME, unique_id="demo")
    TARGET.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
