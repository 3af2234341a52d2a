"""Alerts on record as CSV, lines of JSON, RSS and a page of HTML: a beginning, a piece for each, an end. Pure.

Texts come from anywhere: nothing of them is markup, a formula of a spreadsheet, or a link that is not http(s).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Final, Literal

from bot.store.alert_history import AlertOnRecord
from bot.text.csv_lines import BOM, csv_line

Format = Literal["csv", "json", "rss", "html"]
HEADER: Final = ("time", "watchlist", "story", "headline", "lead", "words", "outlets", "url", "chats")
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLE: Final = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "article{border-top:1px solid #bbb;padding:.7rem 0;break-inside:avoid}"
    "h1{font-size:1.3rem}h2{font-size:1rem;margin:0}"
    "p{margin:.2rem 0}small{color:#444}a{color:#063}@media print{body{margin:0;max-width:none}a{color:inherit}}"
)


@dataclass(frozen=True, slots=True)
class Writer:
    """One format: what stands before the alerts, how each is written, and what stands behind them."""

    begin: str
    write: Callable[[AlertOnRecord], str]
    end: str = ""


def writer(name: Format, title: str) -> Writer:
    """Return what writes a format; `title` heads what has a heading."""
    shown = html.escape(title)
    if name == "csv":
        return Writer(BOM + csv_line(HEADER), _csv)
    if name == "json":
        return Writer("", _json)
    if name == "rss":
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{shown}</title>'
        return Writer(f"{head}<link/><description>{shown}</description>\n", _rss, "</channel></rss>\n")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = (
        '<!doctype html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{shown}</title><style>{_STYLE}</style></head><body><h1>{shown}</h1>\n"
    )
    return Writer(head, _html, "</body></html>\n")


def _csv(one: AlertOnRecord) -> str:
    cells = (_time(one), one.watchlist, str(one.story), one.headline, one.lead)
    more = ("; ".join(one.words), "; ".join(one.outlets), one.url or "", str(len(one.chats)))
    return csv_line((*cells, *more))


def _json(one: AlertOnRecord) -> str:
    values = (_time(one), one.watchlist, one.story, one.headline, one.lead, one.words, one.outlets, one.url)
    return json.dumps(dict(zip(HEADER, (*values, len(one.chats)), strict=True)), ensure_ascii=False) + "\n"


def _rss(one: AlertOnRecord) -> str:
    link = f"<link>{_xml(one.url)}</link>" if _is_link(one.url) and one.url else ""
    said = f"<description>{_xml(one.lead)}</description><category>{_xml(one.watchlist)}</category>"
    guid = f'<guid isPermaLink="false">{one.story}-{_xml(one.watchlist)}</guid>'
    at = f"<pubDate>{format_datetime(one.at)}</pubDate>"
    return f"<item><title>{_xml(one.headline)}</title>{link}{said}{guid}{at}</item>\n"


def _html(one: AlertOnRecord) -> str:
    title = _xml(one.headline) or "—"
    if _is_link(one.url) and one.url:
        title = f'<a href="{_xml(one.url)}" rel="noreferrer noopener">{title}</a>'
    facts = [f"{one.at:%Y-%m-%d %H:%M} UTC", one.watchlist, ", ".join(one.outlets), "🔎 " + ", ".join(one.words)]
    shown = " · ".join(_xml(fact) for fact in facts if fact)
    return f"<article><h2>{title}</h2><p>{_xml(one.lead)}</p><p><small>{shown}</small></p></article>\n"


def _time(one: AlertOnRecord) -> str:
    return one.at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(text: str | None) -> str:
    return html.escape(_NO_XML.sub("", text or ""), quote=True)


def _is_link(url: str | None) -> bool:
    return bool(url) and str(url).startswith(("http://", "https://"))
