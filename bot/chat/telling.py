"""`/story`: all that is on record of one story that this chat was told of. It changes nothing."""

from __future__ import annotations

import re

from bot.chat import storytexts, texts
from bot.chat.hours import wishes_of
from bot.chat.house import Asked, House, say
from bot.chat.talk import Answer, Button, data
from bot.sending.hours import zone_of

PAGE = 10  # reports of one message
_AT_ONCE = 100  # stories of one rolling message


async def story(house: House, asked: Asked) -> Answer:
    """Show the story of a link, of the message that was answered, or the latest one; a number counts back from that."""
    command, _ = asked.command, asked.words
    word, _space, page = command.words.strip().partition(" ")
    number = await story_of(house, asked, word)
    if number is None and not word:
        return say(command, storytexts.which(_))
    found = None if number is None else await house.wishes.story(command.chat, number)
    alert = None if number is None else await house.wishes.alert(command.chat, number)
    if found is None or alert is None:  # another chat's stories are nobody's business here
        return say(command, storytexts.unknown(_))
    wishes, _look = await wishes_of(house, asked)
    pages = max(1, -(-len(found.reports) // PAGE))
    shown = min(max(int(page), 1), pages) if re.fullmatch(r"[0-9]{1,4}", page) else 1
    buttons = []
    if shown > 1:
        buttons.append(Button(texts.back(_), data("story", f"#{number} {shown - 1}", "turn")))
    if shown < pages:
        buttons.append(Button(texts.more(_), data("story", f"#{number} {shown + 1}", "turn"), beside=shown > 1))
    begin = (shown - 1) * PAGE
    text = storytexts.story(_, found, alert, house.now(), zone_of(wishes.zone), begin=begin, end=begin + PAGE)
    return say(command, text, tuple(buttons))


async def story_of(house: House, asked: Asked, word: str) -> int | None:
    """Return the number of the story that is meant: by a link, `#number`, "2" for the one before the latest, nothing.

    Nothing is the message that was answered, else the latest. Of a rolling message the first story counts.
    """
    command = asked.command
    if re.fullmatch(r"#-?[0-9]{1,19}", word):
        return int(word[1:])
    if not word and command.answers is not None:
        listed = await house.wishes.told(command.chat, most=_AT_ONCE, message=command.answers)
        return listed[-1] if listed else None
    if not word or re.fullmatch(r"[1-9][0-9]{0,2}", word):
        back = int(word or 1)
        told = await house.wishes.told(command.chat, most=back)
        return told[back - 1] if len(told) == back else None
    if not word.startswith(("http://", "https://")):
        return None
    traces = await house.library.items.trace(word, command.chat)
    return next((trace.found.story for trace in traces if trace.found.story is not None), None)
