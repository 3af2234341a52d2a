"""The table of all commands: each is declared here, once. Menus, /help, hints at unknown commands and tests read it.

A new command is a handler in `bot.chat.handlers`, its texts in `bot.chat.texts`, and a row here. The order is that of
the menus. What a button of an old message means is kept as the name and words of a command, so a name stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.chat.context import CommandSpec
from bot.chat.handlers import (
    basics,
    explain,
    files,
    forwarded,
    latest,
    mute,
    queries,
    schedule,
    search,
    settings_menu,
    stories,
)
from bot.chat.handlers import subscriptions as subs
from bot.chat.handlers.owners import act_for, admin, page_link, source_commands
from bot.chat.handlers.owners import keywords as edits
from bot.chat.messages import Section

# By section of /help.
_TABLE: Final[Mapping[Section, tuple[CommandSpec, ...]]] = {
    "follow": (
        CommandSpec("lists", "read", subs.lists, lambda _: _("What you can subscribe to")),
        CommandSpec(
            "subscribe", "change", subs.subscribe, lambda _: _("Tell this chat about a watchlist"), lambda _: _("ID")
        ),
        CommandSpec(
            "unsubscribe",
            "change",
            subs.unsubscribe,
            lambda _: _("Stop telling it about a watchlist"),
            lambda _: _("ID"),
        ),
        CommandSpec("mine", "read", subs.mine, lambda _: _("What this chat is told")),
        CommandSpec(
            "watch",
            "change",
            queries.watch,
            lambda _: _("Tell this chat about a query of its own"),
            lambda _: _("QUERY"),
        ),
        CommandSpec("unwatch", "change", subs.unwatch, lambda _: _("End a query of this chat"), lambda _: _("NUMBER")),
    ),
    "when": (
        CommandSpec(
            "settings", "change", settings_menu.settings, lambda _: _("Everything that can be chosen, with buttons")
        ),
        CommandSpec("pause", "change", schedule.pause, lambda _: _("Tell nothing until /resume")),
        CommandSpec("resume", "change", schedule.resume, lambda _: _("Go on, and catch up if you like")),
        CommandSpec(
            "mute",
            "change",
            mute.mute,
            lambda _: _("Not to hear of a word, story, watchlist or source"),
            lambda _: _("WHAT 1h"),
        ),
        CommandSpec("unmute", "change", mute.unmute, lambda _: _("To hear of it again"), lambda _: _("WHAT")),
        CommandSpec(
            "quiet",
            "change",
            schedule.quiet,
            lambda _: _("Hours in which only urgent alerts come"),
            lambda _: _("23:00-07:00"),
        ),
        CommandSpec(
            "digest", "change", schedule.digests, lambda _: _("Alerts together, as a list"), lambda _: _("daily 08:00")
        ),
        CommandSpec("language", "change", settings_menu.language, lambda _: _("In which language I speak here")),
        CommandSpec("forget", "change", settings_menu.forget, lambda _: _("Delete everything about this chat")),
    ),
    "ask": (
        CommandSpec("start", "read", basics.start),
        CommandSpec("latest", "read", latest.latest, lambda _: _("The latest stories, told or not"), lambda _: _("ID")),
        CommandSpec(
            "story",
            "read",
            stories.story,
            lambda _: _("All about a story that was sent here: its link"),
            lambda _: _("LINK"),
        ),
        CommandSpec(
            "search",
            "read",
            search.search,
            lambda _: _("Find news of the last 30 days"),
            lambda _: _("QUERY"),
            is_slow=True,
        ),
        CommandSpec("found", "read", search.turn_page, is_slow=True),
        CommandSpec("file", "read", files.send_file, is_slow=True),
        CommandSpec(
            "test",
            "read",
            explain.test,
            lambda _: _("Try a query on the latest news"),
            lambda _: _("QUERY"),
            is_slow=True,
        ),
        CommandSpec(
            "why",
            "read",
            explain.why,
            lambda _: _("Why an article was sent here, or was not"),
            lambda _: _("LINK"),
            is_slow=True,
        ),
        CommandSpec("forwarded", "read", forwarded.judge_forwarded, is_slow=True),
        CommandSpec("status", "read", basics.status, lambda _: _("Whether the bot is watching")),
        CommandSpec("help", "read", basics.show_help, lambda _: _("All commands")),
    ),
    "own": (
        CommandSpec(
            "sources",
            "own",
            source_commands.sources,
            lambda _: _("How every source is doing; add one by its address"),
            lambda _: _("add URL"),
        ),
        CommandSpec("web", "own", page_link.web, lambda _: _("A link to the pages, for your browser")),
        CommandSpec(
            "keywords",
            "own",
            edits.keywords,
            lambda _: _("Change the keywords, excludes and sources of a watchlist"),
            lambda _: _("ID"),
        ),
        CommandSpec("undo", "own", edits.undo, lambda _: _("Take back the last change of a watchlist")),
        CommandSpec("chats", "own", admin.chats, lambda _: _("Who uses the bot, and who would like to")),
        CommandSpec("reload", "own", admin.reload, lambda _: _("Read watchlists.yaml anew, at once")),
        CommandSpec("for", "own", act_for.act_for, lambda _: _("Act for a channel"), lambda _: _("CHAT COMMAND")),
        CommandSpec("admit", "own", admin.admit, lambda _: _("Let a chat use the bot"), lambda _: _("CHAT")),
        CommandSpec("revoke", "own", admin.revoke, lambda _: _("Take that back"), lambda _: _("CHAT")),
        CommandSpec("decline", "own", admin.decline),
    ),
}

COMMANDS: Final = {
    command.name: replace(command, section=section) for section, rows in _TABLE.items() for command in rows
}
