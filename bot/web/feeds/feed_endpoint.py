"""GET /feeds/ID.xml and .json: what a watchlist told, for who has a key; with validators, so that polling costs little.

A wrong key, one that was revoked, one of a former owner and a watchlist that there is not are answered alike: 403.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from bot.errors import StoreError
from bot.model import Config
from bot.ports.feed_store import FeedState, FeedStore
from bot.web.feeds.feed_documents import to_atom, to_json_feed

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

MOST: Final = 100  # entries of a document, those that changed last
_FORMS: Final = {"xml": (to_atom, "application/atom+xml"), "json": (to_json_feed, "application/feed+json")}
_HEADERS: Final = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


def feed_path(watchlist: str, key: str, form: str = "xml") -> str:
    """Return the path of a feed with its key."""
    return f"/feeds/{watchlist}.{form}?key={key}"


def add_feeds(
    app: web.Application,
    feeds: FeedStore,
    config: Callable[[], Config],
    owners: Collection[int],
    now: Callable[[], datetime],
) -> None:
    """Serve the feeds of the watchlists of the configuration in force, by the keys of those who are owners."""
    from aiohttp import web

    kept: dict[tuple[str, str], tuple[str, bytes]] = {}  # the last document of each feed, with its ETag

    async def answer(request: web.Request) -> web.Response:
        watchlist, form = request.match_info["watchlist"], request.match_info["form"]
        titles = {one.id: one.title for one in config().watchlists}
        key = request.query.get("key", "")
        try:
            if watchlist not in titles or not await feeds.has_key(watchlist, key, owners):
                said = "This key opens no such feed. An owner gets one by /web in the chat with the bot.\n"
                return web.Response(status=403, text=said, headers=_HEADERS)
            state = await feeds.read_state(watchlist, now())
            headers = {**_HEADERS, **_validators(state, form, titles[watchlist])}
            if _is_known(request, headers["ETag"], state):
                return web.Response(status=304, headers=headers)
            body = await document(watchlist, form, titles[watchlist], headers["ETag"])
        except StoreError as error:
            log.warning("a feed could not be shown", extra={"reason": str(error)})
            said = "The database does not answer. Come back in a minute.\n"
            return web.Response(status=503, text=said, headers={**_HEADERS, "Retry-After": "60"})
        return web.Response(body=body, headers={**headers, "Content-Type": f"{_FORMS[form][1]}; charset=utf-8"})

    async def document(watchlist: str, form: str, title: str, etag: str) -> bytes:
        known, body = kept.get((watchlist, form), ("", b""))
        if known != etag:
            entries = await feeds.read_alerts(watchlist, MOST, now())
            body = await asyncio.to_thread(_FORMS[form][0], watchlist, title, entries, config().language)
            kept[watchlist, form] = etag, body
        return body

    app.router.add_get(r"/feeds/{watchlist:[a-z0-9_-]{1,32}}.{form:xml|json}", answer)


def _validators(state: FeedState, form: str, title: str) -> dict[str, str]:
    told = f"{form}\0{title}\0{state.alerts}\0{state.updated_at}"
    validators = {"ETag": f'"{blake2b(told.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'}
    if state.updated_at is not None:
        validators["Last-Modified"] = format_datetime(state.updated_at.replace(microsecond=0), usegmt=True)
    return validators


def _is_known(request: web.Request, etag: str, state: FeedState) -> bool:
    """Return whether the reader has this state already. ETags decide where it sends any."""
    sent = request.headers.get("If-None-Match")
    if sent is not None:
        return any(one.strip().removeprefix("W/") in {etag, "*"} for one in sent.split(","))
    since = request.headers.get("If-Modified-Since")
    if since is None or state.updated_at is None:
        return False
    try:
        return _at(since) >= state.updated_at.replace(microsecond=0)
    except (ValueError, OverflowError):
        return False


def _at(text: str) -> datetime:
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
