"""Why an answer could not be had, in words for the owner, and when to ask again.

Statuses, headers and errors of the HTTP library come in, FetchErrors go out. No reason holds a full address: a
source's address may hold a key.
"""

from __future__ import annotations

import errno
import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.errors import FetchError
from bot.fetch.address_guard import REFUSAL

if TYPE_CHECKING:
    import aiohttp

# Where a request stood when its time was over.
NO_NAME = "no answer from DNS"
NO_CONNECTION = "no connection"
NO_TLS = "connected, but no answer to TLS"
NO_ANSWER = "connected, but no answer"
NO_END = "the answer did not end"
DRIPS = "sends its answer too slowly, and others wait"  # after the name of the host

LONGEST_WAIT = 86_400.0  # seconds: whoever asks for more is asked again after a day

_WORDS = {
    401: "asks for a password or key (401): see `headers:` of the source",
    403: "refuses us (403)",
    404: "has no such page (404)",
    408: "gave up waiting for us (408)",
    410: "says that this page is gone for good (410)",
    429: "says that we ask too often (429)",
    451: "may not show this page for legal reasons (451)",
}
_OURS = frozenset({errno.EMFILE, errno.ENFILE, None})  # None: the guard's refusal
_PROTOCOLS = {
    "UNSUPPORTED_PROTOCOL": "it speaks only old versions of TLS, which are not safe",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it speaks only old versions of TLS, which are not safe",
    "NO_PROTOCOLS_AVAILABLE": "it speaks only old versions of TLS, which are not safe",
    "WRONG_VERSION_NUMBER": "it does not speak TLS at this port: is the address http rather than https?",
    "HTTP_REQUEST": "it does not speak TLS at this port: is the address http rather than https?",
}
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def describe_refusal(host: str, status: int, headers: Mapping[str, str], now: datetime) -> FetchError:
    """Return the error for an answer that is none. `now` is an aware time, for dates in the headers."""
    wait = retry_after(headers, now)
    if headers.get("cf-mitigated", "").lower() == "challenge":
        words = f"sends a Cloudflare challenge ({status}): its publisher lets in browsers only"
    else:
        words = _WORDS.get(status) or _standard(status)
    return FetchError(f"{host} {words}", retry_after=wait, status=status)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that the server asks us to wait, a day at most; None for none, past ones and nonsense."""
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text[:40]):
        seconds = float(text[:40])
    else:
        at = http_date(text)
        seconds = (at - (http_date(headers.get("Date", "")) or now)).total_seconds() if at else 0.0
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    """Return for how long the server calls its answer fresh (Cache-Control, Expires), a day at most."""
    control = headers.get("Cache-Control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return None
    if found := re.search(r"max-age\s*=\s*\"?(\d{1,9})", control):
        seconds = float(found[1])
    else:
        until, sent = http_date(headers.get("Expires", "")), http_date(headers.get("Date", ""))
        seconds = (until - sent).total_seconds() if until and sent else 0.0
    return timedelta(seconds=min(seconds, LONGEST_WAIT)) if seconds > 0 else None


def http_date(text: str) -> datetime | None:
    """Return the aware UTC time that a header names, or None."""
    if not text or len(text) > 80:  # noqa: PLR2004 - no date is that long
        return None
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def describe_failure(host: str, error: aiohttp.ClientError | OSError | ValueError) -> FetchError:
    """Return the error for a request that got no whole answer."""
    return FetchError(_fault(host, error), unreached=_unreached(error))


def describe_timeout(host: str, stage: str, seconds: float) -> FetchError:
    """Return the error for a request that took too long; `stage` says where it stood."""
    why = ": it is overloaded, or the address is http rather than https" if stage == NO_TLS else ""
    return FetchError(f"{host}: {stage} within {seconds:g} s{why}", unreached=stage in {NO_NAME, NO_CONNECTION})


def _unreached(error: Exception) -> bool:
    """Return whether nobody answered, or somebody else: a certificate that is nobody's may be a hotel's."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorDNSError):
        return True
    return isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno not in _OURS | {errno.ECONNREFUSED}


def _fault(host: str, error: Exception) -> str:
    import aiohttp

    match error:
        case aiohttp.ClientConnectorCertificateError():
            words = f"TLS: the certificate of {host} is not valid: {_certificate(error.certificate_error)}"
        case aiohttp.ClientConnectorDNSError():
            words = f"the name {host} was not found (DNS: {_line(error.os_error.strerror or 'no answer')})"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            words = f"TLS: {host} and we cannot agree: {_tls(error)}"
        case aiohttp.ClientConnectorError():
            words = _connection(host, error.os_error)
        case aiohttp.ClientOSError():
            words = _connection(host, error)
        case aiohttp.ServerDisconnectedError():
            words = f"{host} hung up without an answer"
        case aiohttp.ClientPayloadError() | ConnectionError():
            words = f"the answer of {host} broke off before its end"
        case aiohttp.ClientResponseError():
            words = f"{host} answered with something that is not proper HTTP"
        case aiohttp.InvalidURL():
            words = f"not a web address that can be asked: {_line(host) or 'no host'}"
        case _:
            words = f"{host} could not be read: {type(error).__name__}"
    return words


def _connection(host: str, error: OSError) -> str:
    words = f"no connection to {host}: {_line(error.strerror or type(error).__name__)}"
    if REFUSAL in str(error):
        words = REFUSAL
    elif error.errno == errno.ECONNREFUSED:
        words = f"{host} refused the connection: no server runs there"
    elif error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}:
        words = f"there is no way to {host}: is this machine online?"
    elif isinstance(error, ConnectionResetError):  # not before TLS: a port that is closed refuses
        words = f"{host} cut the connection before TLS was agreed: it speaks only old TLS, or http rather than https"
    elif error.errno in {errno.ECONNRESET, errno.EPIPE}:
        words = f"{host} cut the connection"
    elif error.errno in {errno.EMFILE, errno.ENFILE}:
        words = "this machine has no more open files to spare: raise its limit (ulimit -n)"
    return words


def _certificate(error: Exception) -> str:
    return _line(getattr(error, "verify_message", "") or "it cannot be verified")


def _tls(error: Exception) -> str:
    reason = getattr(getattr(error, "os_error", error), "reason", None) or "the handshake failed"
    return _PROTOCOLS.get(reason) or _line(reason.replace("_", " ").lower())


def _standard(status: int) -> str:
    try:
        return f"answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"answered {status}"


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
