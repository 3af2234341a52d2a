"""Hits of a search for the terminal: title, source, time, and the sentence with the words marked."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from bot.cli.terminal import marked_sentence
from bot.preview.record_search import Hit, Hits

_SHOWN = 2  # sentences of one item


def show_hits(found: Hits, days: int) -> None:
    """Print hits, the newest first."""
    console = Console(highlight=False)
    if not found.hits:
        what = "today" if days == 1 else f"the last {days} days"
        console.print(Text(f"Nothing on record of {what} fits this query.", "yellow"))
        return
    for hit in found.hits:
        _show(console, hit)
    many = len(found.hits)
    console.print(Text("one item" if many == 1 else f"{many:,} items", "dim"))


def _show(console: Console, hit: Hit) -> None:
    item = hit.found.item
    title = Text(" ".join(item.title.split()) or "(no title)", "bold")
    for one in hit.evidence:
        if one.field == "title":
            title.highlight_words([one.text], "bold green")
    console.print(title)
    place = f"{hit.found.source} · {hit.at.astimezone():%Y-%m-%d %H:%M}"
    console.print(Text(place if hit.found.story is None else f"{place} · story {hit.found.story}", "dim"))
    sentences = dict.fromkeys((one.field, one.sentence) for one in hit.evidence if one.field != "title")
    for field, sentence in list(sentences)[:_SHOWN]:
        evidence = next(one for one in hit.evidence if (one.field, one.sentence) == (field, sentence))
        console.print(Text.assemble("  ", marked_sentence(evidence)))
    if item.url:
        console.print(Text(f"  {item.url}", "cyan"), soft_wrap=True)
    console.print()
