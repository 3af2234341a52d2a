"""The table of commands: a row alone makes a command."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.chat import registry
from bot.chat.access.authorization import Authorizer
from bot.chat.context import CommandSpec, Request, Services, reply
from bot.chat.menu import general_menus, owner_menu
from bot.chat.messages import Answer
from bot.chat.registry import COMMANDS
from bot.i18n import words

OWNER, READER = 11, 22


async def weather(_services: Services, request: Request) -> Answer:
    """Answer a command that was made up."""
    return reply(request.command, f"Sunny in {request.command.words}")


@pytest.fixture
def services(desk: Any) -> Services:
    """Give the services of a bot with one command more, in open access."""
    desk.access = "open"
    spec = CommandSpec("weather", "read", weather, lambda _: "How it is outside", lambda _: "TOWN")
    given: Services = desk.commands.services
    return replace(given, commands=COMMANDS | {"weather": spec})


async def test_a_row_of_the_table_is_all_that_a_command_needs(services: Services, write: Any) -> None:
    """It is obeyed, stands in /help and in the menus, is guessed from a slip of the pen, and works for channels."""
    authorizer = Authorizer(services)

    async def answered(text: str, user: int = READER) -> str:
        return (await authorizer.answer(write(text, user=user))).replies[0].text

    assert await answered("/weather Oslo") == "Sunny in Oslo"
    assert "/weather TOWN – How it is outside" in await answered("/help")
    assert "Did you mean /weather?" in await answered("/wether")
    assert "Sunny in Oslo" in await answered("/for -1001 weather Oslo", user=OWNER)
    english = words("en")
    shown = [*general_menus(services.commands, english), owner_menu(services.commands, english, OWNER)]
    assert all(("weather", "How it is outside: TOWN") in menu.commands for menu in shown)


def test_each_command_is_declared_under_its_own_name() -> None:
    """Two rows of one name would hide the first; what carries out a command says in a sentence what that is."""
    assert sum(len(rows) for rows in registry._TABLE.values()) == len(COMMANDS)
    for name, command in COMMANDS.items():
        assert command.name == name
        assert command.handler.__doc__, name
