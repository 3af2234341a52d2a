"""What the bot says about queries and items: forecasts, trials, reasons.

In come queries, titles and sentences from anywhere, out goes HTML like that of `bot.chat.texts.basics`: all of it
inert. No text decides anything.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.chat.texts.basics import fit, label, safe
from bot.chat.texts.query_reading import QUERY_UNITS, read_as
from bot.errors import QueryError
from bot.i18n import Translator, field_name
from bot.matching.near_miss import NearMiss
from bot.model import Evidence, Field, Match, Watchlist
from bot.notify import sanitize
from bot.ports.history_store import ItemOnRecord, PersonalQuery
from bot.preview.backtest import Forecast

_LABEL = 40  # characters of a query on a button
_SENTENCE = 220  # characters of a sentence around the matched word
_WORDS = 6  # of evidence
_LINK = 400  # characters of a link that is shown: several must fit one message


@dataclass(frozen=True, slots=True)
class When:
    """Now, the time zone of who reads, and their words."""

    now: datetime
    zone: tzinfo
    words: Translator

    def moment(self, at: datetime) -> str:
        """Return an instant as a reader knows it: the time of today, or with its day."""
        return self.words.moment(at.astimezone(self.zone), self.now.astimezone(self.zone))


# ---------------------------------------------------------------------------------------------- queries


def no_query_given(_: Translator, verb: str) -> str:
    """Say how a command that takes a query is written."""
    return _("Write /{verb} and a query, such as /{verb} summit AND (Putin OR Trump).", verb=verb)


def no_link_given(_: Translator) -> str:
    """Say how /why is written."""
    return _("Write /why and the link of an article, such as one of my alerts has.")


def too_long(_: Translator, most: int) -> str:
    """Refuse a query that nobody could read on a telephone."""
    return _.ngettext(
        "A query here may have {number} character. A longer one is several: /watch takes each by itself.",
        "A query here may have {number} characters. A longer one is several: /watch takes each by itself.",
        most,
    )


def mistake(_: Translator, text: str, error: QueryError) -> str:
    """Say what is wrong with a query, and where."""
    at = max(0, min(error.column - 1, len(text)))
    before, after = text[max(0, at - 60) : at], text[at : at + 60]
    marked = f"<code>{html.escape(sanitize.plain(before))} ▸{html.escape(sanitize.plain(after))}</code>"
    said = _(
        "✖️ This query cannot be understood. Column {column}: {mistake}",
        column=error.column,
        mistake=safe(_.again(error.text, **error.values), 300),
    )
    return f"{said}\n{marked}"


def refused(_: Translator, error: QueryError) -> str:
    """Say why a query that can be understood is not taken: what it costs, and what to do."""
    return _("✖️ This query cannot be taken: {mistake}", mistake=safe(_.again(error.text, **error.values), 300))


def watching(_: Translator, query: PersonalQuery, forecast: str, *, new: bool) -> str:
    """Confirm a personal query, with its forecast."""
    shown = {"query": safe(query.text, QUERY_UNITS), "number": query.number}
    state = (
        _("🔎 I watch for <code>{query}</code> here, as number {number}.", **shown)
        if new
        else _("🔎 I already watch for <code>{query}</code> here, as number {number}.", **shown)
    )
    ends = _("/unwatch {number} ends it, /mine shows what this chat gets.", number=query.number)
    parts = (state, read_as(_, query.text), forecast)
    return "\n".join(part for part in (*parts, ends) if part)


def noisy(_: Translator, query: PersonalQuery, forecast: str, a_day: float) -> str:
    """Ask whether somebody means a query that would speak all day."""
    many = _.ngettext(
        "⚠️ <code>{query}</code> would speak about {number} time a day.",
        "⚠️ <code>{query}</code> would speak about {number} times a day.",
        round(a_day),
        query=safe(query.text, QUERY_UNITS),
    )
    many = f"{many} {read_as(_, query.text)}"
    way = _(
        "Press the button if you want that. Otherwise write /watch with more words: side by side they all must be "
        "there, and NOT leaves out."
    )
    return f"{many} {forecast}\n{way}"


def noisy_button(_: Translator, query: str) -> str:
    """Label the button that confirms such a query."""
    return _("Yes, watch for {query}", query=label(query, _LABEL))


def label_watch(_: Translator, query: str) -> str:
    """Label the button that watches for words that somebody wrote. Plain text."""
    return _("🔎 Watch for {query}", query=label(query, _LABEL))


def over(_: Translator) -> str:
    """Answer a button whose query is gone, or has no room."""
    return _("That question is over. Write /watch with the query again.")


def full(_: Translator, most: int) -> str:
    """Refuse one query more."""
    return _.ngettext(
        "This chat has {number} query, and that is all it may have. /mine shows it, /unwatch ends it.",
        "This chat has {number} queries, and that is all it may have. /mine shows them, /unwatch ends one.",
        most,
    )


def ended(_: Translator, query: PersonalQuery) -> str:
    """Confirm the end of a personal query."""
    return _("I no longer watch for <code>{query}</code> here.", query=safe(query.text, QUERY_UNITS))


def no_query(_: Translator, number: int) -> str:
    """Say that there is no personal query of this number."""
    return _("There is no query {number} here. /mine shows what there is.", number=number)


def forecast(found: Forecast, when: When, *, complete: bool) -> str:
    """Say what a query would have sent: `complete` is False when there was no time for the whole record."""
    _ = when.words
    if not found.items or found.first is None:
        return _("There is nothing on record yet to forecast from.")
    lines = [_sent(found, when, complete=complete)]
    if len(found.words) > 1:
        word, times = found.words[0]
        lines.append(
            _.ngettext(
                "The noisiest word is “{word}” (in {number} item).",
                "The noisiest word is “{word}” (in {number} items).",
                times,
                word=safe(word),
            )
        )
    return " ".join(lines)


def _sent(found: Forecast, when: When, *, complete: bool) -> str:
    """Say how many alerts, and over which time."""
    _, since = when.words, when.moment(found.first) if found.first else ""
    if not complete:
        if not found.total:
            return _("It would have sent nothing since {moment}, which is as far as I have looked back.", moment=since)
        return _.ngettext(
            "It would have sent {number} alert since {moment}, which is as far as I have looked back.",
            "It would have sent {number} alerts since {moment}, which is as far as I have looked back.",
            found.total,
            moment=since,
        )
    if found.first and any(found.first.astimezone(found.zone).date() > second for second in found.days[1:2]):
        if not found.total:
            return _("It would have sent nothing since {moment}, when my record begins.", moment=since)
        return _.ngettext(
            "It would have sent {number} alert since {moment}, when my record begins.",
            "It would have sent {number} alerts since {moment}, when my record begins.",
            found.total,
            moment=since,
        )
    if not found.total:
        return _("It would have sent nothing in the last {days} days.", days=len(found.days))
    return _.ngettext(
        "It would have sent {number} alert in the last {days} days.",
        "It would have sent {number} alerts in the last {days} days.",
        found.total,
        days=len(found.days),
    )


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
    _ = when.words
    lines = [_("✅ <code>{query}</code> can be understood.", query=safe(text, QUERY_UNITS)), read_as(_, text)]
    if hits:
        lines.append(
            _.ngettext(
                "Of the latest {number} item on record it fires on:",
                "Of the latest {number} items on record it fires on:",
                looked,
            )
        )
        for one, match in hits:
            lines += ["", item_line(one, when), *(f"  {sentence(each)}" for each in match.evidence[:1])]
    elif looked:
        lines.append(
            _.ngettext(
                "It does not fire on the latest {number} item on record.",
                "It fires on none of the latest {number} items on record.",
                looked,
            )
        )
    else:
        lines.append(_("There is nothing on record yet to try it on."))
    if misses:
        lines += ["", _("<b>It nearly fires on</b>")]
        lines += [f"{item_line(one, when)}\n  {safe(miss.reason, 200)}" for one, miss in misses]
    return fit(_, lines)


def unknown_link(_: Translator) -> str:
    """Say that no item has this link."""
    return _(
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
    _ = when.words
    lines = [item_line(one, when), "", *_verdicts(_, matches, misses, watchlists)]
    return fit(_, [*lines, *([""] if matches or misses else []), what])


def forwarded(
    _: Translator, matches: Sequence[Match], misses: Sequence[NearMiss], watchlists: Mapping[str, Watchlist]
) -> str:
    """Show what fires on a message that was forwarded, and what nearly does."""
    if matches:
        head = _("📨 On this message would have fired:")
    elif misses:
        head = _("📨 Nothing fires on this message. It is near:")
    else:
        head = _("📨 Nothing fires on this message.")
    return fit(_, [head, *_verdicts(_, matches, misses, watchlists)])


def _verdicts(
    _: Translator, matches: Sequence[Match], misses: Sequence[NearMiss], watchlists: Mapping[str, Watchlist]
) -> list[str]:
    """Return a line for each query that fires or nearly does."""
    lines, holds = [], _("it holds")
    for match in matches:
        found = ", ".join(f"“{safe(word, 40)}” ({field_name(_, field)})" for word, field in _found(match.evidence))
        name = _title(match.watchlist, watchlists)
        lines.append(f"✅ {name}<code>{safe(match.query)}</code>: {found or holds}")
    for miss in misses:
        name = _title(miss.watchlist, watchlists)
        lines.append(f"✖️ {name}<code>{safe(miss.query)}</code>: {safe(miss.reason, 200)}")
    return lines


def sentence(evidence: Evidence) -> str:
    """Return the sentence of a finding, cut around it, the words bold."""
    text, word = sanitize.plain(evidence.sentence or evidence.text), sanitize.plain(evidence.text)
    at = text.find(word) if word else -1
    if at < 0:
        return safe(text, _SENTENCE)
    start = max(0, at - _SENTENCE // 2)
    end = min(len(text), max(at + len(word), start + _SENTENCE))
    begin, rest = ("…" if start else "") + text[start:at], text[at + len(word) : end] + ("…" if end < len(text) else "")
    return f"{html.escape(begin)}<b>{safe(word)}</b>{html.escape(rest)}"


def item_line(one: ItemOnRecord, when: When, at: datetime | None = None) -> str:
    """Return an item on one line, with when it was seen, or another time."""
    untitled = when.words("(no title)")
    title, url = safe(one.item.title or one.item.url or untitled, 160), sanitize.link(one.item.url)
    linked = f'<a href="{html.escape(url)}">{title}</a>' if url and len(url) <= _LINK else title
    return f"📰 {linked} · {safe(one.source, 60)}, {when.moment(at or one.seen_at)}"


def _title(name: str, watchlists: Mapping[str, Watchlist]) -> str:
    """Return the title of a watchlist; a personal one is called as its query is."""
    found = watchlists.get(name)
    return f"<b>{safe(found.title)}</b> · " if found and found.title not in found.keywords else ""


def _found(evidence: Sequence[Evidence]) -> Sequence[tuple[str, Field]]:
    return list(dict.fromkeys((one.text, one.field) for one in evidence))[:_WORDS]
