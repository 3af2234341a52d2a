"""What people read of an alert outside Telegram: a subject, a text, and where there is markup, the same as HTML.

Deliveries to one output in, one message out, in its layout: `full` and `brief` tell one alert, `digest` lists several.
What comes later to an alert that was told is one line. No text of a stranger can be markup: in HTML it is escaped, in
plain text every sign that chat services give a meaning to is followed by a word joiner, which nobody sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import regex

from bot.i18n import Translator, field_name, words
from bot.model import DisplayPreferences, OutputLayout, Report
from bot.notify.sanitize import cut, link, one_line
from bot.notify.sources_line import clock, zone_of
from bot.ports.output_store import OutputDelivery
from bot.stories.heading import heading_report, told_at

if TYPE_CHECKING:
    from jinja2 import Template

HEADLINE: Final = 300  # characters of a subject or headline
_LEAD, _NAME, _FINDING, _MOST_WORDS, _MOST_REPORTS = 1_200, 60, 60, 20, 40
_MEANING = regex.compile(r"[<>@\[\]*_`~|#!]")  # to Slack, Discord, Matrix, Mattermost, Markdown
_HTML: Final = """\
<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="font:16px/1.5 sans-serif;max-width:40em">
{% for story in stories -%}
{% if story.heading %}<p style="color:#555;margin-bottom:0">{{ story.heading }}</p>
{% endif -%}
<h2 style="margin-top:0.2em">{{ linked(story.headline, story.url) }}</h2>
{% if story.lead %}<p>{{ story.lead }}</p>
{% endif -%}
{% if story.words %}<p>🔎 {{ story.words }}</p>
{% endif -%}
{% if story.reports %}<p>📰 {% for name, when, url in story.reports %}{% if loop.index0 %}, {% endif %}\
{{ linked(name, url) }} {{ when }}{% endfor %}</p>
{% endif -%}
{% endfor -%}
</body></html>
"""
_LINKED: Final = """\
{% macro linked(text, url) %}{% if url %}<a href="{{ url }}">{{ text }}</a>{% else %}{{ text }}{% endif %}{% endmacro %}
"""


@dataclass(frozen=True, slots=True)
class OutputMessage:
    """One message. `is_answer`: it tells what came to an alert that was told before."""

    subject: str
    text: str
    html: str
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class _Story:
    """One alert as it is shown, in plain text."""

    headline: str
    url: str | None
    heading: str = ""
    lead: str = ""
    words: str = ""
    reports: tuple[tuple[str, str, str | None], ...] = ()  # name, time, address


def render_output(
    deliveries: Sequence[OutputDelivery], layout: OutputLayout, home: DisplayPreferences, *, inert: bool
) -> OutputMessage:
    """Return the message. With `inert`, its text is for a service that gives signs a meaning."""
    _, zone = words(home.language), zone_of(home.timezone)
    first = deliveries[0]
    stories = [_story(_, one, layout, zone) for one in deliveries]
    is_answer = bool(first.shown) and len(deliveries) == 1
    subject = stories[0].headline
    if layout == "digest":
        titles = " · ".join(dict.fromkeys(one_line(one.alert.title) for one in deliveries))
        subject = cut(
            _.ngettext("{titles}: {number} story", "{titles}: {number} stories", len(stories), titles=titles), HEADLINE
        )
    text = "\n\n".join(_text(one, inert=inert) for one in stories)
    return OutputMessage(subject, text, _html(subject, stories, home.language or "en"), is_answer)


def defuse(text: str) -> str:
    """Return a text in which no sign has a meaning to a chat service; it looks the same."""
    return _MEANING.sub(lambda found: found[0] + "\u2060", text)


def _story(_: Translator, delivery: OutputDelivery, layout: OutputLayout, zone: ZoneInfo) -> _Story:
    alert, reports = delivery.alert, delivery.reports
    heading = heading_report(alert.headline, alert.url, reports)
    mine = heading is not None and heading.url == alert.url
    headline = cut(one_line(heading.headline if heading and mine else alert.headline) or "—", HEADLINE)
    url = link(alert.url)
    others = sorted((one for one in reports if one is not heading), key=told_at)
    every = [*([heading] if heading else []), *others]
    today = max((one.at for one in reports), default=delivery.created_at).astimezone(zone)
    if delivery.shown:
        since = delivery.sent_at or delivery.created_at
        fresh = [one for one in every if one.at > since]
        sign = _("✏️ Corrected headline") if delivery.is_correction else _("🆕 New in this story")
        return _Story(headline, url, sign, reports=_reports(_, fresh, today))
    if layout != "full":
        return _Story(headline, url, reports=_reports(_, every if layout == "digest" else every[:1], today))
    sign = "🚨" if alert.priority == "urgent" else "🔔"
    return _Story(
        headline,
        url,
        f"{sign} {cut(one_line(alert.title), _NAME)}",
        cut(one_line(alert.lead), _LEAD),
        _words(_, delivery),
        _reports(_, every, today),
    )


def _words(_: Translator, delivery: OutputDelivery) -> str:
    found: dict[str, str] = {}
    for one in delivery.alert.words:
        word = cut(one_line(one.text), _FINDING)
        if word:
            found.setdefault(word.casefold(), f"{word} ({field_name(_, one.field)})")
    return " · ".join([*found.values()][:_MOST_WORDS])


def _reports(_: Translator, reports: Sequence[Report], today: datetime) -> tuple[tuple[str, str, str | None], ...]:
    return tuple(
        (cut(one_line(one.source), _NAME) or "—", clock(_, one, today), link(one.url))
        for one in reports[:_MOST_REPORTS]
    )


def _text(story: _Story, *, inert: bool) -> str:
    """Return the story as lines of plain text; addresses stand by themselves, so that services link them."""
    said = defuse if inert else str
    lines = [said(story.heading)] if story.heading else []
    lines.append(said(story.headline))
    if story.url:
        lines.append(story.url)
    if story.lead:
        lines += ["", said(story.lead)]
    if story.words:
        lines.append(f"🔎 {said(story.words)}")
    if story.reports:
        lines.append("📰 " + ", ".join(f"{said(name)} {when}" for name, when, _ in story.reports))
    return "\n".join(lines)


def _html(subject: str, stories: Sequence[_Story], language: str) -> str:
    return _template().render(subject=subject, stories=stories, language=language)


def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_LINKED + _HTML)
