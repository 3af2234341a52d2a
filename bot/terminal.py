"""What verbs show in a terminal: tables, colours, sentences. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.model import Evidence

if TYPE_CHECKING:
    from bot.doctor import Finding
    from bot.preview import Explanation
    from bot.tick import Tick


def tick(done: Tick) -> str:
    """Return one line on what a tick came to, and one for each source that failed."""
    lines = [
        (
            f"polled {done.polled} sources ({done.failed} failed), {done.new} new items, {done.matched} matched; "
            f"sent {done.sent}, {done.left} left, in {done.seconds:.1f} s"
        )
    ]
    lines += [f"  {failure['source']}: {failure['reason']}" for failure in done.failures]
    if done.refused:
        lines.append(f"  nothing can be sent: {done.refused}")
    return "\n".join(lines)


def show_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found."""
    console = Console(highlight=False)
    table = Table("", "what", "how it is", "what to do", box=None, pad_edge=False, header_style="dim")
    for finding in findings:
        mark = Text("✔", "green") if finding.ok else Text("✘", "bold red")
        style = "" if finding.ok else "red"
        table.add_row(
            mark, Text(finding.subject), Text(finding.text, style), Text(finding.advice, "dim" if finding.ok else "")
        )
    console.print(table)
    wrong = sum(not finding.ok for finding in findings)
    console.print(Text("all is well" if not wrong else f"{wrong} to look after", "green" if not wrong else "bold red"))


def show_explanation(explained: Explanation) -> None:
    """Print which queries fire and on what, which nearly did, and the lead that would be shown."""
    console = Console(highlight=False)
    console.print(Text(explained.title or "(no title)", "bold"))
    console.print(Text(explained.lead))
    console.print()
    for match in explained.matches:
        console.print(Text.assemble(("✔ ", "green"), (match.watchlist, "bold"), "  ", (match.query, "cyan")))
        for evidence in match.evidence:
            console.print(Text.assemble("    ", (f"{evidence.field}: ", "dim"), _sentence(evidence)))
    for miss in explained.misses:
        console.print(
            Text.assemble(
                ("✘ ", "yellow"), (miss.watchlist, "bold"), "  ", (miss.query, "cyan"), (f"  {miss.reason}", "dim")
            )
        )
    if not explained.matches:
        console.print(Text("No query fires: nobody would be told.", "yellow"))


def _sentence(evidence: Evidence) -> Text:
    """Return the sentence with the matched words marked."""
    sentence = " ".join(evidence.sentence.split())
    text = Text(sentence)
    at = sentence.find(evidence.text)
    if at >= 0:
        text.stylize("bold green", at, at + len(evidence.text))
    return text
