"""The gate before every command: how fast, whether we are meant, and whether they may.

In comes a Command (written, or a pressed button: both are checked alike), out goes the Answer of its verb or a refusal
that says why and what to do. For a chat that nobody has admitted the owners are asked, with a button. Never here:
Telegram, or any word of a text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.chat import access_rules
from bot.chat.access_rules import Administrators, AdmissionNotifier, Need, RateLimiter, Refusal, Standing
from bot.chat.arguments.names import find, named
from bot.chat.callbacks import pressed
from bot.chat.context import Handler, Request, Services, asked_by, words_of
from bot.chat.handlers.basics import DEAR, VERBS, choice, unknown
from bot.chat.messages import BUTTON_BYTES, Answer, Button, Command, Membership, Reply, data
from bot.chat.question_limit import DearQuestions
from bot.chat.texts import access as access_texts
from bot.chat.texts import admin as admin_texts
from bot.chat.texts import basics as basics_texts
from bot.errors import BotError
from bot.i18n import Translator, words
from bot.model import Chat


class Authorizer:
    """Answers commands. Keeps in memory only how fast people write and whom it looked up lately."""

    def __init__(self, house: Services) -> None:
        self._house = house
        self.administrators = Administrators(house.look, house.clock)
        self._haste = RateLimiter(house.clock)
        self._knocks = AdmissionNotifier(house.clock, house.owners)
        self._dear = DearQuestions()

    @property
    def house(self) -> Services:
        """Return what the commands work on."""
        return self._house

    async def answer(self, command: Command) -> Answer:
        """Check and carry out one command. BotError (the store) is the caller's to tell with `accesstexts.trouble`."""
        if command.verb not in VERBS and not command.addressed:
            return Answer()
        step = self._haste.take(command.chat.id if command.mask or not command.user else command.user)
        if step == "drop":
            return Answer()
        asked = await self._asked(command)
        if step == "notice":
            return _turn_away(command, access_texts.too_fast(asked.words))
        meant = await pressed(self._house, command)
        if meant is None:
            return Answer(toast=access_texts.too_old(asked.words))
        asked = replace(asked, command=meant)
        need, handler = VERBS.get(meant.verb, ("read", unknown))
        if meant.kind == "channel" and need == "read":
            need = "change"  # an answer would be a post, and anybody who reads the channel can press
        refusal = await self._refusal(need, asked)
        if refusal:
            return await self._refuse(asked, refusal)
        answer = await self._answered(asked, handler)
        return _aside(asked, answer) if meant.kind == "channel" else answer

    async def _answered(self, asked: Request, handler: Handler) -> Answer:
        """Let a handler answer; what takes long has its turn, at once or not at all, and what comes `later` waits."""
        command = asked.command
        person = command.chat.id if command.mask or not command.user else command.user
        if command.verb not in DEAR:
            answer = await handler(self._house, asked)
        elif busy := self._dear.busy(person):
            return _turn_away(command, access_texts.busy(asked.words, yours=busy == "yours"))
        else:
            async with self._dear.turn(person):
                answer = await handler(self._house, asked)
        if (later := answer.later) is None:
            return answer

        async def in_turn() -> Answer:
            async with self._dear.turn(person):
                return await later()

        return replace(answer, later=in_turn)

    def home(self) -> Translator:
        """Return the words of the installation, for when no chat's can be looked up."""
        return words(self._house.config().language)

    async def joined(self, change: Membership) -> tuple[Reply, ...]:
        """Say in a group that we have entered what comes next; ask the owners when it is not admitted.

        Of a channel the owners are told the id, for nobody in it can be answered.
        """
        if change.kind == "channel" and change.present:
            return await self._channel(change)
        if not change.entered or change.kind != "group" or self._haste.take(change.user or change.chat) != "go":
            return ()
        command = Command(Chat(change.chat), "group", change.user, change.name, change.title, "start", addressed=True)
        asked = await self._asked(command)
        refusal = await self._refusal("read", asked)
        if refusal:
            return (await self._refuse(asked, refusal)).replies
        _, start = VERBS["start"]
        return (await start(self._house, asked)).replies

    async def _channel(self, change: Membership) -> tuple[Reply, ...]:
        if not self._knocks.first(change.chat, change.user):
            return ()
        said = []
        for owner in access_rules.each_owner(self._house.owners):
            _ = await words_of(self._house, Chat(owner))
            text = admin_texts.channel(_, change.chat, change.title, inside=True)
            said.append(Reply(Chat(owner), text, notice=True))
        return tuple(said)

    async def _asked(self, command: Command) -> Request:
        owner = access_rules.is_owner(command.user, self._house.owners)
        return await asked_by(self._house, command, owner=owner)

    # ------------------------------------------------------------------------------------------ access

    async def _refusal(self, need: Need, asked: Request) -> Refusal | None:
        house, command = self._house, asked.command
        admitted = asked.owner or await self._may_use(command)
        standing = Standing(asked.owner, bool(house.owners), admitted, command.kind == "private", command.mask)
        verdict = access_rules.judge(need, standing)
        if verdict == "ask":
            try:
                administrator = await self.administrators.include(command.chat.id, command.user or 0)
            except BotError:
                return "unsure"
            verdict = access_rules.judge(need, replace(standing, administrator=administrator))
        return None if verdict == "yes" or verdict == "ask" else verdict  # noqa: PLR1714 - mypy narrows this, not a set

    async def _may_use(self, command: Command) -> bool:
        house, chat = self._house, command.chat.id
        if house.access == "open":
            return not await house.store.revoked(chat)
        if await house.store.admitted(chat):
            return True
        # Whom watchlists.yaml names may use what is under the alerts that it gets.
        fixed = {reader.id for one in house.config().watchlists for reader in one.deliver_to}
        pressed_alert = command.press is not None and command.press.alert
        return pressed_alert and chat in fixed and not await house.store.revoked(chat)

    async def _refuse(self, asked: Request, refusal: Refusal) -> Answer:
        command, _ = asked.command, asked.words
        if refusal == "closed":
            return await self._closed(asked)
        if refusal == "as_group":  # written, for a press shows who it is
            return _turn_away(command, access_texts.as_group(_), self._again(asked))
        if refusal == "ownerless":
            return _turn_away(command, access_texts.ownerless(_, command.chat.id, command.user))
        if refusal == "administrators" and command.kind == "channel":
            return _turn_away(command, access_texts.of_channel(_))
        return _turn_away(command, _REFUSALS[refusal](_))

    def _again(self, asked: Request) -> tuple[Button, ...]:
        """Return buttons that ask for the same: whoever presses one shows who they are."""
        command = asked.command
        if command.verb not in {"subscribe", "unsubscribe"}:
            same = data(command.verb, command.words)
            whole = command.words or command.verb not in {"watch", "unwatch"}
            fits = whole and "|" not in command.words and len(same.encode()) <= BUTTON_BYTES
            return (Button(basics_texts.label(f"/{command.verb} {command.words}", 40), same),) if fits else ()
        config = self._house.config()
        known = [found for name in named(config, command.words) if (found := find(config, name))]
        buttons = tuple(choice(command.verb, watchlist, "") for watchlist in known)
        return buttons or (Button(access_texts.show_lists(asked.words), data("lists", "1")),)

    async def _closed(self, asked: Request) -> Answer:
        """Refuse, and ask the owners: each that has a private chat with the bot gets a button."""
        command, house = asked.command, self._house
        first = self._knocks.first(command.chat.id, command.user)
        refused = _turn_away(command, access_texts.closed(asked.words, command.chat.id, asked=first))
        if not first:
            return refused
        title = None if command.kind == "private" else command.title
        await house.guests.knock(command.chat.id, command.kind, title, house.now())
        knocks = list(refused.replies)
        for owner in access_rules.each_owner(self._house.owners):
            _ = await words_of(house, Chat(owner))
            text = access_texts.knock(_, command.chat.id, command.title, command.kind, command.name, command.user)
            buttons = (
                Button(access_texts.admit(_), data("admit", str(command.chat.id))),
                Button(admin_texts.label_decline(_), data("decline", str(command.chat.id)), beside=True),
            )
            knocks.append(Reply(Chat(owner), text, buttons, notice=True))
        return replace(refused, replies=tuple(knocks))


_REFUSALS: dict[Refusal, Callable[[Translator], str]] = {
    "owners": access_texts.owners_only,
    "administrators": access_texts.administrators,
    "as_channel": access_texts.as_channel,
    "unsure": access_texts.unsure,
}


def _aside(asked: Request, answer: Answer) -> Answer:
    """Answer a press in a channel to who pressed alone: a message would be a post that everybody reads."""
    if answer.toast or not answer.replies:
        return replace(answer, replies=())
    (reply, *_others), _ = answer.replies, asked.words
    asks = asked.command.verb == "mute" and reply.buttons
    return Answer(toast=basics_texts.bare(access_texts.by_owner(_, asked.command.chat.id) if asks else reply.text))


def _turn_away(command: Command, text: str, buttons: tuple[Button, ...] = ()) -> Answer:
    """Refuse: a command with a message, a press with a toast, so that nobody else's message changes."""
    return Answer(toast=basics_texts.bare(text)) if command.press else Answer((Reply(command.chat, text, buttons),))
