"""The menu of commands."""

from __future__ import annotations

from bot.chat.menu import menus
from bot.chat.verbs import VERBS
from bot.words import LANGUAGES, words


def test_the_menu_offers_what_there_is_to_whom_it_is_for() -> None:
    """Every command of a menu exists; changing is not offered to members, owning to nobody but owners."""
    shown = [menu for menu in menus(words("en"), [7]) if not menu.language]
    found = {(menu.scope, menu.chat): {name for name, _ in menu.commands} for menu in shown}
    assert set().union(*found.values()) <= set(VERBS)
    assert not found["all_group_chats", None] & {"subscribe", "admit"}
    assert "subscribe" in found["all_chat_administrators", None]
    assert "admit" in found["chat", 7]
    assert sum("admit" in names for names in found.values()) == 1


def test_every_command_stands_in_a_menu() -> None:
    """All commands are offered to some, but for what Telegram shows itself, and what buttons and forwards say."""
    offered = {name for menu in menus(words("en"), [7]) for name, _ in menu.commands}
    assert set(VERBS) - offered == {"start", "decline", "channel"}


def test_telegrams_limits_on_menus_are_kept() -> None:
    """Names have at most 32 small letters, descriptions 3 to 256 characters."""
    for menu in (menu for code in LANGUAGES for menu in menus(words(code), [7])):
        assert len(menu.commands) <= 100
        for name, purpose in menu.commands:
            assert name.isalpha()
            assert name.islower()
            assert len(name) <= 32
            assert 3 <= len(purpose) <= 256
