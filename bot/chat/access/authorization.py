"""Authorization of every command: rate limit, whether the bot is meant, and whether the sender may.

In comes a Command (written, or a pressed button: both are checked alike), out goes the Answer of its verb or a refusal
that says why and what to do. For a chat that nobody has admitted the owners are asked, with a button. Never here:
Telegram, or any word of a text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.chat.access import access_rules
from bot.chat.access.access_rules import Administrators, AdmissionNotifier, Need, RateLimiter, Refusal, Standing
from bot.chat.access.slow_command_limit import SlowCommandLimit
from bot.chat.arguments.names import find_watchlist, split_names
from bot.chat.callbacks import resolve_press
from bot.chat.context import CommandSpec, Request, Services, build_request, translator_of
from bot.chat.handlers.basics import answer_unknown
from bot.chat.handlers.subscriptions import choice_button
from bot.chat.messages import BUTTON_BYTES, Answer, Button, Command, Membership, Reply, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as basics_texts
from bot.chat.texts.owners import admin as admin_texts
from bot.errors import BotError, DeliveryError
from bot.i18n import Say, Translator, words
from bot.model import Chat


class Authorizer:
    """Answers commands. Keeps in memory only how fast people write and whom it looked up lately."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.administrators = Administrators(services.is_administrator, services.clock)
        self._rate_limiter = RateLimiter(services.clock)
        self._admission_notifier = AdmissionNotifier(services.clock, services.owners)
        self._slow_commands = SlowCommandLimit()

    @property
    def services(self) -> Services:
        """Return what the commands work on."""
        return self._services

    async def answer(self, command: Command) -> Answer:
        """Check and carry out one command. BotError (the store) is the caller's to tell with `texts.access.trouble`."""
        if not command.addressed and not self._is_meant(command):
            return Answer()
        step = self._rate_limiter.take(command.chat.id if command.mask or not command.user else command.user)
        if step == "drop":
            return Answer()
        request = await self._build_request(command)
        if step == "notice":
            return _refused(command, access_texts.too_fast(request.translator))
        meant = await resolve_press(self._services, command, command.press) if command.press else command
        if meant is None:
            return Answer(toast=access_texts.too_old(request.translator))
        request = replace(request, command=meant)
        spec = self._services.commands.get(meant.verb, _UNKNOWN)
        need = spec.need
        if meant.kind == "channel" and need == "read":
            need = "change"  # an answer would be a post, and anybody who reads the channel can press
        refusal = await self._refusal(need, request)
        if refusal:
            return await self._refuse(request, refusal)
        answer = await self._handle(request, spec)
        return _as_toast(request, answer) if meant.kind == "channel" else answer

    def _is_meant(self, command: Command) -> bool:
        """Return whether a command of a group that does not name us is for us, who may be one of several bots.

        What changes something and answers a person or another bot, or is about a person, is a moderator's to another.
        A query may hold any name.
        """
        spec = self._services.commands.get(command.verb)
        if spec is None or spec.need == "read":
            return spec is not None
        about = command.names_person and spec.need == "change" and command.verb not in {"watch", "unwatch"}
        return not (command.answers_other or about)

    async def _handle(self, request: Request, spec: CommandSpec) -> Answer:
        """Let the handler answer. A slow command starts at once or is refused; what comes `later` waits for a slot."""
        command = request.command
        user = command.chat.id if command.mask or not command.user else command.user
        if not spec.is_slow:
            answer = await spec.handler(self._services, request)
        elif busy := self._slow_commands.busy(user):
            return _refused(command, access_texts.busy(request.translator, yours=busy == "yours"))
        else:
            async with self._slow_commands.slot(user):
                answer = await spec.handler(self._services, request)
        if (later := answer.later) is None:
            return answer

        async def in_slot() -> Answer:
            async with self._slow_commands.slot(user):
                return await later()

        return replace(answer, later=in_slot)

    def default_translator(self) -> Translator:
        """Return the words of the installation, for when no chat's can be looked up."""
        return words(self._services.config().language)

    async def answer_membership(self, change: Membership) -> tuple[Reply, ...]:
        """Say in a group that we have entered what comes next; ask the owners when it is not admitted.

        Of a channel the owners are told the id, for nobody in it can be answered.
        """
        if change.kind == "channel" and change.present:
            return await self._announce_channel(change)
        if not change.entered or change.kind != "group" or self._rate_limiter.take(change.user or change.chat) != "go":
            return ()
        command = Command(Chat(change.chat), "group", change.user, change.name, change.title, "start", addressed=True)
        request = await self._build_request(command)
        refusal = await self._refusal("read", request)
        if refusal:
            return (await self._refuse(request, refusal)).replies
        return (await self._services.commands["start"].handler(self._services, request)).replies

    async def _announce_channel(self, change: Membership) -> tuple[Reply, ...]:
        if not self._admission_notifier.take_notice(change.chat, change.user):
            return ()
        replies = []
        for owner in access_rules.owner_ids(self._services.owners):
            _ = await translator_of(self._services, Chat(owner))
            text = admin_texts.channel(_, change.chat, change.title, inside=True)
            replies.append(Reply(Chat(owner), text, notice=True))
        return tuple(replies)

    async def _build_request(self, command: Command) -> Request:
        owner = access_rules.is_owner(command.user, self._services.owners)
        return await build_request(self._services, command, owner=owner)

    # ------------------------------------------------------------------------------------------ access

    async def _refusal(self, need: Need, request: Request) -> Refusal | None:
        services, command = self._services, request.command
        admitted = request.owner or await self._is_admitted(command)
        standing = Standing(request.owner, bool(services.owners), admitted, command.kind == "private", command.mask)
        verdict = access_rules.decide_access(need, standing)
        if verdict == "ask":
            try:
                administrator = await self.administrators.includes(command.chat.id, command.user or 0)
            except DeliveryError as error:
                return "hidden" if error.verdict in {"suspend", "retry"} else "unsure"
            except BotError:
                return "unsure"
            verdict = access_rules.decide_access(need, replace(standing, administrator=administrator))
        return None if verdict == "yes" or verdict == "ask" else verdict  # noqa: PLR1714 - mypy narrows this, not a set

    async def _is_admitted(self, command: Command) -> bool:
        services, chat = self._services, command.chat.id
        if services.access == "open":
            return not await services.chats.is_revoked(chat)
        if await services.chats.is_admitted(chat):
            return True
        # Whom watchlists.yaml names may use what is under the alerts that it gets.
        fixed = {reader.id for watchlist in services.config().watchlists for reader in watchlist.deliver_to}
        pressed_alert = command.press is not None and command.press.alert
        return pressed_alert and chat in fixed and not await services.chats.is_revoked(chat)

    async def _refuse(self, request: Request, refusal: Refusal) -> Answer:
        command, _ = request.command, request.translator
        if refusal == "closed":
            return await self._request_admission(request)
        if refusal == "as_group":  # written, for a press shows who it is
            return _refused(command, access_texts.as_group(_), self._retry_buttons(request))
        if refusal == "ownerless":
            return _refused(command, access_texts.ownerless(_, command.chat.id, command.user))
        if refusal == "administrators" and command.kind == "channel":
            return _refused(command, _("These buttons are for the administrators of this channel."))
        return _refused(command, _REFUSALS[refusal](_))

    def _retry_buttons(self, request: Request) -> tuple[Button, ...]:
        """Return buttons that ask for the same: whoever presses one shows who they are."""
        command = request.command
        if command.verb not in {"subscribe", "unsubscribe"}:
            same = data(command.verb, command.words)
            whole = command.words or command.verb not in {"watch", "unwatch"}
            fits = whole and len(same.encode()) <= BUTTON_BYTES
            return (Button(basics_texts.label(f"/{command.verb} {command.words}", 40), same),) if fits else ()
        config = self._services.config()
        known = [found for name in split_names(config, command.words) if (found := find_watchlist(config, name))]
        buttons = tuple(choice_button(command.verb, watchlist, "") for watchlist in known)
        return buttons or (Button(access_texts.show_lists(request.translator), data("lists", "1")),)

    async def _request_admission(self, request: Request) -> Answer:
        """Refuse, and ask the owners: each that has a private chat with the bot gets a button."""
        command, services = request.command, self._services
        first = self._admission_notifier.take_notice(command.chat.id, command.user)
        refusal = _refused(command, access_texts.closed(request.translator, command.chat.id, asked=first))
        if not first:
            return refusal
        title = None if command.kind == "private" else command.title
        await services.admissions.request_access(command.chat.id, command.kind, title, services.now())
        replies = list(refusal.replies)
        for owner in access_rules.owner_ids(self._services.owners):
            _ = await translator_of(services, Chat(owner))
            text = access_texts.access_request(
                _, command.chat.id, command.title, command.kind, command.name, command.user
            )
            buttons = (
                Button(_("Admit this chat"), data("admit", str(command.chat.id))),
                Button(_("👋 Decline, and leave"), data("decline", str(command.chat.id)), beside=True),
            )
            replies.append(Reply(Chat(owner), text, buttons, notice=True))
        return replace(refusal, replies=tuple(replies))


_UNKNOWN: Final = CommandSpec("", "read", answer_unknown)
_REFUSALS: Final[dict[Refusal, Say]] = {
    "owners": access_texts.owners_only,
    "administrators": access_texts.administrators,
    "as_channel": access_texts.as_channel,
    "unsure": access_texts.unsure,
    "hidden": access_texts.hidden,
}


def _as_toast(request: Request, answer: Answer) -> Answer:
    """Answer a press in a channel to who pressed alone: a message would be a post that everybody reads."""
    if answer.toast or not answer.replies:
        return replace(answer, replies=())
    (reply, *_others), _ = answer.replies, request.translator
    asks = request.command.verb == "mute" and reply.buttons
    return Answer(toast=basics_texts.bare(access_texts.by_owner(_, request.command.chat.id) if asks else reply.text))


def _refused(command: Command, text: str, buttons: tuple[Button, ...] = ()) -> Answer:
    """Refuse: a command with a message, a press with a toast, so that nobody else's message changes."""
    return Answer(toast=basics_texts.bare(text)) if command.press else Answer((Reply(command.chat, text, buttons),))
