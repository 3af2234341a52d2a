"""What became of the entries of a document since the source was read last: same, changed, or new; and the brake.

Identities, the keys of them that are on record, what the last document showed, and the time of that poll come in; a
verdict for each entry goes out. Pure. `=` is as it was, `+` unknown so far, `-` absent or shared by several entries.

| guid | link | title | date | what follows |
| --- | --- | --- | --- | --- |
| = | = | = | any | same |
| = | = | + | any | changed: a headline was corrected, whatever it says now |
| = or - | = or - | = | any | same; changed, where the text differs |
| + | = | = | any | same: guids were rewritten |
| + | = | + related | any | changed |
| + | = | + unrelated | old | changed: what is a day older than the last poll is no news under a known address |
| + | = | + unrelated | other | new: a live blog, a level, a feed with one page |
| + | = | as it was before another, unrelated one | not old | new: down, up, down |
| - | = | + | any | changed: one mark that changed makes nothing new |
| = | + | = or + related | any | changed: the page has moved |
| = | + | + unrelated | not old | new: the guid was used again |
| + | + | = | of before the last poll | same: the item was filed anew |
| + | + | = | later, or none among guids that hold | new: a title that comes again, as of a status |
| + | + | = of most entries | any | same: the site has moved |
| + or - | + or - | + | any | new |

A title is related to another when it keeps more than half of its telling words (`item_identity.title_words`): then it
was edited. Of titles with at most four of them, it keeps all of the shorter one: in "Threat level: severe" the one word
that changes is the news. Titles without any telling word, such as a time, are related to everything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from bot.item_identity import Identity
from bot.shown_items import ShownDocument, ShownItem
from bot.text.dates import parse_date

BRAKE_SIZE = 20  # items on record, and items shown, from which on the brake may act
BRAKE_SHARE = 0.6  # of the items shown that look new
GROWN = 1.25  # times as many items as before: the window was made longer, and what came into view is old
FASTER = 3  # times its usual number of items an hour, that a source may bring at once
SLIP = timedelta(days=1)  # by which dates are early: a day without an hour, or a wrong zone
DELAY = timedelta(hours=1)  # by which an item comes later than it is dated
FEW_WORDS = 4  # of a title in which each of them counts

Verdict = Literal["same", "changed", "new"]


@dataclass(frozen=True, slots=True)
class Changes:
    """Positions of the entries that are new, that look so and are a baseline, and that changed.

    Of the new ones, `reused` have a guid, link or title that names another item, too.
    """

    new: tuple[int, ...] = ()
    baseline: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    reused: tuple[int, ...] = ()


def are_related(one: Collection[int], other: Collection[int]) -> bool:
    """Return whether two titles, by their telling words, may be versions of one: see above."""
    if not one or not other:
        return True
    shorter = min(len(one), len(other))
    kept = len(set(one) & set(other))
    return kept == shorter if max(len(one), len(other)) <= FEW_WORDS else 2 * kept > shorter


def compare(
    entries: Sequence[Identity],
    known: Collection[int],
    last: ShownDocument | None,
    *,
    on_record: int = 0,
    polled_at: datetime | None = None,
    now: datetime | None = None,
) -> Changes:
    """Say what became of each entry. `on_record` counts the items of the source on record; None is never read."""
    document = _Document(entries, known, last, polled_at)
    taken: set[int] = set()
    new: list[int] = []
    changed: list[int] = []
    shown = 0
    for position, entry in enumerate(entries):
        again = not taken.isdisjoint(entry.keys[:1])
        taken.update(entry.keys[:1])
        shown += not again
        verdict = document.judge(entry)
        if verdict == "changed":
            changed.append(position)
        elif verdict == "new" and not again:
            new.append(position)
    baseline: set[int] = set()
    if on_record >= BRAKE_SIZE and shown >= BRAKE_SIZE and len(new) > BRAKE_SHARE * shown:
        gap = now - polled_at if now and polled_at else timedelta()
        baseline = document.suspects(new, shown, gap)
    reused = tuple(p for p in new if document.is_reused(entries[p]))
    return Changes(tuple(p for p in new if p not in baseline), tuple(sorted(baseline)), tuple(changed), reused)


class _Document:
    """The entries of one document against what is known of the source."""

    def __init__(
        self,
        entries: Sequence[Identity],
        known: Collection[int],
        last: ShownDocument | None,
        polled_at: datetime | None,
    ) -> None:
        self.entries, self.known, self.last, self.polled_at = entries, known, last, polled_at

    def judge(self, entry: Identity) -> Verdict:
        """Return what became of an entry."""
        if all(key not in self.known for key in entry.known_by):
            return "new"
        before = self._before(entry)
        if self._is_new(entry, before):
            return "new"
        retitled = entry.page is not None and entry.page not in self.known
        if before is not None:
            altered = (retitled and before.title != entry.title) or before.text not in {0, entry.text}
        else:
            altered = retitled and not any(key in self.known for key in entry.titles)
        return "changed" if altered else "same"

    def is_reused(self, entry: Identity) -> bool:
        """Return whether a new entry has a mark of another item: copies come with the date of what they copy.

        Of a guid of its own beside a link that several entries share, as in a live blog, the link is such a mark.
        """
        if any(key in self.known for key in entry.known_by) or (entry.guid is not None and entry.link is None):
            return True
        repeated = self.last is not None and entry.title and entry.title in self.last.titles
        return bool(repeated) and not self._is_before(entry, DELAY)

    def suspects(self, new: Sequence[int], shown: int, gap: timedelta) -> set[int]:
        """Return those of the new entries that cannot be news: by their dates or, without any, by their number.

        Without dates they are news where known items stand among them, in a window that did not grow, and where the
        source is known to publish that fast.
        """
        old = {at for at in new if self._is_dated(at) and self._is_before(self.entries[at], SLIP)}
        undated = {at for at in new if not self._is_dated(at)}
        if self.last is None:
            return old | undated
        same_window = shown <= GROWN * self.last.count
        hours = max(gap / timedelta(hours=1), 1 / 60)
        usual = len(undated) <= FASTER * (self.last.rate or 0.0) * hours
        return old if same_window and (usual or self._overlaps) else old | undated

    def _before(self, entry: Identity) -> ShownItem | None:
        """Return the entry as the last document showed it."""
        if self.last is None:
            return None
        return self.last.find(entry.guid) or self.last.find(entry.link)

    def _is_new(self, entry: Identity, before: ShownItem | None) -> bool:
        """Return whether an entry of which some keys are known is another item all the same."""
        if self.last is None:
            return False
        has_guid, has_link = self._holds(entry.guid), self._holds(entry.link)
        if has_guid and has_link:
            return False
        if has_guid:
            return entry.link is not None and self._is_replaced(entry, before)
        if has_link:
            return entry.guid is not None and self._is_replaced(entry, self.last.find(entry.link))
        if entry.page in self.known:
            later = entry.guid is not None and self._guids_hold and not self._is_before(entry, DELAY)
            return later and entry.link is None
        return bool(entry.titles) and self._is_repeated(entry)

    def _holds(self, key: int | None) -> bool:
        """Return whether a guid or link is known: what the last document showed need not have been looked up."""
        return key in self.known or (self.last is not None and self.last.find(key) is not None)

    def _is_replaced(self, entry: Identity, before: ShownItem | None) -> bool:
        """Return whether one mark names another item now than it did."""
        if self._is_before(entry, SLIP):
            return False
        if before is None:  # it had left the list
            return entry.page not in self.known and not any(key in self.known for key in entry.titles)
        return before.title != entry.title and not are_related(before.words, entry.words)

    def _is_repeated(self, entry: Identity) -> bool:
        """Return whether a known title stands for another item: all else of it is unknown."""
        assert self.last is not None  # noqa: S101 - asked before
        if self._is_before(entry, DELAY):
            return False
        if entry.title not in self.last.titles:
            return True
        if entry.guid is None or entry.link is None or (self._have_moved and not self._guids_hold):
            return False
        return self._guids_hold or parse_date(entry.date) is not None

    def _is_before(self, entry: Identity, slack: timedelta) -> bool:
        """Return whether an entry is dated from before the last poll, by more than this."""
        if self.polled_at is None or not entry.date:
            return False
        at = parse_date(entry.date)
        return at is not None and at < self.polled_at - slack

    def _is_dated(self, position: int) -> bool:
        date = self.entries[position].date
        return bool(date) and parse_date(date) is not None

    @cached_property
    def _guids_hold(self) -> bool:
        """Return whether known items of the document kept their guids."""
        there = [entry for entry in self.entries if entry.guid is not None]
        recognised = [entry for entry in there if any(key in self.known for key in entry.known_by)]
        held = sum(self._holds(entry.guid) for entry in recognised)
        return held > 0 and 2 * held >= len(recognised)

    @cached_property
    def _have_moved(self) -> bool:
        """Return whether several items show the titles of the last document under other guids and links."""
        assert self.last is not None  # noqa: S101 - asked before
        moved = sum(
            entry.title in self.last.titles and not self._holds(entry.guid) and not self._holds(entry.link)
            for entry in self.entries
            if entry.titles
        )
        return moved > 1

    @cached_property
    def _overlaps(self) -> bool:
        """Return whether items of the last document are still there under the same names."""
        return any(self._holds(entry.guid) or self._holds(entry.link) for entry in self.entries)
