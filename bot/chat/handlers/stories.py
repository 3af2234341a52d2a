"""`/story`: all that is on record of one story that this chat was told of. It changes nothing."""

from __future__ import annotations

import re

from bot.alerts.calendar import zone_of
from bot.chat.arguments.stories import ask_which_story, find_alerts
from bot.chat.context import Request, Services, reply
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import stories as texts

PAGE = 10  # reports of one message


async def story(services: Services, request: Request) -> Answer:
    """Show the story of a link, of the message that was answered, or the latest one; a number counts back from that."""
    command, _ = request.command, request.translator
    word, _space, page = command.words.strip().partition(" ")
    alerts = await find_alerts(services, request, word)
    if len(alerts) > 1:
        return ask_which_story(request, "story", alerts)
    found = await services.preferences.find_story(command.chat, alerts[0].story) if alerts else None
    if found is None:
        return reply(
            command,
            _("I have told this chat of no such story in the last weeks. /latest shows the latest ones.")
            if word
            else texts.which(_),
        )
    (alert,), number = alerts, found.story
    pages = max(1, -(-len(found.reports) // PAGE))
    shown = min(max(int(page), 1), pages) if re.fullmatch(r"[0-9]{1,4}", page) else 1
    buttons = []
    if shown > 1:
        buttons.append(Button(basics_texts.back(_), data("story", f"#{number} {shown - 1}", "turn")))
    if shown < pages:
        buttons.append(Button(basics_texts.more(_), data("story", f"#{number} {shown + 1}", "turn"), beside=shown > 1))
    begin = (shown - 1) * PAGE
    text = texts.story(_, found, alert, services.now(), zone_of(request.zone), begin=begin, end=begin + PAGE)
    return reply(command, text, tuple(buttons))
