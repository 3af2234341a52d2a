"""The menu of commands."""

from __future__ import annotations

from bot.chat.menu import chat_menus, fingerprint, general_menus, owner_menu, removed_menus
from bot.chat.registry import COMMANDS
from bot.i18n import LANGUAGES, words

EN = words("en")


def test_the_menu_offers_what_there_is_to_whom_it_is_for() -> None:
    """Every command of a menu exists; changing is not offered to members, owning to nobody but owners."""
    shown = [menu for menu in (*general_menus(COMMANDS, EN), owner_menu(COMMANDS, EN, 7)) if not menu.language]
    found = {(menu.scope, menu.chat): {name for name, _ in menu.commands} for menu in shown}
    assert set().union(*found.values()) <= set(COMMANDS)
    assert not found["all_group_chats", None] & {"subscribe", "admit"}
    assert "subscribe" in found["all_chat_administrators", None]
    assert "admit" in found["chat", 7]
    assert sum("admit" in names for names in found.values()) == 1


def test_every_command_stands_in_a_menu() -> None:
    """All commands are offered to some, but for what Telegram shows itself, and what buttons and forwards say."""
    offered = {
        name for menu in (*general_menus(COMMANDS, EN), owner_menu(COMMANDS, EN, 7)) for name, _ in menu.commands
    }
    assert set(COMMANDS) - offered == {"start", "found", "file", "decline", "forwarded"}


def test_telegrams_limits_on_menus_are_kept() -> None:
    """Names have at most 32 small letters, descriptions 3 to 256 characters."""
    for menu in (
        menu
        for code in LANGUAGES
        for menu in (*general_menus(COMMANDS, words(code)), owner_menu(COMMANDS, words(code), 7))
    ):
        assert len(menu.commands) <= 100
        for name, purpose in menu.commands:
            assert name.isalpha()
            assert name.islower()
            assert len(name) <= 32
            assert 3 <= len(purpose) <= 256


def test_each_language_has_its_menus() -> None:
    """Users see the menus in the language of their Telegram, those of another language in the installation's."""
    found = {(menu.scope, menu.language): dict(menu.commands)["lists"] for menu in general_menus(COMMANDS, words("de"))}
    assert len(found) == 3 * (len(LANGUAGES) + 1)
    assert found["all_private_chats", ""] == found["all_private_chats", "de"] == "Was Sie abonnieren können"
    assert found["all_group_chats", "fr"] == "À quoi vous pouvez vous abonner"


def test_a_chat_that_chose_its_language_has_menus_of_its_own() -> None:
    """They win over those of its users' languages, and go when the chat is forgotten; channels have none."""
    ru = words("ru")
    (private,) = chat_menus(COMMANDS, ru, 7, "private", owner=False)
    assert (private.scope, private.chat, private.language) == ("chat", 7, "")
    assert "admit" not in dict(private.commands)
    assert chat_menus(COMMANDS, ru, 7, "private", owner=True) == (owner_menu(COMMANDS, ru, 7),)
    members, chiefs = chat_menus(COMMANDS, ru, -7, "group", owner=False)
    assert "subscribe" not in dict(members.commands)
    assert "subscribe" in dict(chiefs.commands)
    assert [menu.scope for menu in removed_menus(-7, "group")] == [members.scope, chiefs.scope]
    assert not any(menu.commands for menu in removed_menus(-7, "group"))
    assert chat_menus(COMMANDS, ru, -7, "channel", owner=True) == removed_menus(-7, "channel") == ()


def test_a_mark_is_another_where_a_menu_is() -> None:
    """Menus are set again when their words or the bot are others, and only then."""
    assert fingerprint(general_menus(COMMANDS, EN), "us") == fingerprint(general_menus(COMMANDS, EN), "us")
    assert (
        len(
            {
                fingerprint(general_menus(COMMANDS, EN), "us"),
                fingerprint(general_menus(COMMANDS, words("ru")), "us"),
                fingerprint(general_menus(COMMANDS, EN), "them"),
            }
        )
        == 3
    )
    assert -(2**63) <= fingerprint(general_menus(COMMANDS, EN), "us") < 2**63
