"""A change of watchlists.yaml in the chat: shown with a button that confirms it, then written and put in force.

The button names the version of the file that the change was made of.
"""

from __future__ import annotations

from typing import Final

from bot.chat.context import Request, Services, reply
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts.owners import keywords as texts
from bot.config.edits.proposal import Proposal
from bot.errors import BotError, ConfigError, ConflictError, UnwritableError

VERSION: Final = 16  # characters of a hash on a button: nobody makes two files that agree in so many


def ask_to_save(request: Request, proposal: Proposal, words: str, back: Button, above: str = "") -> Answer:
    """Show what would change, with the button that does it: the same command with these words, and a version."""
    command, _ = request.command, request.translator
    text = texts.proposed(_, proposal, undo=proposal.undoes is not None)
    save = data(command.verb, words, f"save {proposal.version[:VERSION]}")
    if len(save.encode()) > BUTTON_BYTES:
        return reply(command, _("That is too much for one button: write fewer of them at a time."))
    buttons = (back,) if proposal.unwritable else (Button(_("💾 Save"), save), back)
    return reply(command, f"{above}\n{text}" if above else text, buttons)


async def save_proposal(services: Services, request: Request, proposal: Proposal, back: Button | None = None) -> Answer:
    """Write a change that was confirmed, put it in force, and offer the way back."""
    command, _ = request.command, request.translator
    try:
        await services.editor.save(proposal, "chat", command.user)
    except UnwritableError:
        return reply(command, texts.by_hand(_, proposal.unwritable or "?", proposal.diff))
    except ConflictError:
        return reply(command, texts.changed_meanwhile(_), (look_again(request),))
    except ConfigError as error:
        return reply(command, texts.refused(_, error.problems))
    in_force = True
    try:
        await services.reload_config()
    except BotError:  # the regular look tries it again, and tells owners why
        in_force = False
    buttons = (Button(_("↩️ Undo"), data("undo", "")), *((back,) if back else ()))
    return reply(command, texts.saved(_, proposal, in_force=in_force), buttons)


def look_again(request: Request) -> Button:
    """Return the button that looks at the same again."""
    command, _ = request.command, request.translator
    return Button(_("🔄 Look again"), data(command.verb, command.words))
