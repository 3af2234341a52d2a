"""`/latest`: the stories that a chat's watchlists brought lately, told or not. It changes nothing."""

from __future__ import annotations

from bot.alerts.calendar import zone_of
from bot.chat.arguments.names import find_watchlist, split_names
from bot.chat.arguments.stories import list_latest
from bot.chat.context import Request, Services, reply
from bot.chat.handlers.files import file_button
from bot.chat.handlers.subscriptions import no_list
from bot.chat.messages import Answer, Button, Reply, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import latest as texts

_WITH_BUTTONS = 5


async def latest(services: Services, request: Request) -> Answer:
    """Show the latest stories of all watchlists of this chat, or of those that are named."""
    command, _ = request.command, request.translator
    config = services.config()
    chosen: set[str] | None = None
    if command.words.strip():
        wanted = [
            found for name in split_names(config, command.words.strip()) if (found := find_watchlist(config, name))
        ]
        if not wanted:
            return reply(command, no_list(services, request, command.words.strip()))
        chosen = {one.id for one in wanted}
    stories = await list_latest(services, command.chat, chosen)
    if not stories:
        return reply(command, texts.nothing(_), (Button(basics_texts.label_lists(_), data("lists", "", "new")),))
    buttons = []
    rows = ((texts.label_mute, "mute"), (texts.label_why, "why"))
    for label, verb in rows:
        for number, one in enumerate(stories[:_WITH_BUTTONS], start=1):
            beside = number > 1
            buttons.append(
                Button(
                    label(_, texts.place(number, counted=chosen is None)),
                    data(verb, f"#{one.story}", "new"),
                    beside=beside,
                )
            )
    buttons.append(file_button(_, "latest", command.words.strip()))
    text = texts.latest(_, stories, services.now(), zone_of(request.zone), counted=chosen is None)
    return Answer((Reply(command.chat, text, tuple(buttons)),))
