"""What the bot says about queries and items: forecasts, trials, reasons.

In come queries, titles and sentences from anywhere, out goes HTML like that of `bot.chat.texts`: all of it inert. No
text decides anything.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.backtest import Forecast
from bot.chat.fate import Fate
from bot.chat.texts import fit, safe
from bot.errors import QueryError
from bot.matching.nearmiss import NearMiss
from bot.model import Evidence, Match, Watchlist
from bot.notify import inert
from bot.onrecord import ItemOnRecord, PersonalQuery

QUERY_UNITS = 500  # of a query shown whole
_SENTENCE = 220  # characters of a sentence around the matched word
_WORDS = 6  # of evidence
_LINK = 400  # characters of a link that is shown: several must fit one message


@dataclass(frozen=True, slots=True)
class When:
    """Now, and the time zone of who reads."""

    now: datetime
    zone: tzinfo

    def moment(self, at: datetime) -> str:
        """Return an instant as a reader knows it: the time of today, or with its day."""
        there = at.astimezone(self.zone)
        return f"{there:%H:%M}" if there.date() == self.now.astimezone(self.zone).date() else f"{there:%d %b, %H:%M}"


# ---------------------------------------------------------------------------------------------- queries


def usage(verb: str, what: str) -> str:
    """Say how a command is written."""
    return f"Write /{verb} and {what}."


def too_long(most: int) -> str:
    """Refuse a query that nobody could read on a telephone."""
    return f"A query here may have {most} characters. A longer one is several: /watch takes each by itself."


def mistake(text: str, error: QueryError) -> str:
    """Say what is wrong with a query, and where."""
    at = max(0, min(error.column - 1, len(text)))
    before, after = text[max(0, at - 60) : at], text[at : at + 60]
    marked = f"<code>{html.escape(inert.plain(before))} ▸{html.escape(inert.plain(after))}</code>"
    return f"✖️ This query cannot be understood. Column {error.column}: {safe(str(error), 300)}\n{marked}"


def watching(query: PersonalQuery, forecast: str, *, new: bool, place: str) -> str:
    """Confirm a personal query, with its forecast."""
    state = "I watch for" if new else "I already watch for"
    return (
        f"🔎 {state} <code>{safe(query.text, QUERY_UNITS)}</code> for {place}, as number {query.number}. {forecast}\n"
        f"/unwatch {query.number} ends it, /mine shows what {place} is told."
    )


def noisy(query: PersonalQuery, forecast: str, a_day: float) -> str:
    """Ask whether somebody means a query that would speak all day."""
    return (
        f"⚠️ <code>{safe(query.text, QUERY_UNITS)}</code> would speak about {a_day:.0f} times a day. {forecast}\n"
        "Press the button if you want that. Otherwise write /watch with more words: side by side they all must be "
        "there, and NOT leaves out."
    )


def over() -> str:
    """Answer a button whose query is gone, or has no room."""
    return "That question is over. Write /watch with the query again."


def full(most: int) -> str:
    """Refuse one query more."""
    return f"This chat has {most} queries, and that is all it may have. /mine shows them, /unwatch ends one."


def ended(query: PersonalQuery, place: str) -> str:
    """Confirm the end of a personal query."""
    return f"I no longer watch for <code>{safe(query.text, QUERY_UNITS)}</code> for {place}."


def no_query(number: int, place: str) -> str:
    """Say that there is no personal query of this number."""
    return f"{place[:1].upper()}{place[1:]} has no query {number}. /mine shows what it has."


def forecast(found: Forecast, when: When, *, complete: bool) -> str:
    """Say what a query would have sent: `complete` is False when there was no time for the whole record."""
    if not found.items or found.first is None:
        return "There is nothing on record yet to forecast from."
    number = len(found.days)
    period = f"in the last {number} days"
    if not complete:
        period = f"since {when.moment(found.first)}, which is as far as I have looked back"
    elif found.first.astimezone(found.zone).date() > found.days[1]:
        period = f"since {when.moment(found.first)}, when my record begins"
    many = "nothing" if not found.total else "one alert" if found.total == 1 else f"{found.total:,} alerts"
    noise = ""
    if len(found.words) > 1:
        word, times = found.words[0]
        noise = f"; the noisiest word is “{safe(word)}” (in {times:,} items)"
    return f"It would have sent {many} {period}{noise}."


# ---------------------------------------------------------------------------------------------- items


def trial(
    text: str,
    hits: Sequence[tuple[ItemOnRecord, Match]],
    misses: Sequence[tuple[ItemOnRecord, NearMiss]],
    *,
    looked: int,
    when: When,
) -> str:
    """Show on which of the latest items a query fires, and on which it nearly does."""
    lines = [f"✅ <code>{safe(text, QUERY_UNITS)}</code> can be understood."]
    if hits:
        lines += [f"Of the latest {looked:,} items on record it fires on:" if looked > 1 else "It fires on:"]
        for one, match in hits:
            lines += ["", _item(one, when), *(f"  {sentence(each)}" for each in match.evidence[:1])]
    elif looked:
        lines.append(f"It fires on none of the latest {looked:,} items on record.")
    else:
        lines.append("There is nothing on record yet to try it on.")
    if misses:
        lines += ["", "<b>It nearly fires on</b>"]
        lines += [f"{_item(one, when)}\n  {safe(miss.reason, 200)}" for one, miss in misses]
    return fit(lines)


def unknown_link() -> str:
    """Say that no item has this link."""
    return (
        "No item on record has this link: none of the sources has shown it in the last 30 days, or it stands there "
        "with another address. /status says whether I am watching."
    )


def reasons(
    one: ItemOnRecord,
    matches: Sequence[Match],
    misses: Sequence[NearMiss],
    *,
    watchlists: Mapping[str, Watchlist],
    what: str,
    when: When,
) -> str:
    """Show what fires on an item, what nearly does, and `what` became of it."""
    lines = [_item(one, when), ""]
    for match in matches:
        words = ", ".join(f"“{safe(word, 40)}” ({field})" for word, field in _words(match.evidence))
        lines.append(f"✅ {_title(match.watchlist, watchlists)}<code>{safe(match.query)}</code>: {words or 'it holds'}")
    for miss in misses:
        name = _title(miss.watchlist, watchlists)
        lines.append(f"✖️ {name}<code>{safe(miss.query)}</code>: {safe(miss.reason, 200)}")
    return fit([*lines, *([""] if matches or misses else []), what])


def verdict(found: Fate, place: str, when: When) -> str:
    """Say why a chat was told of an item, or was not."""
    at = when.moment(found.at) if found.at else "a moment ago"
    said = {
        "told": f"📮 {place[:1].upper()}{place[1:]} was told at {at}.",
        "joined": f"📮 It joined a story that {place} had already, since {at}: the message was edited, nobody pinged.",
        "waiting": f"⏳ It is on its way to {place}." + (f" Last try: {safe(found.words, 200)}" if found.words else ""),
        "dead": f"🔕 It could not be told here: {safe(found.words, 200)}",
        "silent": "🔕 No query that concerns this chat fires on it, so nobody here was told.",
        "first sight": "🔕 It was there when its source was seen for the first time: that is no news (backlog).",
        "later": (
            "🔕 It was not told: nothing fired when it was seen, and what fires now is newer; or it came with a "
            "backlog after a long silence."
        ),
        "elsewhere": f"🔕 What fired on it then is nothing that {place} is told about. /lists shows what there is.",
        "subscribed later": f"🔕 It came before {place} was told about that, which is since {at}.",
        "unconfirmed": f"⏳ It waits until {found.number} publishers report it (confirm).",
        "unknown": "🔕 It was not told here; the reason is no longer on record.",
    }
    return said[found.reason]


def sentence(evidence: Evidence) -> str:
    """Return the sentence of a finding, cut around it, the words bold."""
    text, word = inert.plain(evidence.sentence or evidence.text), inert.plain(evidence.text)
    at = text.find(word) if word else -1
    if at < 0:
        return safe(text, _SENTENCE)
    start = max(0, at - _SENTENCE // 2)
    end = min(len(text), max(at + len(word), start + _SENTENCE))
    begin, rest = ("…" if start else "") + text[start:at], text[at + len(word) : end] + ("…" if end < len(text) else "")
    return f"{html.escape(begin)}<b>{safe(word)}</b>{html.escape(rest)}"


def _item(one: ItemOnRecord, when: When) -> str:
    title, url = safe(one.item.title or one.item.url or "(no title)", 160), inert.link(one.item.url)
    linked = f'<a href="{html.escape(url)}">{title}</a>' if url and len(url) <= _LINK else title
    return f"📰 {linked} · {safe(one.source, 60)}, {when.moment(one.seen_at)}"


def _title(name: str, watchlists: Mapping[str, Watchlist]) -> str:
    """Return the title of a watchlist; a personal one is called as its query is."""
    found = watchlists.get(name)
    return f"<b>{safe(found.title)}</b> · " if found and found.title not in found.keywords else ""


def _words(evidence: Sequence[Evidence]) -> Sequence[tuple[str, str]]:
    return list(dict.fromkeys((one.text, one.field) for one in evidence))[:_WORDS]
