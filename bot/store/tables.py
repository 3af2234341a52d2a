"""The tables. They are also the queues: what is due is a query over them, never a second list of jobs.

Instants are UTC epoch milliseconds, topics are 0 where a chat has none, lists are JSON text. What changes here changes
in a new file of `migrations/versions` too, and its revision goes to the end of REVISIONS; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.dialects import postgresql

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
)  # oldest first; the last is what this code needs
COPYING = "copying"  # in the place of the revision while a copy into the database is not finished
VERSION_TABLE = "newswatch_revision"  # a name of our own, so that a shared PostgreSQL database stays untangled

# Row numbers: 64 bits; SQLite counts up by itself only in a column declared INTEGER.
ROW = BigInteger().with_variant(Integer, "sqlite")

# Parts of partial indexes: queries use these very texts, or the planner would not see that they agree.
ENABLED = "disabled_at IS NULL"
DUE = "state <> 'dead' AND wanted > shown"
LEASED = "lease_until IS NOT NULL"
SUSPENDED = "suspended IS NOT NULL"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("disabled_at", BigInteger),  # gone from watchlists.yaml since then; its record is kept for a year
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("baselined", Boolean, nullable=False),
    Column("known", Integer, nullable=False),  # items recorded so far: a counter, because COUNT reads them all
    Column("failures", Integer, nullable=False),
    Column("quiet", Integer, nullable=False),
    Column("error", Text),
    Column("tried_at", BigInteger),  # the last poll
    Column("polled_at", BigInteger),  # the last poll that went well
    Column("read_at", BigInteger),  # the last time a document was read: seen keys age by this, not by the calendar
    Column("next_due", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),  # raised by every lease: a late worker's result is recognised by it
    Column("holder", Text),
    Column("lease_until", BigInteger),
    Column("found", Text),  # where the items of a `kind: auto` source are, if its url does not hold them itself
    Column("site", Text, nullable=False, server_default=""),  # the domain of url: one worker at a time asks it
    # What was learned of it: see SourceStats in ports/poll_store.
    Column("rhythm", LargeBinary),
    Column("shown", LargeBinary),
    Column("watched_since", BigInteger),
    Column("news_at", BigInteger),
    Column("lull", BigInteger, nullable=False, server_default="0"),
    Column("hinted_every", BigInteger),
    Column("hinted_skips", Integer, nullable=False, server_default="0"),
    Column("whole_at", BigInteger),
    Column("address", Text),
    Column("moving_to", Text),
    Column("moving_since", BigInteger),
    Column("moving_polls", Integer, nullable=False, server_default="0"),
    # The record was restored: of what its next document shows, only what is dated after this is told.
    Column("told_from", BigInteger),
    Column("losses", Text),  # what may show that its news is lost: a list of numbers
    Column("read_as", Text),  # its `kind` and `select`: by another, what stood there all along is no news
    Index("ix_sources_due", "next_due", sqlite_where=text(ENABLED), postgresql_where=text(ENABLED)),
    Index("ix_sources_leased", "lease_until", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
)

seen_keys = Table(
    "seen_keys",
    metadata,
    Column("source", ROW, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),  # to the day: see `polling/seen_keys`
    PrimaryKeyConstraint("source", "key"),
    sqlite_with_rowid=False,
)

items = Table(
    "items",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("source", ROW, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("language", Text),
    Column("published", BigInteger),
    Column("seen_at", BigInteger, nullable=False),
    Column("story", BigInteger),
    Index("ix_items_source", "source"),
    Index("ix_items_seen_at", "seen_at"),
)

# The terms of items that are in the index of searches (`store/search`): derived, and made anew where they are missing.
item_terms = Table(
    "item_terms",
    metadata,
    Column("item", ROW, ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),  # when it was published, else seen
    Column("terms", Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
)

stories = Table(
    "stories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", BigInteger, nullable=False),
    Column("headline", Text, nullable=False),
    Column("url", Text),
    Index("ix_stories_created_at", "created_at"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("story", BigInteger, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("source", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("url", Text),
    Column("at", BigInteger, nullable=False),
    Column("published", BigInteger),
    Column("watchlists", Text, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # why it joined the story
    Column("key", BigInteger),  # its item's strongest identity key: a changed headline is recognised by it
    Column("changes", Integer, nullable=False, server_default="0"),  # corrections of its headline so far
    Index("ix_reports_story", "story"),
    Index("ix_reports_key", "key"),
)

# No foreign key: these rows live for days, reports for months, and a key's row is written by the dozen.
story_keys = Table(
    "story_keys",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("report", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "at", "report"),
    Index("ix_story_keys_at", "at"),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("story", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),  # 0 urgent, 1 the others
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),  # pending, sent, dead
    Column("message", BigInteger),  # None in a sent row: it can be edited no more
    Column("follows", Boolean, nullable=False),  # later reports raise `wanted`
    Column("folded", Boolean, nullable=False),  # a line of a rolling message, which `message` is then
    Column("wanted", Integer, nullable=False),  # the revision to show; every report that joins raises it
    Column("shown", Integer, nullable=False),  # the revision the reader has; 0 = none
    Column("attempts", Integer, nullable=False),  # that were refused
    Column("not_before", BigInteger, nullable=False),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("lease_epoch", BigInteger),
    Column("lease_until", BigInteger),
    Column("doubts", Integer, nullable=False, server_default="0"),  # attempts of unknown fate
    # Why it waits by a preference of its chat (quiet, digest, pause, source), or ended by it (mute, skip).
    Column("hold", Text),
    Column("part", BigInteger, nullable=False, server_default="0"),  # 0 = the story's message, others are replies to it
    Column("replies", Boolean, nullable=False, server_default=false()),  # new developments answer it
    Column("key", BigInteger),  # of its buttons: random; None = it has none
    Column("resent", Boolean, nullable=False, server_default=false()),  # told anew, as its message could not be edited
    UniqueConstraint("chat", "topic", "story", "part"),
    Index("ix_outbox_story", "story"),
    Index("ix_outbox_created_at", "created_at"),
    Index("ix_outbox_sent", "chat", "sent_at"),
    Index("ix_outbox_due", "chat", "not_before", sqlite_where=text(DUE), postgresql_where=text(DUE)),
    Index("ix_outbox_leased", "chat", sqlite_where=text(LEASED), postgresql_where=text(LEASED)),
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # 0 = everybody: the bot's own pause
    Column("admitted_by", BigInteger),
    Column("admitted_at", BigInteger),
    Column("revoked", Boolean, nullable=False),
    Column("suspended", Text),  # the reason
    Column("suspended_at", BigInteger),
    Column("closure", Text),  # of what kind the refusal is: see alerts/suspension
    Column("probe_at", BigInteger),  # when it is tried again
    Column("muted_until", BigInteger),  # as Telegram has said: then, and not before
    Column("announced_at", BigInteger),  # when owners were told of a suspension last
    Column("blocked_until", BigInteger),
    Column("moved_to", BigInteger),  # a group that became a supergroup; watchlists.yaml may still name the old id
    Column("settings", Text, nullable=False),
    Column("title", Text),  # of a group or channel that asked to be let in; never a person's name
    Column("kind", Text),
    Column("requested_at", BigInteger),  # when it asked to be let in
    Index("ix_chats_suspended", "probe_at", sqlite_where=text(SUSPENDED), postgresql_where=text(SUSPENDED)),
)

# When a chat, or one topic of it, wants its alerts (bot.preferences).
chat_preferences = Table(
    "chat_preferences",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    Column("digested_at", BigInteger),  # for which time its last digest was sent
    PrimaryKeyConstraint("chat", "topic"),
)

mutes = Table(
    "mutes",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # story, word, watchlist, source
    Column("what", Text, nullable=False),
    Column("forms", Text, nullable=False),
    Column("label", Text, nullable=False),  # what people are shown instead
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),  # None = until it is taken back
    PrimaryKeyConstraint("chat", "topic", "kind", "what"),
)

# What the buttons of one message of the bot do; those of alerts are known by the key of their row.
buttons = Table(
    "buttons",
    metadata,
    Column("key", Text, primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("meanings", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_buttons_until", "until"),
)

lost_topics = Table(
    "lost_topics",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("since", BigInteger, nullable=False, server_default="0"),
    Column("probe_at", BigInteger, nullable=False, server_default="0"),  # when it is tried again
    Column("announced", Boolean, nullable=False, server_default=true()),  # owners were told
    PrimaryKeyConstraint("chat", "topic"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("settings", Text, nullable=False),
    PrimaryKeyConstraint("chat", "topic", "watchlist"),
    Index("ix_subscriptions_watchlist", "watchlist"),
)

# Each is a watchlist `~id`, which its chat is subscribed to: a suspension or move of the chat needs nothing here.
personal_queries = Table(
    "personal_queries",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # from `counter`: never used a second time
    Column("chat", BigInteger, nullable=False),
    Column("topic", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("since", BigInteger),  # None: not confirmed
    UniqueConstraint("chat", "number"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

role_leases = Table(
    "role_leases",
    metadata,
    Column("role", Text, primary_key=True),
    Column("holder", Text),  # None = given back
    Column("until", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

# Processes that poll: those whose configurations differ do not poll at once.
instances = Table(
    "instances",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("configuration", Text, nullable=False),  # a hash
    Column("since", BigInteger, nullable=False),  # when the instance began to use it
    Column("seen_at", BigInteger, nullable=False),
)
