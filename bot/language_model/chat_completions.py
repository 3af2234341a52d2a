"""One request to an OpenAI-compatible server: the messages of a conversation in, the text of the answer out.

Speaks `POST …/chat/completions` as Ollama, llama.cpp, vLLM and providers do. The address is the operator's own, as the
Bot API's is: it is exempt from the guard of `fetch`, and no proxy of the settings or the environment applies to it.
Nothing is retried here. No error holds the key, what was asked, or what was answered.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from bot.errors import ModelError

if TYPE_CHECKING:
    import aiohttp

LARGEST_ANSWER: Final = 256 * 1024  # bytes of a body; a line of 300 signs and what servers put around it has 2 KB
_OK, _REQUEST_REFUSED, _TOO_MANY = 200, 400, 429
_BUSY: Final = 500  # from here on the server's own trouble, which may pass
_PASSING: Final = frozenset({408, 409, 425, 429})
_LONGEST_COUNT: Final = 10_000_000  # tokens; more in an answer is a mistake of the server
_THOUGHTS: Final = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """A part of the conversation."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer. `prompt` and `completion` are the tokens that the server counted, None where it does not say."""

    text: str
    prompt: int | None = None
    completion: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is reached, and as what. `url` is that of the API, without `/chat/completions`."""

    url: str
    model: str
    key: str = field(default="", repr=False)


class ChatCompletions:
    """A connection to a model. Used as a context: nothing is opened before the first question."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._session: aiohttp.ClientSession | None = None
        self._limit_name = "max_tokens"  # newer servers of providers call it max_completion_tokens …
        self._is_plain = False  # … and some take no temperature

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def complete(self, messages: Sequence[Message], *, most_tokens: int, seconds: float) -> Completion:
        """Return the answer, of so many tokens at most; ModelError where there is none within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(messages, most_tokens)
        except TimeoutError:
            raise ModelError(f"no answer within {seconds:.0f} s", "late", passing=True) from None

    async def _ask(self, messages: Sequence[Message], most_tokens: int) -> Completion:
        status, body, retry_after = await self._post(self._payload(messages, most_tokens))
        while status == _REQUEST_REFUSED and self._adapt(body):  # twice at most: each teaches another thing
            status, body, retry_after = await self._post(self._payload(messages, most_tokens))
        if status == _OK:
            return _read(body)
        reason = f"it answers with status {status}"
        if status in {401, 403}:
            reason += ": is NEWSWATCH_MODEL_KEY right?"
        elif status == 404:  # noqa: PLR2004 - not found
            reason += ": is NEWSWATCH_MODEL_URL right, and is there a model of that name?"
        elif 300 <= status < 400:  # noqa: PLR2004 - redirects, which are not followed
            reason += ", a redirect: set NEWSWATCH_MODEL_URL to where it leads"
        passing = status >= _BUSY or status in _PASSING
        raise ModelError(reason, retry_after=retry_after, status=status, passing=passing)

    def _payload(self, messages: Sequence[Message], most_tokens: int) -> dict[str, Any]:
        told = [{"role": one.role, "content": one.content} for one in messages]
        payload = {"model": self._endpoint.model, "messages": told, "stream": False, self._limit_name: most_tokens}
        return payload if self._is_plain else payload | {"temperature": 0}

    def _adapt(self, body: bytes) -> bool:
        """Learn from a refusal which parameters this server takes; return whether to ask once more."""
        if b"max_completion_tokens" in body and self._limit_name == "max_tokens":
            self._limit_name = "max_completion_tokens"
            return True
        if b"temperature" in body and not self._is_plain:
            self._is_plain = True
            return True
        return False

    async def _post(self, payload: dict[str, Any]) -> tuple[int, bytes, float | None]:
        import aiohttp

        headers = {"Authorization": f"Bearer {self._endpoint.key}"} if self._endpoint.key else {}
        try:
            async with self._opened().post(
                f"{self._endpoint.url}/chat/completions", json=payload, headers=headers, allow_redirects=False
            ) as answer:
                body = b""
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        raise ModelError(f"its answer is larger than {LARGEST_ANSWER // 1024} KB", "unreadable")
                return answer.status, body, _seconds(answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ModelError(f"it cannot be reached ({type(error).__name__})", passing=True) from None

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                trust_env=False,  # no proxy of the environment
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session


def _read(body: bytes) -> Completion:
    """Return what an answer says; ModelError where it is none of this kind."""
    try:
        answer = json.loads(body)
        text = answer["choices"][0]["message"]["content"]
        usage = answer.get("usage") or {}
        counted = usage if isinstance(usage, dict) else {}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ModelError("its answer is no chat completion", "unreadable") from None
    if not isinstance(text, str):
        raise ModelError("its answer holds no text", "unreadable")
    text = _THOUGHTS.sub("", text)
    return Completion(text, _count(counted.get("prompt_tokens")), _count(counted.get("completion_tokens")))


def _count(tokens: object) -> int | None:
    is_count = isinstance(tokens, int) and not isinstance(tokens, bool) and 0 <= tokens <= _LONGEST_COUNT
    return tokens if is_count and isinstance(tokens, int) else None


def _seconds(retry_after: str) -> float | None:
    """Return a Retry-After in seconds from now, of a number or a date; None where it is neither."""
    if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", retry_after):
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
