"""Posts to a receiver and reads its answer, as far as that says anything: its status, and when to come back.

The address is the operator's, as those of a proxy and of PING_URL are: it may be on the own network. What the receiver
answers leads nowhere: redirects are not followed, and of the body a few kilobytes are read and thrown away.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from bot.errors import FetchError, OutputError
from bot.model import Output
from bot.notify.webhook.body import message_id, to_body
from bot.notify.webhook.signature import sign
from bot.ports.output_store import OutputDelivery, OutputServices
from bot.proxies.proxy_address import parse_proxy
from bot.proxies.tunnel import connect_through, resolver_for

if TYPE_CHECKING:
    import aiohttp

DEADLINE: Final = 15.0  # seconds of one request, over all
MOST_READ: Final = 16_384  # bytes of an answer; what is larger costs the connection
GONE: Final = 410
_REDIRECTS, _SLOWED = range(300, 400), (429, 503)
_OF_THE_MESSAGE: Final = (400, 413, 422)  # what these refuse may be this message, and the next one taken


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Fulfils OutputSender, for one receiver."""

    session: aiohttp.ClientSession
    address: str
    secret: str
    user_agent: str

    async def send(self, deliveries: Sequence[OutputDelivery]) -> None:
        """See OutputSender. There are no digests here: every revision is a message of its own."""
        for delivery in deliveries:
            await self._post(delivery)

    async def _post(self, delivery: OutputDelivery) -> None:
        import aiohttp

        body, name, now = to_body(delivery), message_id(delivery), int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self.user_agent,
            "webhook-id": name,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(self.secret, name, now, body),
        }
        try:
            async with self.session.post(self.address, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.content.total_bytes <= MOST_READ:
                    await answer.content.read(MOST_READ)
                if not answer.content.at_eof():
                    answer.close()
                _judge(answer.status, answer.headers.get("Retry-After"))
        except TimeoutError:
            raise OutputError(f"no answer within {DEADLINE:.0f} s") from None
        except FetchError as error:  # of the proxy
            raise OutputError(str(error)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise OutputError(_words(error)) from None


def _judge(status: int, retry_after: str | None) -> None:
    """Raise what a status means; 2xx means that the receiver has it."""
    if status in range(200, 300):
        return
    if status in _REDIRECTS:
        raise OutputError(f"it answers {status} and leads elsewhere; write the address that it leads to")
    if status == GONE:
        raise OutputError("it answers 410: it wants no more", ended=True)
    wait = _seconds(retry_after) if retry_after and status in _SLOWED else None
    raise OutputError(f"it answers {status}", retry_after=wait, alone=status in _OF_THE_MESSAGE)


def _seconds(retry_after: str) -> float | None:
    """Read seconds, or a date."""
    if retry_after.strip().isdecimal():
        return float(retry_after.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _words(error: Exception) -> str:
    """Say what went wrong, without the address: there may be a key in it."""
    import aiohttp

    kinds: tuple[tuple[type[Exception], str], ...] = (
        (aiohttp.ClientConnectorDNSError, "its name is not known"),
        (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
        (aiohttp.ClientSSLError, "TLS could not be agreed on"),
        (aiohttp.ClientConnectorError, "nobody answers there"),
        (aiohttp.ServerDisconnectedError, "it closed the connection without an answer"),
        (aiohttp.ClientResponseError, "its answer is not HTTP"),
        (aiohttp.InvalidURL, "the address cannot be asked"),
    )
    return next((words for kind, words in kinds if isinstance(error, kind)), f"it failed: {type(error).__name__}")


@asynccontextmanager
async def open_webhook(output: Output, services: OutputServices) -> AsyncIterator[WebhookSender]:
    """Open what sends to a receiver; its connections are kept between messages."""
    import aiohttp

    proxy = parse_proxy(services.proxy) if services.proxy else None
    connector = aiohttp.TCPConnector(resolver=resolver_for(proxy, aiohttp.ThreadedResolver), limit=0)
    if proxy:
        connect_through(connector, proxy)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=DEADLINE),
        skip_auto_headers=("User-Agent",),
        read_bufsize=MOST_READ,
    ) as session:
        yield WebhookSender(session, output.address, output.secret or "", services.user_agent)
