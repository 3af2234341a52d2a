"""One watchlist: its keywords, excludes and sources, a form that shows a change before it is made, and its history.

The same model, the same mistakes and the same history as the chat and the file have: see `bot.config.edits.editor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from bot.config.edits.change import LONGEST, PARTS, Action, Part, make_change
from bot.errors import BotError, ConfigError, ConflictError, UnwritableError
from bot.model import Config, Watchlist
from bot.web.pages.page import Content, PageError, Visit
from bot.web.pages.page_services import PageServices
from bot.web.watchlist_pages.shown_edits import HISTORY, Draft, ShownEdit, draft_of, show_edits

TEMPLATE: Final = "watchlist.html"


@dataclass(frozen=True, slots=True)
class WatchlistValues:
    """What the page shows."""

    id: str
    title: str
    keywords: tuple[str, ...]
    exclude: tuple[str, ...]
    sources: tuple[str, ...]  # empty: all
    languages: tuple[str, ...]
    known_sources: tuple[str, ...]  # names and tags
    version: str  # of the file
    problems: tuple[str, ...]  # of the file as it is
    draft: Draft | None
    history: tuple[ShownEdit, ...]
    saved: bool = False


async def read_watchlist(services: PageServices, visit: Visit) -> Content:
    """Return a watchlist, and what the change in the address would do."""
    return await _content(services, visit, await _draft(services, visit, visit.query))


async def change_watchlist(services: PageServices, visit: Visit) -> str | Content:
    """Show what a change would do; with the version that it was shown of, make it. 409: the file is another by now."""
    version = visit.form.get("version", "")
    if not version:
        draft = await _draft(services, visit, visit.form)
        return await _content(services, visit, draft, 400 if draft and draft.problems else 200)
    _, watchlist = await _find(services, visit)
    part, action, keyword = _typed(visit.form)
    edits = services.edits
    try:
        proposal = await edits.editor.propose([make_change(action, watchlist.id, part, keyword)], version)
        await edits.editor.save(proposal, "page", visit.session.owner if visit.session else None)
    except ConflictError:
        draft = await _draft(services, visit, visit.form)
        return await _content(services, visit, replace(draft, is_conflict=True) if draft else None, 409)
    except UnwritableError as error:
        draft = Draft(keyword, part, action, diff=error.problems[1:], unwritable=error.problems[0])
        return await _content(services, visit, draft, 409)
    except ConfigError as error:
        return await _content(services, visit, Draft(keyword, part, action, error.problems), 400)
    await put_in_force(services)
    return f"{watchlist_path(watchlist.id)}?saved=1"


async def put_in_force(services: PageServices) -> None:
    """Let this process use the file as it is now; what cannot be done at once is done by its regular look."""
    try:
        await services.edits.reload()
    except BotError:
        return


def watchlist_path(name: str) -> str:
    """Return the path of a watchlist's page."""
    return f"/watchlists/{quote(name, safe='')}"


async def _find(services: PageServices, visit: Visit) -> tuple[Config, Watchlist]:
    """Return what the file says, and the watchlist of the path; of a wrong file, what is in force."""
    try:
        config, _version = await services.edits.editor.read_config()
    except ConfigError:
        config = services.config()
    found = next((one for one in config.watchlists if one.id == visit.place.get("id")), None)
    if found is None:
        raise PageError(404, lambda _: _("There is no such watchlist"), lambda _: _("The page Watchlists has all."))
    return config, found


def _typed(given: Mapping[str, str]) -> tuple[Part, Action, str]:
    """Return what a form or an address says; what it does not know is a keyword to add."""
    part, action = given.get("part", ""), given.get("action", "")
    return (
        next((one for one in PARTS if one == part), "keywords"),
        "remove" if action == "remove" else "add",
        given.get("keyword", "").strip()[: LONGEST + 1],
    )


async def _draft(services: PageServices, visit: Visit, given: Mapping[str, str]) -> Draft | None:
    """Return what a change would do; None where nothing was typed."""
    part, action, keyword = _typed(given)
    if not keyword:
        return None
    change = make_change(action, visit.place.get("id", ""), part, keyword)
    try:
        proposal = await services.edits.editor.propose([change])
    except ConfigError as error:
        return Draft(keyword, part, action, error.problems)
    return draft_of(proposal, keyword, part, action)


async def _content(services: PageServices, visit: Visit, draft: Draft | None, status: int = 200) -> Content:
    config, watchlist = await _find(services, visit)
    problems: tuple[str, ...] = ()
    version = ""
    try:
        _config, version = await services.edits.editor.read_config()
    except ConfigError as error:
        problems = error.problems
    owner = visit.session.owner if visit.session else None
    edits = await services.edits.editor.find_history(5 * HISTORY)
    names = dict.fromkeys(name for source in config.sources for name in (source.name, *source.tags))
    values = WatchlistValues(
        id=watchlist.id,
        title=watchlist.title,
        keywords=watchlist.keywords,
        exclude=watchlist.exclude,
        sources=watchlist.sources,
        languages=watchlist.languages,
        known_sources=tuple(names),
        version=version,
        problems=problems,
        draft=draft,
        history=show_edits(edits, owner, watchlist.id)[:HISTORY],
        saved=visit.query.get("saved") == "1",
    )
    return Content({name: getattr(values, name) for name in WatchlistValues.__slots__}, status)
