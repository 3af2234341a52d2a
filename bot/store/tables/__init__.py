"""The tables. They are also the queues: what is due is a query over them, never a second list of jobs.

Instants are UTC epoch milliseconds, topics are 0 where a chat has none, lists are JSON text. What changes here changes
in a new file of `migrations/versions` too, and its revision goes to the end of REVISIONS; a test compares them.
"""

from __future__ import annotations

from bot.store.tables.chat_tables import (
    buttons,
    chat_preferences,
    chats,
    lost_topics,
    mutes,
    personal_queries,
    subscriptions,
)
from bot.store.tables.edit_tables import edits
from bot.store.tables.hub_tables import hub_contents, hub_subscriptions
from bot.store.tables.model_tables import model_usage, model_verdicts, story_lines
from bot.store.tables.outbox_tables import outbox
from bot.store.tables.output_tables import output_alerts, outputs, watchlist_alerts
from bot.store.tables.page_tables import feed_keys, page_sessions, sign_in_links
from bot.store.tables.polling_tables import seen_keys, sources
from bot.store.tables.process_tables import counters, instances, role_leases
from bot.store.tables.revisions import COPYING, REVISIONS, VERSION_TABLE
from bot.store.tables.schema_metadata import DUE, ENABLED, LEASED, ROW, SUSPENDED, metadata
from bot.store.tables.story_tables import item_terms, items, reports, stories, story_keys

__all__ = (
    "COPYING",
    "DUE",
    "ENABLED",
    "LEASED",
    "REVISIONS",
    "ROW",
    "SUSPENDED",
    "VERSION_TABLE",
    "buttons",
    "chat_preferences",
    "chats",
    "counters",
    "edits",
    "feed_keys",
    "hub_contents",
    "hub_subscriptions",
    "instances",
    "item_terms",
    "items",
    "lost_topics",
    "metadata",
    "model_usage",
    "model_verdicts",
    "mutes",
    "outbox",
    "output_alerts",
    "outputs",
    "page_sessions",
    "personal_queries",
    "reports",
    "role_leases",
    "seen_keys",
    "sign_in_links",
    "sources",
    "stories",
    "story_keys",
    "story_lines",
    "subscriptions",
    "watchlist_alerts",
)
