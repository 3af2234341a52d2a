"""Draw alert.svg, an alert and a reply as Telegram shows them, from what the bot renders; `make pictures` runs it."""  # noqa: INP001 - a script

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from bot.model import Alert, Chat, Delivery, DisplayPreferences, Evidence, Report
from bot.notify.keyboard import keyboard
from bot.notify.message_builder import Message, Span
from bot.notify.render import render

TARGET = Path(__file__).with_name("alert.svg")
WIDTH, LINE, LETTERS = 560, 22, 66  # of a bubble: pixels wide, pixels between lines, letters in one
NOON = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
STYLE = "font-family: system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 15px"


def story() -> Delivery:
    """Return a story that three outlets tell, one of them with something new."""
    told = (
        ("Daily Courier", "Kremlin Uncertain on Leaders' Meeting Amid Turmoil", 0),
        ("Reuters", "Leaders' meeting uncertain, says Kremlin", 5),
        ("TASS", "Peskov names Geneva and Istanbul as places for talks", 9),
    )
    reports = tuple(
        Report(name, name, headline, f"https://{at}.example", NOON + timedelta(minutes=at))
        for name, headline, at in told
    )
    alert = Alert(
        Chat(1),
        1,
        (("kremlin", "Kremlin and summits"),),
        reports[0].headline,
        reports[0].url,
        "The Kremlin said Friday it could not predict whether the leaders would meet before the summit.",
        (Evidence("title", "Kremlin", 0, 7), Evidence("lead", "summit", 87, 93), Evidence("body", "Peskov", 0, 6)),
    )
    return Delivery(1, alert, reports, revision=1, attempts=0, key=1)


def letters(message: Message) -> list[tuple[str, bool, bool]]:
    """Return each letter of a message, and whether it is bold and a link."""
    found, at = [], 0
    for letter in message.text:
        over = [span for span in message.spans if _covers(span, at)]
        found.append((letter, any(one.kind == "bold" for one in over), any(one.kind == "link" for one in over)))
        at += len(letter.encode("utf-16-le")) // 2
    return found


def _covers(span: Span, at: int) -> bool:
    return span.start <= at < span.start + span.length


def wrapped(message: Message) -> list[list[tuple[str, bool, bool]]]:
    """Return the lines of a message, broken between words."""
    lines: list[list[tuple[str, bool, bool]]] = [[]]
    for one in letters(message):
        if one[0] == "\n":
            lines.append([])
            continue
        lines[-1].append(one)
        if len(lines[-1]) > LETTERS:
            space = max(at for at, (letter, _, _) in enumerate(lines[-1]) if letter == " ")
            lines.append(lines[-1][space + 1 :])
            lines[-2] = lines[-2][:space]
    return lines


def written(line: list[tuple[str, bool, bool]]) -> str:
    """Return a line as SVG."""
    parts: list[str] = []
    last: tuple[bool, bool] | None = None
    for letter, bold, link in line:
        if (bold, link) != last:
            weight = ' font-weight="bold"' if bold else ""
            parts.append(f'{"</tspan>" if parts else ""}<tspan{weight} fill="{"#2678b6" if link else "#111"}">')
            last = bold, link
        parts.append(escape(letter))
    return "".join((*parts, "</tspan>" if parts else ""))


def bubble(message: Message, top: int, rows: tuple[tuple[str, ...], ...] = ()) -> tuple[str, int]:
    """Return a message with its buttons below it, and where it ends."""
    lines = wrapped(message)
    height = 18 + LINE * len(lines)
    parts = [f'<rect x="16" y="{top}" width="{WIDTH}" height="{height}" rx="12" fill="#fff"/>']
    for at, line in enumerate(lines):
        parts.append(f'<text x="30" y="{top + 26 + LINE * at}" xml:space="preserve">{written(line)}</text>')
    top += height + 4
    for row in rows:
        wide = (WIDTH - 4 * (len(row) - 1)) / len(row)
        for at, label in enumerate(row):
            left = 16 + at * (wide + 4)
            parts.append(f'<rect x="{left}" y="{top}" width="{wide}" height="34" rx="8" fill="#5b8a6c"/>')
            parts.append(
                f'<text x="{left + wide / 2}" y="{top + 22}" fill="#fff" text-anchor="middle">{escape(label)}</text>'
            )
        top += 38
    return "\n".join(parts), top + 10


def drawing() -> str:
    """Return the picture."""
    one, home = story(), DisplayPreferences(timezone="UTC", language="en")
    labels = tuple(tuple(label for label, _ in row) for row in keyboard(one, home))
    first, top = bubble(render(one, home), 16, labels)
    was, now = one.reports[2].headline, "Peskov names Geneva, not Istanbul, as place for talks"
    alert = replace(one.alert, part=1, headline=now, url=one.reports[2].url, was=was, lead="")
    second, end = bubble(render(replace(one, alert=alert, reports=one.reports[2:], answers=1), home), top)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 32} {end + 6}" style="{STYLE}">\n'
        f'<rect width="100%" height="100%" rx="14" fill="#cfe0d3"/>\n{first}\n{second}\n</svg>\n'
    )


def main() -> None:
    """Write the picture beside this file."""
    TARGET.write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
