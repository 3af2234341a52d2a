"""Headlines that their publishers changed: known items that are back under a headline that was not known.

Identities of a document and what is on record come in; which items to look at, and what is told of them, goes out.
Each change is told once: a headline that was there before is a known one. Nothing here reads, parses or writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.item_identity import Identity
from bot.model import FollowUp, Item
from bot.polling.story_assignment import part_of
from bot.ports.poll_store import Correction, ReportOnRecord
from bot.stories import assign

AT_ONCE = 10  # headlines of one document; when more change together, the site was rewritten, and not the news
OFTEN = 5  # corrections of one report that are told; a headline that changes all day is a live blog's


def to_look_up(entries: Iterable[Identity], *, everything: bool) -> list[int]:
    """Return the keys by which items are looked up first: of each the one that says that its headline is known too.

    `everything` adds the others, which must not age away while their item is there: once a day is enough.
    """
    if everything:
        return [key for entry in entries for key in entry.known_by]
    return [entry.known_by[0] if entry.page is None else entry.page for entry in entries if entry.known_by]


def retitled(entries: Sequence[Identity], known: frozenset[int]) -> tuple[int, ...]:
    """Return the positions of known items under headlines that are not known.

    An item that stands there twice has two headlines, and neither corrects the other.
    """
    suspects = [
        (position, entry)
        for position, entry in enumerate(entries)
        if entry.page is not None and entry.page not in known and not known.isdisjoint(entry.known_by)
    ]
    if not suspects:
        return ()
    times = Counter(entry.keys[0] for entry in entries if entry.keys)
    return tuple(position for position, entry in suspects if times[entry.keys[0]] == 1)


@dataclass(frozen=True, slots=True)
class HeadlineChanges:
    """What came of known items that are back under another headline. `keys` are to go on record."""

    keys: tuple[int, ...] = ()
    corrections: tuple[Correction, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()


def told(keys: tuple[int, ...], back: Sequence[tuple[ReportOnRecord, Item]]) -> HeadlineChanges:
    """Return what is corrected of reports whose items came back, and what answers the messages of their stories."""
    changed = [
        (known, item)
        for known, item in back
        if item.title and known.report.headline and assign.corrected(known.report.headline, item.title)
    ]
    if len(changed) > AT_ONCE:
        return HeadlineChanges(keys)
    corrections = tuple(Correction(known.id, known.story, item.title) for known, item in changed)
    follow_ups = tuple(
        FollowUp(known.story, part_of(known.id, item.title), item.title, known.report.url, was=known.report.headline)
        for known, item in changed
        if known.changes < OFTEN
    )
    return HeadlineChanges(keys, corrections, follow_ups)
