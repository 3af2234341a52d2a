"""What /story says. HTML out; nothing is decided here. Written as `bot.chat.texts.basics` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.articles.boilerplate import strip_dateline
from bot.chat.texts.basics import fit, linked, safe
from bot.i18n import Translator
from bot.model import Alert, Report
from bot.ports.preference_store import StorySummary
from bot.stories.heading import told_at
from bot.stories.join_wording import describe_join

_LEAD, _SENTENCE, _REASON = 600, 300, 240
_SENTENCES = 3


def story(
    _: Translator, one: StorySummary, alert: Alert, now: datetime, zone: ZoneInfo, *, begin: int, end: int
) -> str:
    """Tell all that is on record of a story: its lead, the sentences with the words found, every report of a page.

    `begin` and `end` are places among its reports; the first page has the lead as well.
    """
    lines = [f"<b>{linked(one.headline or alert.headline, one.url)}</b>"]
    if begin == 0:
        if lead := safe(alert.lead, _LEAD):
            lines.append(lead)
        lines += _sentences(alert)
    lines += ["", _.ngettext("📰 <b>{number} report</b>", "📰 <b>{number} reports</b>", len(one.reports))]
    opening = min(one.reports, key=lambda told: told.at, default=None)
    lines += [_report(_, told, now, zone, opens=told is opening) for told in one.reports[begin:end]]
    return fit(_, lines)


def _sentences(alert: Alert) -> Iterator[str]:
    """Yield the sentences that the words were found in and the lead does not show."""
    sentences = (one.sentence for one in alert.evidence if one.field != "title" and one.sentence)
    found = dict.fromkeys(map(strip_dateline, sentences))
    for sentence in list(found)[:_SENTENCES]:
        if sentence not in alert.lead:
            yield f"… {safe(sentence, _SENTENCE)}"


def _report(_: Translator, told: Report, now: datetime, zone: ZoneInfo, *, opens: bool) -> str:
    when = _.moment(told_at(told).astimezone(zone), now.astimezone(zone))
    line = f"• {safe(told.source, 60)}, {when}: {linked(told.headline, told.url)}"
    return line if opens or not told.reason else f"{line}\n   {joined(_, told.reason)}"


def joined(_: Translator, reason: str) -> str:
    """Say why a report joined its story, by the reason on record, which is in English."""
    return _("↳ it joined because: {reason}", reason=safe(describe_join(_, reason), _REASON))


def several(_: Translator, alerts: Sequence[Alert]) -> str:
    """Ask which of several stories is meant."""
    lines = [_("🗂 That message tells of several stories. Which one?")]
    return fit(_, [*lines, *(f"{place}. {linked(one.headline, one.url)}" for place, one in enumerate(alerts, 1))])


def which(_: Translator) -> str:
    """Ask which story is meant."""
    return _(
        "I have not told this chat of a story yet. Write /story as an answer to an alert, or with its link, or press "
        "More under it."
    )
