"""`/story`: all that is on record of one story that this chat was told of. It changes nothing."""

from __future__ import annotations

import re

from bot.chat import storytexts
from bot.chat.hours import wishes_of
from bot.chat.house import Asked, House, say
from bot.chat.talk import Answer
from bot.sending.hours import zone_of


async def story(house: House, asked: Asked) -> Answer:
    """Show the story of a link, or of a number as buttons have it."""
    command, _ = asked.command, asked.words
    if not command.words.strip():
        return say(command, storytexts.which(_))
    number = await story_of(house, asked, command.words.split(maxsplit=1)[0])
    found = None if number is None else await house.wishes.story(command.chat, number)
    alert = None if number is None else await house.wishes.alert(command.chat, number)
    if found is None or alert is None:  # another chat's stories are nobody's business here
        return say(command, storytexts.unknown(_))
    wishes, _look = await wishes_of(house, asked)
    return say(command, storytexts.story(_, found, alert, house.now(), zone_of(wishes.zone)))


async def story_of(house: House, asked: Asked, word: str) -> int | None:
    """Return the number of the story that a link or `#number` names."""
    if re.fullmatch(r"#-?[0-9]{1,19}", word):
        return int(word[1:])
    if not word.startswith(("http://", "https://")):
        return None
    traces = await house.library.items.trace(word, asked.command.chat)
    return next((trace.found.story for trace in traces if trace.found.story is not None), None)
