"""All watchlists, and who changed watchlists.yaml when; a change is taken back here, after it was shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot.errors import ConfigError, ConflictError, UnwritableError
from bot.web.pages.page import Content, Visit
from bot.web.pages.page_services import PageServices
from bot.web.watchlist_pages.shown_edits import HISTORY, Draft, ShownEdit, draft_of, show_edits
from bot.web.watchlist_pages.watchlist_page import put_in_force, watchlist_path

TEMPLATE: Final = "watchlists.html"


@dataclass(frozen=True, slots=True)
class ListedWatchlist:
    """One watchlist, with what it looks for."""

    id: str
    title: str
    path: str
    keywords: tuple[str, ...]
    exclude: tuple[str, ...]
    sources: tuple[str, ...]  # empty: all
    priority: str


@dataclass(frozen=True, slots=True)
class WatchlistsValues:
    """What the page shows."""

    watchlists: tuple[ListedWatchlist, ...]
    problems: tuple[str, ...]  # of the file as it is; the last good one is in force
    draft: Draft | None  # what would be taken back
    history: tuple[ShownEdit, ...]
    saved: bool = False


async def read_watchlists(services: PageServices, visit: Visit) -> Content:
    """Return all watchlists, and the history of the file."""
    return await _content(services, visit, None)


async def undo_change(services: PageServices, visit: Visit) -> str | Content:
    """Show what takes a change back; with the version that it was shown of, do so. 409: the file is another by now."""
    number, version = visit.form.get("undo", ""), visit.form.get("version", "")
    meant = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1  # noqa: PLR2004 - 2^63
    editor = services.edits.editor
    try:
        proposal = await editor.propose_undo(meant)
        if not version:
            return await _content(services, visit, draft_of(proposal))
        if proposal.version != version:
            return await _content(services, visit, replace(draft_of(proposal), is_conflict=True), 409)
        await editor.save(proposal, "page", visit.session.owner if visit.session else None)
    except ConflictError as error:
        return await _content(services, visit, Draft("", problems=error.problems, undoes=meant, is_conflict=True), 409)
    except UnwritableError as error:
        draft = Draft("", diff=error.problems[1:], unwritable=error.problems[0], undoes=meant)
        return await _content(services, visit, draft, 409)
    except ConfigError as error:
        return await _content(
            services, visit, Draft("", problems=error.problems, undoes=meant), 409 if version else 400
        )
    await put_in_force(services)
    return "/watchlists?saved=1"


async def _content(services: PageServices, visit: Visit, draft: Draft | None, status: int = 200) -> Content:
    problems: tuple[str, ...] = ()
    try:
        config, _version = await services.edits.editor.read_config()
    except ConfigError as error:
        config, problems = services.config(), error.problems
    listed = (
        ListedWatchlist(one.id, one.title, watchlist_path(one.id), one.keywords, one.exclude, one.sources, one.priority)
        for one in config.watchlists
    )
    owner = visit.session.owner if visit.session else None
    history = show_edits(await services.edits.editor.find_history(HISTORY), owner)
    values = WatchlistsValues(tuple(listed), problems, draft, history, visit.query.get("saved") == "1")
    return Content({name: getattr(values, name) for name in WatchlistsValues.__slots__}, status)
