"""Dispatch of updates: each is parsed, carried out and answered; in order within a chat, chats concurrently.

In come raw updates, out go messages and changes on record; a change is committed before it is confirmed to anybody.
What takes longer than a second is answered beside the next updates, and does not come again after a kill.
One update that cannot be parsed or carried out is logged and passed over, never more than that one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.chat.access.access_rules import is_owner
from bot.chat.access.authorization import Authorizer
from bot.chat.context import translator_of
from bot.chat.listening.reachability import Reachability
from bot.chat.listening.scheduled_jobs import INTERVAL, run_scheduled
from bot.chat.listening.updates import parse_update
from bot.chat.menu_registration import MenuRegistration
from bot.chat.messages import Answer, Command, Membership, Migration, Reply, TopicReopened
from bot.chat.reply_sender import ReplySender
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as basics_texts
from bot.errors import BotError, DeliveryError
from bot.model import Chat
from bot.notify.telegram.bot_api import TelegramClient
from bot.ports.chat_store import ChatStore

log = logging.getLogger(__name__)

_SIDE_BY_SIDE = 8  # updates carried out at once; sending holds no place, so a chat that hangs keeps nobody waiting
_PATIENCE = 1.0  # seconds of an answer after which the next updates are fetched meanwhile
_BEHIND, _WAITING = 40, 20  # chats that may still be answered then, and updates of one that wait for their turn
_REMEMBERED = 1000  # update ids (Telegram gives at most a hundred at a time), and groups with a new id
_SUPERGROUP = "-100"  # what the ids of these begin with
_LOOK = 0.2  # seconds between two looks for what came meanwhile
UPGRADE = 3.0  # seconds that a group which we enter may take to say that it is one that we knew by another id
_ROOMY = 3_800  # characters of an answer that leave room for a note


_Update = Command | Membership | Migration | TopicReopened


@dataclass(frozen=True, slots=True)
class _FollowUp:
    """What takes long, and the message of ours that it is then shown in (None: a new one)."""

    work: Callable[[], Awaitable[Answer]]
    message: int | None


class Dispatcher:
    """Answers updates for the bot called `username`, which is set once it is known."""

    def __init__(
        self,
        client: TelegramClient,
        authorizer: Authorizer,
        store: ChatStore,
        owners: frozenset[int],
        now: Callable[[], datetime],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take what it works on; `pause` waits so many seconds."""
        self.username = ""
        self._pause = pause
        self._upgrades: dict[int, int] = {}  # new ids of groups that were announced, and the old ones
        self._client = client
        self._authorizer = authorizer
        self._store = store
        self._owners = owners
        self._now = now
        self._menus = MenuRegistration(client, store, authorizer)
        self._reachability = Reachability(store, now)
        self._replies = ReplySender(
            client,
            lambda: authorizer.services.buttons,
            now,
            reachability=self._reachability,
            migrate=self._migrate,
            leave_topic=self._leave_topic,
            pause=pause,
        )
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)
        self._next_run = float("-inf")
        self._slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        self._queues: dict[int, deque[tuple[int, _Update]]] = {}  # of the chats that are being answered
        self._running: set[asyncio.Task[None]] = set()

    async def answer(self, updates: Sequence[dict[str, Any]], beat: Callable[[], None]) -> int:
        """Answer each update once, however often it comes (case 27); return how many were new.

        It waits for all answers, but for slow ones only so long, and while few chats have such: these are then answered
        beside the next updates, and what their chats say meanwhile comes after. `finish` waits for them, too.
        """
        fresh = {update["update_id"]: update for update in updates if update["update_id"] not in self._seen}
        for number, raw in fresh.items():
            if update := self._read(raw):
                self._enqueue(number, update, beat)
        try:
            await self._wait(_PATIENCE)
            while len(self._running) > _BEHIND:
                beat()
                await self._wait(_PATIENCE, asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.cancel()
            raise
        self._seen.extend(number for number in fresh if number not in self._seen)
        return len(fresh)

    async def finish(self) -> None:
        """Wait until everything is answered."""
        while self._running:
            await self._wait(None)

    async def _wait(self, seconds: float | None, until: str = asyncio.ALL_COMPLETED) -> None:
        if running := set(self._running):
            await asyncio.wait(running, timeout=seconds, return_when=until)

    async def cancel(self) -> None:
        """Give up what is not answered yet."""
        left = set(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _enqueue(self, number: int, update: _Update, beat: Callable[[], None]) -> None:
        """Put an update behind the others of its chat, which are answered one after the other."""
        chat = _chat_of(update)
        if isinstance(update, Migration):
            self._upgrades[update.new] = update.old
            while len(self._upgrades) > _REMEMBERED:
                del self._upgrades[next(iter(self._upgrades))]
        if (queue := self._queues.get(chat)) is not None:
            if len(queue) < _WAITING:
                queue.append((number, update))
            else:
                log.info("update passed over: too many of this chat wait", extra={"chat": chat})
            return
        queue = self._queues[chat] = deque([(number, update)])
        task = asyncio.create_task(self._answer_queue(queue, beat))
        self._running.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            del self._queues[chat]

        task.add_done_callback(over)

    async def _answer_queue(self, queue: deque[tuple[int, _Update]], beat: Callable[[], None]) -> None:
        while queue:
            number, update = queue.popleft()
            beat()
            later = await self._process(update)
            if number not in self._seen:
                self._seen.append(number)  # and no sooner: what is broken off here comes again
            if later is not None:
                await self._follow_up(update, later)

    async def set_menus(self) -> None:
        """Set the menus, where Telegram shows others. What fails is logged and tried at the next start."""
        await self._menus.set_general(self.username)

    def _read(self, update: dict[str, Any]) -> _Update | None:
        try:
            return parse_update(update, self.username)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must cost this update alone
            log.warning(
                "update passed over: not shaped as Telegram promises",
                extra={"update": update["update_id"], "reason": repr(error)},
            )
            return None

    async def _process(self, update: _Update) -> _FollowUp | None:
        """Carry it out, or say that it failed; where even that fails, it costs this update and nothing more.

        Return what takes long and comes later.
        """
        for act in (self._handle, self._apologise):
            try:
                return await act(update)
            except BotError as error:
                log.warning("update not answered", extra={"chat": _chat_of(update), "reason": str(error)})
            except Exception:  # a bug must cost one update, not the listener
                log.exception("update not answered, this is a bug", extra={"chat": _chat_of(update)})
        return None

    async def _handle(self, update: _Update) -> _FollowUp | None:
        if isinstance(update, Migration):
            await self._migrate(update.old, update.new)
        elif isinstance(update, Membership):
            await self._change_membership(update)
        elif isinstance(update, TopicReopened):
            await self._store.reopen_topic(update.chat)
        else:
            async with self._slots:
                await self._reachability.note_command(update)
                answer = await self._authorizer.answer(update)
            if update.press:
                await self._replies.toast(update.press.id, answer.toast)
            message = await self._carry_out(answer)
            if update.verb == "start" and update.kind == "private" and is_owner(update.user, self._owners):
                await self._menus.set_owner(update.chat)
            if answer.later is not None:
                return _FollowUp(answer.later, message)
        return None

    async def _follow_up(self, update: _Update, later: _FollowUp) -> None:
        """Say what took long in the message that announced it."""
        try:
            answer = await later.work()
            first = tuple(replace(one, edit=later.message or one.edit) for one in answer.replies[:1])
            await self._carry_out(replace(answer, replies=(*first, *answer.replies[1:])))
        except BotError as error:
            log.warning("update not answered to its end", extra={"chat": _chat_of(update), "reason": str(error)})
        except Exception:
            log.exception("update not answered to its end, this is a bug", extra={"chat": _chat_of(update)})

    async def run_scheduled(self) -> None:
        """Send what is due without a command, every so many seconds; a fault of the store ends this run alone.

        `finish` waits for what is being sent.
        """
        services = self._authorizer.services
        if (now := services.clock()) < self._next_run:
            return
        self._next_run = now + INTERVAL
        try:
            answer = await run_scheduled(services)
        except BotError as error:
            log.warning("scheduled messages not sent", extra={"reason": str(error)})
            return
        if answer.replies or answer.leave:
            self._run_beside(self._carry_out(answer))

    def _run_beside(self, work: Coroutine[Any, Any, object]) -> None:
        """Let the next updates not wait for this."""

        async def done() -> None:
            try:
                await work
            except BotError as error:
                log.warning("scheduled messages not sent", extra={"reason": str(error)})

        task = asyncio.create_task(done())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _carry_out(self, answer: Answer) -> int | None:
        """Do all of it; return the id of the first message."""
        sent = await self._replies.send_all(answer.replies)
        for menu in answer.menus:
            await self._menus.set_menu(menu)
        for chat in answer.leave:
            try:
                await self._client.leave(chat)
            except DeliveryError as error:  # it has put us out already, usually
                log.info("chat not left", extra={"chat": chat, "reason": str(error)})
        return sent[0] if sent else None

    async def _migrate(self, old: int, new: int) -> None:
        """Follow a group to its new id, where Telegram shows none of the menus that it had."""
        await self._store.migrate_chat(old, new)
        self._authorizer.administrators.forget(old)
        log.info("group has a new id", extra={"chat": old, "new": new})
        await self._menus.set_group(new)

    async def _change_membership(self, change: Membership) -> None:
        self._authorizer.administrators.forget(change.chat)
        if await self._is_upgrade(change):
            return  # nobody has let us in or put us out: the group has another id
        await self._reachability.note_membership(change)
        log.info("place in a chat changed", extra={"chat": change.chat, "present": change.present})
        await self._replies.send_all(await self._authorizer.answer_membership(change))

    async def _is_upgrade(self, change: Membership) -> bool:
        """Return whether a group that we left or entered only becomes a supergroup; it is followed then.

        Telegram says so in messages of its own, one under either id, before this or after it.
        """
        new = str(change.chat).startswith(_SUPERGROUP)
        if change.kind != "group" or new != change.present or (new and not change.entered):
            return False
        left = 0.0 if new and await self._store.is_admitted(change.chat) else UPGRADE
        while not (found := [(a, b) for a, b in self._upgrades.items() if change.chat in {a, b}]) and left > 0:
            await self._pause(_LOOK)
            left -= _LOOK
        for one, old in found:
            await self._migrate(old, one)
        return bool(found)

    async def _apologise(self, update: _Update) -> None:
        if not isinstance(update, Command):
            return
        text = access_texts.trouble(self._authorizer.default_translator())
        if update.press:
            await self._replies.toast(update.press.id, basics_texts.bare(text))
        else:
            await self._replies.send(Reply(update.chat, text, notice=True))

    async def _leave_topic(self, reply: Reply, reason: str) -> Reply:
        """Note that a topic takes no messages; return the reply as General is told it."""
        await self._store.close_topic(reply.chat, reason, self._now())
        note = access_texts.in_general(await translator_of(self._authorizer.services, reply.chat)) + "\n\n"
        text = note + reply.text if len(reply.text) < _ROOMY else reply.text
        return replace(reply, chat=Chat(reply.chat.id), edit=None, text=text)


def _chat_of(update: _Update) -> int:
    if isinstance(update, Migration):
        return update.new
    return update.chat if isinstance(update, Membership) else update.chat.id
