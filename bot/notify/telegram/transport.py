"""How python-telegram-bot's requests reach Telegram: over aiohttp, whose requests cost a tenth of httpx's.

One request in, status and body out, or a DeliveryError that says whether it left at all. Refusals are read by our own
table before the library turns them into something less. Nothing here follows redirects, keeps cookies, uses proxies of
the environment, tries again, or logs an address: the token is in each of them.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import aiohttp
from telegram.request import BaseRequest

from bot.errors import DeliveryError, FetchError
from bot.notify.telegram import refusals
from bot.notify.telegram.answers import is_accepted, parse_answer
from bot.proxies.proxy_address import Proxy
from bot.proxies.tunnel import connect_through, resolver_for

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput
    from telegram.request import RequestData

# Long, so that it is rarely unknown whether a message was accepted (seconds; python-telegram-bot's default is 5).
_ANSWER: Final = 20.0  # between two parts of an answer
_CONNECT: Final = 10.0  # to get a connection, be it a free one or a new one
_IDLE: Final = 5.0  # a connection is kept: one that the server closes just as we write leaves a message in doubt
_CONNECTIONS: Final = 64  # above one long poll, and forty chats whose answers hang: nobody waits for another's


class Wire(BaseRequest):  # an inheritance that the library asks for: its Bot takes no other kind of request
    """The connections of one Bot; opened by the first request, and again after a `shutdown`."""

    __slots__ = ("_proxy", "_session")

    def __init__(self, proxy: Proxy | None = None) -> None:
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Return the seconds that an answer may take where a request names none."""
        return _ANSWER

    async def initialize(self) -> None:
        """Do nothing: the first request opens what it needs."""

    async def shutdown(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0917 - as the library calls it
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - all of a request is written at once
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - never given
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - never given
    ) -> tuple[int, bytes]:
        """Ask once. DeliveryError, `unsent` where no request can have left, for whatever is no accepted request."""
        patience = read_timeout if isinstance(read_timeout, int | float) else _ANSWER
        timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT, sock_read=patience)
        form = _form(request_data) if request_data else None
        try:
            async with self._open().request(method, url, data=form, timeout=timeout, allow_redirects=False) as answer:
                status, body = answer.status, await _read(answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise DeliveryError(f"no connection to Telegram ({type(error).__name__})", "unsent") from None
        except FetchError as error:  # of the proxy, before anything was written
            raise DeliveryError(f"no connection to Telegram: {error}", "unsent") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise DeliveryError(f"no answer from Telegram ({type(error).__name__})", "unknown") from None
        refused = refusals.refusal(status, body)
        if refused:
            raise refused
        return HTTPStatus.OK, json.dumps(parse_answer(body)).encode()  # as the library requires it

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # the machine's own way to resolve names, whatever it is
            resolver = resolver_for(self._proxy, aiohttp.ThreadedResolver)
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE, resolver=resolver)
            if self._proxy:
                connect_through(connector, self._proxy)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": self.USER_AGENT},
            )
        return self._session


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Return the body; what was broken off is enough where it says that the request was accepted."""
    body = bytearray()
    try:
        async for part in answer.content.iter_any():
            body += part
    except (aiohttp.ClientError, OSError):
        if not is_accepted(bytes(body)):
            raise
    return bytes(body)


def _form(data: RequestData) -> aiohttp.FormData | dict[str, str]:
    """Return the parameters as they are sent; with a file among them, in parts."""
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
