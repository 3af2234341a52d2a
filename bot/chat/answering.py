"""What an update leads to: read, obeyed, answered; one after the other within a chat, chats side by side.

In come raw updates, out go messages and changes on record; a change is committed before it is confirmed to anybody.
One update that cannot be read or obeyed is logged and passed over, never more than that one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.chat import accesstexts, texts
from bot.chat.access import each_owner, is_owner
from bot.chat.commands import Commands
from bot.chat.house import words_of
from bot.chat.line import Line
from bot.chat.menu import Menu, chosen, mark, menus, own
from bot.chat.rounds import EVERY, go
from bot.chat.talk import Answer, Command, Membership, Migration, Reply
from bot.chat.updates import read
from bot.errors import BotError, DeliveryError
from bot.model import Chat
from bot.ports.chat import ChatStore
from bot.words import words

log = logging.getLogger(__name__)

_SIDE_BY_SIDE = 8  # chats answered at once: a slow answer to one holds up nobody else
_REMEMBERED = 1000  # update ids; Telegram gives at most a hundred at a time
_WORTH_WAITING = 5.0  # seconds of a 429 that one reply waits; more, and it is dropped


class Answering:
    """Answers updates for the bot called `username`, which is set once it is known."""

    def __init__(
        self, line: Line, commands: Commands, store: ChatStore, owners: frozenset[int], now: Callable[[], datetime]
    ) -> None:
        self.username = ""
        self._line = line
        self._commands = commands
        self._store = store
        self._owners = owners
        self._now = now
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)
        self._round_at = float("-inf")

    async def answer(self, updates: Sequence[dict[str, Any]], beat: Callable[[], None]) -> int:
        """Answer each update once, however often it comes (case 27); return how many were new."""
        fresh = {update["update_id"]: update for update in updates if update["update_id"] not in self._seen}
        chats: dict[int, list[tuple[int, Command | Membership | Migration]]] = {}
        for number, update in fresh.items():
            if said := self._read(update):
                chats.setdefault(_place(said), []).append((number, said))
        room = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def serve(told: Iterable[tuple[int, Command | Membership | Migration]]) -> None:
            async with room:
                for number, said in told:
                    beat()
                    await self._one(said)
                    self._seen.append(number)  # and no sooner: what is broken off here comes again

        async with asyncio.TaskGroup() as group:
            for told in chats.values():
                group.create_task(serve(told))
        return len(fresh)

    async def register(self) -> None:
        """Set the menus, where Telegram shows others. What fails is said in the log and tried at the next start."""
        house = self._commands.house
        try:
            theirs = [own(await words_of(house, Chat(one)), one) for one in each_owner(self._owners)]
            shown = (*menus(self._commands.home()), *theirs)
            number = mark(shown, self.username)
            if await self._store.menus() != number and all([await self._set(menu) for menu in shown]):
                await self._store.set_menus(number)
        except BotError as error:
            log.info("command menus not set", extra={"reason": str(error)})

    async def _set(self, menu: Menu) -> bool:
        """Set a menu; return False when that is to be tried again."""
        try:
            await self._line.menu(menu)
        except DeliveryError as error:
            # An owner who has not written to the bot yet has no chat with it.
            level = logging.INFO if menu.chat is None else logging.DEBUG
            log.log(level, "command menu not set", extra={"scope": menu.scope, "reason": str(error)})
            return menu.chat is not None
        return True

    def _read(self, update: dict[str, Any]) -> Command | Membership | Migration | None:
        try:
            return read(update, self.username)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning(
                "update passed over: not shaped as Telegram promises",
                extra={"update": update["update_id"], "reason": repr(error)},
            )
            return None

    async def _one(self, said: Command | Membership | Migration) -> None:
        """Obey, or say that it went wrong; where even that goes wrong, it costs this update and nothing more."""
        for act in (self._obey, self._apologise):
            try:
                await act(said)
            except BotError as error:
                log.warning("update not answered", extra={"chat": _place(said), "reason": str(error)})
            except Exception:  # a bug must cost one update, not the listener
                log.exception("update not answered, this is a bug", extra={"chat": _place(said)})
            else:
                return

    async def _obey(self, said: Command | Membership | Migration) -> None:
        if isinstance(said, Migration):
            await self._follow(said.old, said.new)
        elif isinstance(said, Membership):
            await self._moved(said)
        else:
            answer = await self._commands.answer(said)
            if said.press:
                await self._toast(said.press.id, answer.toast)
            await self._carry_out(answer)
            if said.verb == "start" and said.kind == "private" and is_owner(said.user, self._owners):
                await self._set(own(await words_of(self._commands.house, said.chat), said.chat.id))

    async def rounds(self) -> None:
        """Say and do what is due unasked; for a fault of the store, the next round comes soon."""
        house = self._commands.house
        if (now := house.clock()) < self._round_at:
            return
        self._round_at = now + EVERY
        try:
            await self._carry_out(await go(house))
        except BotError as error:
            log.warning("rounds not made", extra={"reason": str(error)})

    async def _carry_out(self, answer: Answer) -> None:
        for reply in answer.replies:
            await self._say(reply)
        for menu in answer.menus:
            await self._set(menu)
        for chat in answer.leave:
            try:
                await self._line.leave(chat)
            except DeliveryError as error:  # it has put us out already, usually
                log.info("chat not left", extra={"chat": chat, "reason": str(error)})

    async def _follow(self, old: int, new: int) -> None:
        """Follow a group to its new id, where Telegram shows none of the menus that it had."""
        await self._store.migrate(old, new)
        self._commands.administrators.forget(old)
        log.info("group has a new id", extra={"chat": old, "new": new})
        if language := (await self._commands.house.wishes.look(new)).language:
            for menu in chosen(words(language), new, "group", owner=False):
                await self._set(menu)

    async def _moved(self, change: Membership) -> None:
        self._commands.administrators.forget(change.chat)
        if change.present:
            await self._store.revive(change.chat)
        else:
            await self._store.suspend(change.chat, change.reason, self._now())
        log.info("place in a chat changed", extra={"chat": change.chat, "present": change.present})
        for reply in await self._commands.joined(change):
            await self._say(reply)

    async def _apologise(self, said: Command | Membership | Migration) -> None:
        if not isinstance(said, Command):
            return
        text = accesstexts.trouble(self._commands.home())
        if said.press:
            await self._toast(said.press.id, texts.bare(text))
        else:
            await self._say(Reply(said.chat, text, notice=True))

    async def _toast(self, press: str, text: str) -> None:
        try:
            await self._line.toast(press, text)
        except DeliveryError as error:  # the query is too old, usually: nothing is lost
            log.debug("button not answered", extra={"reason": str(error)})

    async def _say(self, reply: Reply) -> None:
        """Send a reply; what is refused is mended once where that is possible, and said in the log otherwise."""
        reply = await self._keyed(reply)
        try:
            await self._line.say(reply)
        except DeliveryError as error:
            mended = await self._mend(reply, error)
            if mended is None:
                level = logging.DEBUG if reply.notice else logging.WARNING
                log.log(level, "reply not sent", extra={"chat": reply.chat.id, "reason": str(error)})
                return
            try:
                await self._line.say(mended)
            except DeliveryError as again:
                log.warning("reply not sent", extra={"chat": reply.chat.id, "reason": str(again)})

    async def _keyed(self, reply: Reply) -> Reply:
        """Put on record what the buttons mean, and let them say ids."""
        if not reply.buttons:
            return reply
        meanings = [one.data for one in reply.buttons]
        said = await self._commands.house.buttons.keep(reply.chat.id, meanings, self._now())
        buttons = tuple(replace(one, data=key) for one, key in zip(reply.buttons, said, strict=True))
        return replace(reply, buttons=buttons)

    async def _mend(self, reply: Reply, error: DeliveryError) -> Reply | None:
        if error.verdict == "migrate" and error.chat:
            await self._follow(reply.chat.id, error.chat)
            return replace(reply, chat=replace(reply.chat, id=error.chat), edit=None)
        if error.verdict == "suspend" and not reply.notice:
            await self._store.suspend(reply.chat.id, str(error), self._now())
        if error.verdict == "topic":
            return replace(reply, chat=Chat(reply.chat.id))
        if error.verdict == "stale":
            return replace(reply, edit=None)
        if error.verdict == "unsent":
            return reply
        if error.verdict == "wait" and (error.retry_after or 1.0) <= _WORTH_WAITING:
            await asyncio.sleep(error.retry_after or 1.0)
            return reply
        return None


def _place(said: Command | Membership | Migration) -> int:
    if isinstance(said, Migration):
        return said.new
    return said.chat if isinstance(said, Membership) else said.chat.id
