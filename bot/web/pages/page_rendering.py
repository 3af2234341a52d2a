"""Content to a response: a template of `bot/web/templates`, or the same values as JSON.

Everything that goes into a template is escaped there; what is missing there is a mistake.
Texts stand in templates as `_("…")`, and `make words` finds them. Both are made in a thread, so that a long page delays
nobody's alerts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.i18n import Translator
from bot.web.access.request_guard import page_headers
from bot.web.pages import charts
from bot.web.pages.off_loop import OffLoop
from bot.web.pages.page import Content, Visit
from bot.web.pages.page_paths import source_path
from bot.web.pages.page_times import PageTimes
from bot.web.pages.static_files import StaticFiles
from bot.web.record_pages.marked_items import mark_sentences, mark_title

if TYPE_CHECKING:
    from aiohttp import web

FOLDER: Final = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class PageRenderer:
    """The templates, and the menu that stands on each page."""

    environment: Environment
    static: StaticFiles
    off_loop: OffLoop
    menu: Sequence[tuple[str, Any]] = ()  # (path, Say)

    async def respond(self, visit: Visit, template: str, content: Content) -> web.Response:
        """Return the page, or its JSON where that is asked for."""
        from aiohttp import web

        headers = page_headers(visit.nonce)
        if visit.as_json:
            body = await self.off_loop.run(to_json, content.values)
            return web.Response(text=body, status=content.status, content_type="application/json", headers=headers)
        body = await self.off_loop.run(self._render, visit, content.template or template, content.values)
        return web.Response(text=body, status=content.status, content_type="text/html", headers=headers)

    def _render(self, visit: Visit, template: str, values: Mapping[str, Any]) -> str:
        translator = visit.translator
        given = {
            "_": translator,
            "ngettext": translator.ngettext,
            "pgettext": translator.pgettext,
            "number": translator.number,
            "amount": partial(_amount, translator),
            "times": PageTimes(translator, visit.zone, visit.now),
            "visit": visit,
            "menu": [(path, say(translator)) for path, say in self.menu],
            "static": self.static.address,
        }
        return self.environment.get_template(template).render(values, **given)


def make_renderer(static: StaticFiles, off_loop: OffLoop, menu: Sequence[tuple[str, Any]]) -> PageRenderer:
    """Return what renders; templates are read when they are first shown."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"draw_bars": charts.draw_bars, "draw_strip": charts.draw_strip, "source_path": source_path}
    environment.globals |= {"mark_title": mark_title, "mark_sentences": mark_sentences}
    return PageRenderer(environment, static, off_loop, menu)


def to_json(values: Mapping[str, Any]) -> str:
    """Return values as JSON: dataclasses as objects, times as ISO 8601, lengths of time in seconds."""
    return json.dumps(_plain(values), ensure_ascii=False, default=str) + "\n"


def _amount(translator: Translator, value: float) -> str:
    """Return a number of a chart: whole, or with one digit behind the point where it is small and not whole."""
    return translator.number(round(value)) if value >= 10 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value
