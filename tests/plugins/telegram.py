"""A strict stand-in for the Bot API over real HTTP: the oracle of what was told, lost and told twice.

Answers as Telegram's server does, can be told to misbehave, and remembers every accepted message with its time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from aiohttp import web

from tests.plugins import bot_api

TOKEN = "123456:canary-AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
BOT = {"id": 123456, "is_bot": True, "first_name": "Newswatch", "username": "newswatch_test_bot"}
FILE_BYTES, CAPTION = 50 * 1024 * 1024, 1024  # what a bot may send
RIGHTS = (
    "can_be_edited can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories is_anonymous"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """How to answer instead. `accept`: carry the request out before; `drop`: then cut the connection."""

    code: int = 400
    description: str = "Bad Request: something"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    raw: str | None = None  # a body that is no JSON
    accept: bool = False
    drop: bool = False
    hang: asyncio.Event | None = None  # answer nothing before this is set


@dataclass(frozen=True, slots=True)
class Told:
    """A message that was accepted, as a reader has it."""

    at: datetime
    method: str
    chat: int
    message: int
    params: Mapping[str, Any]

    @property
    def text(self) -> str:
        """Return the text."""
        return str(self.params["text"])


@dataclass(slots=True)
class _Plan:
    fault: Fault
    left: int
    method: str | None
    chat: int | None
    topic: int | None = None


class TelegramServer:
    """One bot's Telegram. `now` gives the times that are noted."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.url = ""
        self.told: list[Told] = []  # accepted sends and edits, in order
        self.requests: list[tuple[datetime, str, dict[str, Any]]] = []
        self.violations: list[str] = []  # what no request of ours may ever be
        self.members: dict[tuple[int, int], str] = {}  # (chat, user) -> status
        self.webhook = ""
        self.per_minute: int | None = None  # enforce: of one group; None = no limits
        self.per_second: int | None = None  # enforce: overall
        self.each: float | None = None  # enforce: seconds between two messages of one chat
        self.delay = 0.0  # seconds that every answer to a message takes
        self._plans: list[_Plan] = []
        self._messages: dict[tuple[int, int], dict[str, Any]] = {}
        self._numbers, self._updates = count(1), count(1)
        self._queue: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._polling = False
        self._runner: web.AppRunner | None = None

    # -- control

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{bound}"

    async def stop(self) -> None:
        """Stop listening: from now on connections are refused."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def plan(
        self,
        fault: Fault,
        *,
        times: int = 1,
        method: str | None = None,
        chat: int | None = None,
        topic: int | None = None,
    ) -> None:
        """Answer the next matching requests like this."""
        self._plans.append(_Plan(fault, times, method, chat, topic))

    def forgive(self) -> None:
        """Answer as the server does from now on, whatever was planned."""
        self._plans.clear()

    def update(self, **content: Any) -> int:
        """Let the bot receive an update; return its id."""
        number = next(self._updates)
        self._queue.append({"update_id": number, **content})
        self._news.set()
        return number

    def say(self, text: str, *, chat: int, user: int, topic: int | None = None, name: str = "Reader") -> int:
        """Let somebody write to the bot, commands marked as the server marks them."""
        message: dict[str, Any] = {
            "message_id": next(self._numbers),
            "date": int(self.now().timestamp()),
            "chat": chat_of(chat),
            "from": {"id": user, "is_bot": False, "first_name": name, "language_code": "en"},
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        if topic is not None:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        return self.update(message=message)

    def press(self, data: str, *, chat: int, user: int, message: int) -> int:
        """Let somebody press a button under a message."""
        shown = self._messages.get((chat, message)) or {"message_id": message, "date": 0, "chat": chat_of(chat)}
        return self.update(
            callback_query={
                "id": str(next(self._numbers)),
                "from": {"id": user, "is_bot": False, "first_name": "Reader"},
                "chat_instance": str(chat),
                "message": shown,
                "data": data,
            }
        )

    def tap(self, label: str, *, chat: int, user: int, message: int) -> int:
        """Let somebody press the button of this label, which is shown under a message."""
        return self.press(self.keys(chat, message)[label], chat=chat, user=user, message=message)

    # -- the oracle

    def sent(self, chat: int | None = None) -> list[Told]:
        """Return the accepted new messages, in order."""
        return [one for one in self.told if one.method == "sendMessage" and chat in {None, one.chat}]

    def shown(self, chat: int, message: int) -> str:
        """Return what a message says by now."""
        return str(self._messages[chat, message]["text"])

    def keys(self, chat: int, message: int) -> dict[str, str]:
        """Return what the buttons under a message say, by their labels."""
        rows = self._messages[chat, message].get("reply_markup", {}).get("inline_keyboard", [])
        return {key["text"]: key["callback_data"] for row in rows for key in row}

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every request for a method, refused ones too."""
        return [params for _, name, params in self.requests if name == method]

    # -- the server

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        self.requests.append((self.now(), method, params))
        if request.match_info["token"] != self.token:
            return _refuse(401, "Unauthorized")
        fault = self._fault(method, params)
        if fault and fault.hang and not fault.accept:
            await fault.hang.wait()
        if fault and not fault.accept:
            return _misbehave(fault, request)
        wrong = bot_api.unknown(method, params)
        if wrong:
            self.violations.append(wrong)
            return _refuse(400, f"Bad Request: {wrong}")
        answer = await self._answer(method, params)
        if self.delay and method in {"sendMessage", "editMessageText"}:
            await asyncio.sleep(self.delay)
        if fault and fault.hang and fault.accept:
            await fault.hang.wait()
        return _misbehave(fault, request) if fault else answer

    def _fault(self, method: str, params: Mapping[str, Any]) -> Fault | None:
        for plan in self._plans:
            of_chat = plan.chat in {None, params.get("chat_id")} and plan.topic in {
                None,
                params.get("message_thread_id"),
            }
            if plan.left and plan.method in {None, method} and of_chat:
                plan.left -= 1
                return plan.fault
        return None

    async def _answer(self, method: str, params: dict[str, Any]) -> web.Response:
        if method in {"sendMessage", "editMessageText"}:
            return self._message(method, params)
        if method == "sendDocument":
            return self._document(params)
        if method == "getUpdates":
            return await self._get_updates(params)
        if method == "deleteWebhook":
            self.webhook = ""
        chat = params.get("chat_id", 0)
        results: dict[str, Callable[[], Any]] = {
            "getMe": lambda: BOT | {"can_join_groups": True, "can_read_all_group_messages": False},
            "getWebhookInfo": lambda: {
                "url": self.webhook,
                "has_custom_certificate": False,
                "pending_update_count": len(self._queue),
            },
            "getChatMember": lambda: self._member(chat, params["user_id"]),
            "getChatAdministrators": lambda: [self._member(chat, user) for at, user in self.members if at == chat],
            "getChat": lambda: chat_of(chat) | {"accent_color_id": 0, "max_reaction_count": 0},
        }
        return _accept(results.get(method, lambda: True)())

    def _message(self, method: str, params: dict[str, Any]) -> web.Response:
        refused = bot_api.message(params)
        if refused:
            self.violations.append(refused)
            return _refuse(400, refused)
        chat, now = params["chat_id"], self.now()
        wait = self._flood(chat, now)
        if wait:
            self.violations.append(f"429 earned for chat {chat}")
            return _refuse(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if method == "editMessageText":
            old = self._messages.get((chat, params["message_id"]))
            if old is None:
                return _refuse(400, "Bad Request: message to edit not found")
            if _shown(old) == _shown(params):
                return _refuse(400, "Bad Request: message is not modified: specified new message content is the same")
        number = params["message_id"] if method == "editMessageText" else next(self._numbers)
        message = {
            "message_id": number,
            "date": int(now.timestamp()),
            "chat": chat_of(chat),
            "from": BOT,
            "text": params["text"],
            "entities": params.get("entities", []),
        }
        if "message_thread_id" in params:
            message |= {"message_thread_id": params["message_thread_id"], "is_topic_message": True}
        if params.get("reply_markup"):
            message["reply_markup"] = params["reply_markup"]
        self._messages[chat, number] = message
        self.told.append(Told(now, method, chat, number, params))
        return _accept(message)

    def _document(self, params: dict[str, Any]) -> web.Response:
        """Take a file: uploaded in a part of the form, with a name, and no larger than a bot may send."""
        chat, now, file = params["chat_id"], self.now(), params["document"]
        if not isinstance(file, dict) or not file["file_name"] or not 0 < len(file["content"]) <= FILE_BYTES:
            self.violations.append("a document that is no file")
            return _refuse(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if len(params.get("caption", "")) > CAPTION:
            self.violations.append("a caption that is too long")
            return _refuse(400, "Bad Request: message caption is too long")
        number = next(self._numbers)
        self.told.append(Told(now, "sendDocument", chat, number, params))
        message = {"message_id": number, "date": int(now.timestamp()), "chat": chat_of(chat), "from": BOT}
        about = {"file_id": "f", "file_unique_id": "u", "file_name": file["file_name"]}
        return _accept(message | {"document": about, "caption": params.get("caption", "")})

    def _flood(self, chat: int, now: datetime) -> int:
        """Return the seconds to wait when a limit is exceeded that the test enforces."""
        age = [((now - one.at).total_seconds(), one.chat) for one in self.told[-2000:]]
        if self.per_second and sum(seconds < 1 for seconds, _ in age) >= self.per_second:
            return 1
        if self.each and any(seconds < self.each and other == chat for seconds, other in age):
            return 1
        mine = sum(seconds < 60 for seconds, other in age if other == chat)
        return 3 if chat < 0 and self.per_minute and mine >= self.per_minute else 0

    async def _get_updates(self, params: Mapping[str, Any]) -> web.Response:
        if self.webhook:
            return _refuse(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook")
        if self._polling:
            return _refuse(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        offset = params.get("offset", 0)
        if offset > 0:
            self._queue = [one for one in self._queue if one["update_id"] >= offset]
        wanted = params.get("allowed_updates") or None
        self._polling = True
        try:
            async with asyncio.timeout(params.get("timeout", 0) or 0.001):
                while not self._queue:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return _accept([])
        finally:
            self._polling = False
        due = [one for one in self._queue if wanted is None or set(one) & set(wanted)]
        return _accept(due[: params.get("limit", 100)])

    def _member(self, chat: int, user: int) -> dict[str, Any]:
        status = self.members.get((chat, user), "member")
        rights = dict.fromkeys(RIGHTS.split(), False)
        extra: dict[str, Any] = {"administrator": rights, "creator": {"is_anonymous": False}}.get(status, {})
        return {"status": status, "user": {"id": user, "is_bot": False, "first_name": "Reader"}, **extra}


def chat_of(chat: int) -> dict[str, Any]:
    """Return a chat as the server describes it."""
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": "Reader"}
    return {"id": chat, "type": "supergroup" if str(chat).startswith("-100") else "group", "title": "Newsroom"}


def _shown(message: Mapping[str, Any]) -> tuple[Any, ...]:
    return message["text"], message.get("entities") or [], message.get("reply_markup") or None


async def _params(request: web.Request) -> dict[str, Any]:
    """Read a request's parameters, as form or JSON; what is JSON in a form field is unpacked."""
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    found: dict[str, Any] = {}
    for name, value in {**request.query, **(await request.post())}.items():
        if isinstance(value, web.FileField):
            found[name] = {"file_name": value.filename, "content": value.file.read()}
        else:
            found[name] = _value(name, str(value))
    return found


def _value(name: str, value: str) -> Any:
    if name in {"text", "data", "description", "short_description", "callback_query_id"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _accept(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refuse(code: int, description: str, **parameters: Any) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)


def _misbehave(fault: Fault, request: web.Request) -> web.Response:
    if fault.drop:
        if request.transport:
            request.transport.abort()
        return web.Response()
    if fault.raw is not None:
        return web.Response(status=fault.code, text=fault.raw, content_type="text/html")
    return _refuse(fault.code, fault.description, **fault.parameters)


@pytest.fixture
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """Run a Bot API of our own; fails the test when a request was one that Telegram never accepts."""
    server = TelegramServer()
    await server.start()
    yield server
    await server.stop()
    assert server.violations == []


@pytest.fixture
def fault() -> type[Fault]:
    """Hand out the class of misbehaviour."""
    return Fault


@pytest.fixture
def bot_token() -> str:
    """Return the token that the stand-in knows; it must never be seen in any output."""
    return TOKEN
