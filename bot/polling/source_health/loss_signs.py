"""Signs that a source's news is lost in silence. Pure.

In: what each poll brought, and what is known of all sources. Out: counts to be kept, and the signs that stand now:

| sign | what it means | when it stands |
| --- | --- | --- |
| garbled | the text looks like no language: a wrong charset, a binary | in GARBLED_POLLS polls with news in a row |
| stale | everything it shows is known | for three times its usual gap (`publishing_rhythm.silence`) |
| unmatched | none of its items ever matched | after ITEMS items and a week, while siblings matched SIBLINGS times |
| braked | the brake fired again and again | twice within a day; it stands for a day |

Siblings are the other sources of the watchlists that it is in. Texts are judged by shape, never by a dictionary: every
language of the world passes, and so do prices and tickers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.model import Config, Item, LossSign
from bot.polling import publishing_rhythm
from bot.ports.poll_store import LossCounts, Outcome, SourceStats

GARBLED_POLLS: Final = 2
ITEMS: Final = 100  # a source of a rare subject may go without a match for many
SIBLINGS: Final = 10  # matches of siblings, together
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
MOST: Final = 1_000_000  # counts end here
LETTERS: Final = 80  # fewer letters are no text to judge by
TEXT: Final = 20_000  # characters that are judged
REPLACED: Final = 0.02  # of the letters: one damaged sign in fifty
HIGH: Final = 0.3  # of the letters from U+0080 to U+00FF: French has 0.06, Icelandic 0.15, UTF-8 read as Latin-1 1
CAPITALS: Final = 0.3  # of the letters Р and С: Russian has 0.01, UTF-8 read as windows-1251 0.5
SWAPPED: Final = 0.3  # of the words like чЮМДЯ: KOI8-R read as windows-1251

_WORD = re.compile(r"[^\W\d_]{3,60}")
_SWAPPED = re.compile(r"[а-яё][А-ЯЁ]{2,60}")


def is_garbled(texts: Iterable[str]) -> bool:
    """Return whether these texts together look like no language."""
    text = " ".join(texts)[:TEXT]
    letters = [one for one in text if one.isalpha()]
    lost = text.count("\ufffd")
    if len(letters) + lost < LETTERS:
        return False
    if lost > REPLACED * (len(letters) + lost):
        return True
    high = sum("\x80" <= one <= "\xff" for one in letters)
    capitals = sum(one in "РС" for one in letters)
    if high > HIGH * len(letters) or (capitals > CAPITALS * len(letters) and not text.isupper()):
        return True
    words = _WORD.findall(text)
    return bool(words) and sum(bool(_SWAPPED.fullmatch(word)) for word in words) > SWAPPED * len(words)


def counted(
    counts: LossCounts, texts: Sequence[str], *, new: int, matched: int, braked: bool, now: datetime
) -> LossCounts:
    """Return the counts after a poll that brought items with these texts, so many of them `new` and `matched`."""
    garbled = counts.garbled
    if texts:
        garbled = counts.garbled + 1 if is_garbled(texts) else 0
    return replace(
        counts,
        garbled=min(garbled, MOST),
        items=min(counts.items + new, MOST),
        matched=min(counts.matched + matched, MOST),
        braked=(*counts.braked, now)[-2:] if braked else counts.braked,
    )


def with_losses(outcome: Outcome, items: Iterable[Item], *, new: int, matched: int, braked: bool) -> Outcome:
    """Return the end of a poll that brought these items, with what it adds to the counts."""
    stats = outcome.stats or outcome.leased.stats
    texts = [f"{item.title} {item.lead}" for item in items]
    losses = counted(stats.losses, texts, new=new, matched=matched, braked=braked, now=outcome.polled_at)
    return replace(outcome, stats=replace(stats, losses=losses))


def find_signs(stats: SourceStats, siblings_matched: int, now: datetime) -> tuple[LossSign, ...]:
    """Return the signs that stand for a source whose siblings matched so often, together."""
    counts, found = stats.losses, list[LossSign]()
    if counts.garbled >= GARBLED_POLLS:
        found.append("garbled")
    if publishing_rhythm.silence(stats, now) is not None:
        found.append("stale")
    if _is_silent(stats, now) and siblings_matched >= SIBLINGS:
        found.append("unmatched")
    if len(counts.braked) > 1 and counts.braked[-1] - counts.braked[-2] <= DAY and now - counts.braked[-1] <= DAY:
        found.append("braked")
    return tuple(found)


def _is_silent(stats: SourceStats, now: datetime) -> bool:
    """Return whether a source had the time and the items to match, and never did."""
    watched = stats.since is not None and now - stats.since >= WEEK
    return watched and stats.losses.items >= ITEMS and not stats.losses.matched


def find_all_signs(
    stats: Mapping[str, SourceStats], config: Config, now: datetime
) -> Mapping[str, tuple[LossSign, ...]]:
    """Return the signs of every source of the configuration that has any, by name.

    Takes time by sources times watchlists, and by groups of sources in the same watchlists; never by pairs of sources.
    """
    lists_of: dict[str, list[int]] = {source.name: [] for source in config.sources}
    for number, watchlist in enumerate(config.watchlists):
        chosen = set(watchlist.sources)
        for source in config.sources:
            if not chosen or source.name in chosen or not chosen.isdisjoint(source.tags):
                lists_of[source.name].append(number)
    groups: dict[tuple[int, ...], int] = {}  # matches of the sources that are in just these watchlists
    for name, numbers in lists_of.items():
        if name in stats:
            groups[tuple(numbers)] = groups.get(tuple(numbers), 0) + stats[name].losses.matched
    around: dict[tuple[int, ...], int] = {}  # … and of all that share a list with them; a silent one adds none
    found: dict[str, tuple[LossSign, ...]] = {}
    for name, numbers in lists_of.items():
        if name not in stats:
            continue
        group = tuple(numbers)
        if _is_silent(stats[name], now) and group not in around:
            around[group] = sum(many for other, many in groups.items() if not set(group).isdisjoint(other))
        if signs := find_signs(stats[name], around.get(group, 0), now):
            found[name] = signs
    return found
