"""The pages over HTTP: routes, who may come in, and what is answered when something is wrong.

Every path of `site_map` is a page, and with `.json` behind it the same values as JSON; `/` is `/now.json`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from bot.errors import StoreError
from bot.i18n import Translator
from bot.web.access.request_guard import READING, is_known_host, is_open, is_own_request
from bot.web.access.sign_in import enter, no_session, read_enter
from bot.web.access.visitors import JSON, cookie_name, find_session, give_cookie, meet
from bot.web.pages.page import Action, Content, Page, PageError, Visit
from bot.web.pages.page_paths import ENTER
from bot.web.pages.page_rendering import PageRenderer, make_renderer
from bot.web.pages.page_services import PageServices
from bot.web.pages.site_map import ACTIONS, PAGES
from bot.web.pages.static_files import add_static_files, load_static_files

if TYPE_CHECKING:
    from aiohttp import web

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)
PROBLEM: Final = "problem.html"
_LONGEST: Final = 200  # characters of a path in the log
FORM: Final = "application/x-www-form-urlencoded"
_CHARSETS: Final = frozenset(
    {"utf-8", "utf8", "us-ascii"}
)  # of Python's others, some take seconds, and some are no text


def add_pages(app: web.Application, services: PageServices) -> None:
    """Serve the pages; before the application starts."""
    static = load_static_files()
    menu = [(page.path, page.menu) for page in PAGES if page.menu is not None]
    site = Site(services, make_renderer(static, services.off_loop, menu))
    app.middlewares.append(site.guard())
    add_static_files(app, static)
    app.router.add_get(ENTER, site.show_enter)
    app.router.add_post(ENTER, site.enter)
    app.router.add_post("/leave", site.leave)
    for page in PAGES:
        app.router.add_get("/now.json" if page.path == "/" else page.path + JSON, site.shows(page))
    for page in PAGES:
        app.router.add_get(page.path, site.shows(page))
    for action in ACTIONS:
        app.router.add_post(action.path, site.does(action))


class Site:
    """Answers requests for pages; one for a process."""

    def __init__(self, services: PageServices, renderer: PageRenderer) -> None:
        self._services, self._renderer = services, renderer

    def shows(self, page: Page) -> Handler:
        """Return the handler of a page."""

        async def show(request: web.Request) -> web.StreamResponse:
            visit = await self._let_in(request)
            return await self._renderer.respond(visit, page.template, await page.read(self._services, visit))

        return show

    def does(self, action: Action) -> Handler:
        """Return the handler of an action: it changes something and leads to a page (303), or shows what is wrong."""

        async def act(request: web.Request) -> web.StreamResponse:
            visit = await self._let_in(request, await _form(request))
            done = await action.act(self._services, visit)
            if isinstance(done, str):
                return _lead_to(done)
            return await self._renderer.respond(visit, action.template, done)

        return act

    async def show_enter(self, request: web.Request) -> web.StreamResponse:
        """Show the button of a one-time link."""
        visit = await meet(self._services, request, None)
        return await self._renderer.respond(visit, "enter.html", await read_enter(self._services, visit))

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Use a link up, and let the browser in."""
        visit = await meet(self._services, request, None, await _form(request))
        secret = await enter(self._services, visit, request)
        answer = _lead_to("/")
        give_cookie(self._services, answer, secret)
        return answer

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """End the session of this browser."""
        visit = await self._let_in(request)
        if visit.session is not None:
            await self._services.sessions.end_session(visit.session.id)
        answer = _lead_to("/")
        answer.del_cookie(cookie_name(self._services), path="/")
        return answer

    def guard(self) -> Any:
        """Return the middleware that refuses foreign requests, and turns what goes wrong into a page."""
        from aiohttp import web

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            if is_open(request.path):
                return await handler(request)
            try:
                self._require_own(request)
                return await handler(request)
            except PageError as error:
                return await self._refuse(request, error)
            except StoreError as error:
                log.warning("a page could not be shown", extra={"reason": str(error)})
                return await self._refuse(request, PageError(503, _no_database, _try_again))
            except web.HTTPException as error:
                return await self._refuse(request, _of_status(error.status))
            except Exception:
                log.exception("a page could not be made", extra={"path": request.path[:_LONGEST]})
                return await self._refuse(request, PageError(500, _our_fault, _try_again))

        return guarded

    def _require_own(self, request: web.Request) -> None:
        sockname = request.transport.get_extra_info("sockname") if request.transport else None
        local = str(sockname[0]) if isinstance(sockname, tuple) else None
        host, web_url = request.headers.get("Host"), self._services.web_url
        if not is_known_host(host, self._services.listen[0], web_url, local):
            raise PageError(421, lambda _: _("The pages are not at this address"), _set_address)
        if request.method not in READING and not is_own_request(request.headers, host, web_url):
            raise PageError(403, lambda _: _("This was sent by another site"), _come_back)

    async def _let_in(self, request: web.Request, form: dict[str, str] | None = None) -> Visit:
        session = await find_session(self._services, request)
        if session is None:
            raise no_session(self._services)
        return await meet(self._services, request, session, form)

    async def _refuse(self, request: web.Request, error: PageError) -> web.StreamResponse:
        """Say what is wrong and what to do, to who was let in or not; the database may be away."""
        try:
            session = await find_session(self._services, request)
            visit = await meet(self._services, request, session)
        except StoreError:
            visit = await meet(self._services, request, None)
        said, advice = error.said(visit.translator), error.advice(visit.translator)
        content = Content({"error": said, "advice": advice, "status": error.status}, error.status)
        return await self._renderer.respond(visit, PROBLEM, content)


async def _form(request: web.Request) -> dict[str, str]:
    """Return the fields of a form; of a field that is there twice, the last. PageError where it cannot be read."""
    if request.content_type != FORM:
        return {}
    unreadable = PageError(400, lambda _: _("This form cannot be read"), _come_back)
    if (request.charset or "utf-8").lower() not in _CHARSETS:
        raise unreadable
    try:
        fields = await request.post()
    except ValueError:  # bytes that are no text
        raise unreadable from None
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _lead_to(path: str) -> web.Response:
    from aiohttp import web

    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def _of_status(status: int) -> PageError:
    """Return the words for what the web server itself refuses."""
    said: dict[int, Callable[[Any], str]] = {
        404: lambda _: _("There is no such page"),
        405: lambda _: _("This page does not take that"),
        413: lambda _: _("That is too much at once"),
    }
    return PageError(status, said.get(status, lambda _: _("This cannot be answered")), _go_to_start)


def _no_database(_: Translator) -> str:
    return _("The database does not answer")


def _our_fault(_: Translator) -> str:
    return _("Something went wrong here")


def _try_again(_: Translator) -> str:
    return _("Try again in a moment. If it stays so, the log and “newswatch doctor” say why.")


def _set_address(_: Translator) -> str:
    return _("Set NEWSWATCH_WEB_URL to the address that you open, and start the bot again.")


def _come_back(_: Translator) -> str:
    return _("Open the page itself and press its button there. A proxy must pass on Host, Origin and Sec-Fetch-Site.")


def _go_to_start(_: Translator) -> str:
    return _("Begin at the page Now; the menu leads to the others.")
