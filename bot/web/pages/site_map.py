"""All pages and actions, each declared once, in the order of the menu."""

from __future__ import annotations

from typing import Final

from bot.web.pages.about_page import end_session, read_about, revoke_feed
from bot.web.pages.now_page import read_now
from bot.web.pages.page import Action, Page
from bot.web.pages.source_pages import pause_source, read_one_source, read_sources, resume_source, try_source
from bot.web.record_pages.chat_page import admit_chat, read_chats_page, revoke_chat
from bot.web.record_pages.query_page import read_query, save_query
from bot.web.record_pages.story_list_page import read_stories
from bot.web.record_pages.story_page import read_story_page
from bot.web.watchlist_pages.watchlist_list_page import TEMPLATE as LISTS
from bot.web.watchlist_pages.watchlist_list_page import read_watchlists, undo_change
from bot.web.watchlist_pages.watchlist_page import TEMPLATE as WATCHLIST
from bot.web.watchlist_pages.watchlist_page import change_watchlist, read_watchlist

PAGES: Final = (
    Page("/", "now.html", read_now, lambda _: _.pgettext("page", "Now")),
    Page("/stories", "stories.html", read_stories, lambda _: _.pgettext("page", "Stories")),
    Page("/stories/{id}", "story.html", read_story_page),
    Page("/query", "query.html", read_query, lambda _: _.pgettext("page", "Query")),
    Page("/sources", "sources.html", read_sources, lambda _: _.pgettext("page", "Sources")),
    Page("/sources/{name}", "one_source.html", read_one_source),
    Page("/watchlists", LISTS, read_watchlists, lambda _: _.pgettext("page", "Watchlists")),
    Page("/watchlists/{id}", WATCHLIST, read_watchlist),
    Page("/chats", "chats.html", read_chats_page, lambda _: _.pgettext("page", "Chats")),
    Page("/about", "about.html", read_about, lambda _: _.pgettext("page", "About")),
)
ACTIONS: Final = (
    Action("/query", save_query),
    Action("/sources/{name}/try", try_source, "source_trial.html"),
    Action("/sources/{name}/pause", pause_source),
    Action("/sources/{name}/resume", resume_source),
    Action("/watchlists", undo_change, LISTS),
    Action("/watchlists/{id}", change_watchlist, WATCHLIST),
    Action("/chats/admit", admit_chat),
    Action("/chats/revoke", revoke_chat),
    Action("/sessions/end", end_session),
    Action("/feed-keys/revoke", revoke_feed),
)
