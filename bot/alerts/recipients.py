"""Who is told what: a new report of a story in, the alerts that are due to chats out.

A chat gets one alert a story, however many of its watchlists fired. Whoever has the story already gets none: its
message is edited, because the store raises the revision of the stories that a turn joined, and made urgent when the
story becomes so. Nothing is rendered, written or sent here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType

from bot.alerts.watchlist_alert import FoundWord, WatchlistAlert
from bot.model import Alert, Chat, Evidence, Follow, Match, Priority, Report, Subscription, Watchlist

MOST_WORDS = 100  # that outputs are told of a story
_LOUDER: tuple[Priority, ...] = ("low", "normal", "urgent")
_CLOSER: tuple[Follow, ...] = ("off", "replies", "edits")


def counting(report: Report, earlier: Sequence[Report], watchlists: Mapping[str, Watchlist]) -> bool:
    """Return whether a watchlist of this story asks how many independent publishers tell it."""
    names = {name for told in (*earlier, report) for name in told.watchlists}
    return any(watchlists[name].confirm > 1 or watchlists[name].urgent_at > 0 for name in names if name in watchlists)


def speaking(
    report: Report, earlier: Sequence[Report], watchlists: Mapping[str, Watchlist], voices: int
) -> tuple[Watchlist, ...]:
    """Return the watchlists that speak at this report of a story, in the order of `watchlists`.

    Those that matched it, once enough publishers tell the story; and those that matched an `earlier` report and have
    waited for this confirmation. Ids that watchlists.yaml does not know any more stay silent. `voices` is how many
    independent publishers tell the story by now (`bot.stories.assign.voices`).
    """
    before = {name for told in earlier for name in told.watchlists}
    return tuple(
        watchlist
        for name, watchlist in watchlists.items()
        if voices >= watchlist.confirm and (name in report.watchlists or (watchlist.confirm > 1 and name in before))
    )


def due(
    story: int,
    report: Report,
    matches: Sequence[Match],
    lead: str,
    *,
    watchlists: Mapping[str, Watchlist],
    subscribers: Iterable[Subscription],
    voices: int,
    earlier: Sequence[Report] = (),
    told: AbstractSet[Chat] = frozenset(),
    waiting: Mapping[Chat, AbstractSet[str]] = MappingProxyType({}),
) -> tuple[Alert, ...]:
    """Return an alert for every reader of a speaking watchlist that was not told of the story.

    `matches` are those of `report`, `earlier` the reports that the story had before it, `told` the chats that have or
    are about to get its message. Of these, `waiting` are the ones to which nothing was sent yet, with the ids of the
    watchlists that their alert concerns: what other watchlists bring is to join it (`join`), or a mute of the first
    would silence all. Readers are the subscribers and each watchlist's own `deliver_to`.
    """
    heard: dict[Chat, list[Watchlist]] = {}
    for chat, read in _readers(speaking(report, earlier, watchlists, voices), subscribers).items():
        if chat not in told:
            heard[chat] = read
        elif chat in waiting and (new := [one for one in read if one.id not in waiting[chat]]):
            heard[chat] = new
    return tuple(
        Alert(
            chat=chat,
            story=story,
            watchlists=tuple((watchlist.id, watchlist.title) for watchlist in mine),
            headline=report.headline,
            url=report.url,
            lead=lead,
            evidence=_evidence(matches, {watchlist.id for watchlist in mine}),
            priority=max((_priority(watchlist, voices) for watchlist in mine), key=_LOUDER.index),
            follow=max((watchlist.follow for watchlist in mine), key=_CLOSER.index),
        )
        for chat, mine in heard.items()
    )


def announced(
    story: int,
    report: Report,
    matches: Sequence[Match],
    lead: str,
    *,
    watchlists: Mapping[str, Watchlist],
    voices: int,
    earlier: Sequence[Report] = (),
    language: str | None = None,
) -> tuple[WatchlistAlert, ...]:
    """Return what the watchlists that speak at this report tell of its story, whoever was told of it before."""
    return tuple(
        WatchlistAlert(
            story=story,
            watchlist=watchlist.id,
            title=watchlist.title,
            headline=report.headline,
            url=report.url,
            lead=lead,
            words=_words(matches, watchlist.id),
            language=language,
            priority=_priority(watchlist, voices),
            outputs=watchlist.also_to,
        )
        for watchlist in speaking(report, earlier, watchlists, voices)
    )


def join(waiting: Alert, later: Alert) -> Alert:
    """Return the alert of a chat that waits, with the watchlists and evidence of another that is due for the story.

    That it becomes urgent is not decided here, but by `risen`.
    """
    louder = waiting.priority if later.priority == "urgent" else later.priority
    return replace(
        waiting,
        watchlists=tuple((dict(waiting.watchlists) | dict(later.watchlists)).items()),
        evidence=tuple(dict.fromkeys((*waiting.evidence, *later.evidence))),
        priority=max(waiting.priority, louder, key=_LOUDER.index),
        follow=max(waiting.follow, later.follow, key=_CLOSER.index),
    )


def risen(
    report: Report,
    earlier: Sequence[Report],
    *,
    watchlists: Mapping[str, Watchlist],
    subscribers: Iterable[Subscription],
    voices: int,
    told: AbstractSet[Chat],
) -> frozenset[Chat]:
    """Return the chats that were told of the story, and for which it is urgent now.

    By a watchlist that speaks at this report, or whose `urgent_at` is reached and that matched any report of the story.
    """
    names = {name for one in (*earlier, report) for name in one.watchlists}
    speakers = speaking(report, earlier, watchlists, voices)
    counted = (watchlists[name] for name in names if name in watchlists and watchlists[name].confirm <= voices)
    reached = (one for one in counted if 0 < one.urgent_at <= voices)
    heard = _readers(tuple({one.id: one for one in (*speakers, *reached)}.values()), subscribers)
    loud = (chat for chat, mine in heard.items() if any(_priority(one, voices) == "urgent" for one in mine))
    return frozenset(loud) & told


def _readers(watchlists: Sequence[Watchlist], subscribers: Iterable[Subscription]) -> dict[Chat, list[Watchlist]]:
    """Return the readers of these watchlists, each with those that it reads, as loud as it wants them."""
    tied: dict[str, dict[Chat, Priority | None]] = {}
    for subscription in subscribers:
        tied.setdefault(subscription.watchlist, {})[subscription.chat] = subscription.priority
    heard: dict[Chat, list[Watchlist]] = {}
    for watchlist in watchlists:
        for chat, wanted in (dict.fromkeys(watchlist.deliver_to) | tied.get(watchlist.id, {})).items():
            theirs = replace(watchlist, priority=wanted, urgent_at=0) if wanted else watchlist
            heard.setdefault(chat, []).append(theirs)
    return heard


def _priority(watchlist: Watchlist, voices: int) -> Priority:
    """Return how loud a watchlist is about a story that this many publishers tell."""
    return "urgent" if 0 < watchlist.urgent_at <= voices else watchlist.priority


def _evidence(matches: Sequence[Match], names: AbstractSet[str]) -> tuple[Evidence, ...]:
    """Return why these watchlists fired, each finding once.

    A watchlist that waited for confirmation may have no match in this report: then what others found in it says why
    the story is told at all.
    """
    mine = [match for match in matches if match.watchlist in names] or matches
    return tuple(dict.fromkeys(evidence for match in mine for evidence in match.evidence))


def _words(matches: Sequence[Match], name: str) -> tuple[FoundWord, ...]:
    """Return what this watchlist's queries found, each word of a field and query once; else what others found."""
    mine = [match for match in matches if match.watchlist == name] or matches
    found = (FoundWord(one.text, one.field, match.query) for match in mine for one in match.evidence)
    return tuple(dict.fromkeys(found))[:MOST_WORDS]
