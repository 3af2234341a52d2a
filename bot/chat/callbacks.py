"""What a pressed button means: an id in, the command that it stands for out, or None.

Nothing is taken from the button itself: what it does was kept for the chat that it is pressed in, and what is forged,
of another chat or too old is not found. Whether it may be done is checked afterwards, as for any command.
"""

from __future__ import annotations

from dataclasses import replace

from bot import button_ids
from bot.button_ids import Action, AlertButton, MenuButton
from bot.chat.context import Services
from bot.chat.messages import Command, Press, parse_data

# The verb and words of a button under an alert; the alert itself stays as it is.
_ALERT: dict[Action, tuple[str, str]] = {
    "mute": ("mute", "story {} forever"),
    "words": ("mute", "#{}"),
    "why": ("why", "#{}"),
    "more": ("story", "#{}"),
}


async def resolve_press(services: Services, command: Command, press: Press) -> Command | None:
    """Return the command that a press stands for, None where nothing is known about it any more."""
    if press.message is None:
        return None
    if not press.data:
        return command
    button = button_ids.parse_button_id(press.data)
    if isinstance(button, AlertButton):
        return await _of_alert(services, command, press, button)
    return await _of_menu(services, command, press, button) if button else None


async def _of_alert(services: Services, command: Command, press: Press, button: AlertButton) -> Command | None:
    story = await services.buttons.find_alert_story(command.chat.id, button.row, button.key, services.now())
    if story is None:
        return None
    verb, words = _ALERT[button.action]
    meant = replace(press, data="", view="new", alert=True)
    return replace(command, verb=verb, words=words.format(story), press=meant)


async def _of_menu(services: Services, command: Command, press: Press, button: MenuButton) -> Command | None:
    meaning = await services.buttons.find_meaning(command.chat.id, button.key, button.number, services.now())
    if meaning is None:
        return None
    verb, words, view = parse_data(meaning)
    return replace(command, verb=verb, words=words, press=replace(press, data="", view=view))
