"""Tables are named in the plural, and constraints, indexes and sequences after them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = {
    "source": "sources",
    "seen": "seen_keys",
    "item": "items",
    "story": "stories",
    "report": "reports",
    "story_key": "story_keys",
    "chat": "chats",
    "place": "chat_preferences",
    "mute": "mutes",
    "button": "buttons",
    "lost_topic": "lost_topics",
    "subscription": "subscriptions",
    "personal_query": "personal_queries",
    "counter": "counters",
    "role_lease": "role_leases",
    "instance": "instances",
}
ENABLED = sa.text("disabled_at IS NULL")
LEASED = sa.text("lease_until IS NOT NULL")
# By the table's name of before: the rest of an index's name, its columns, and of which rows it is.
INDEXES = (
    ("source", "due", ["next_due"], ENABLED),
    ("source", "leased", ["lease_until"], LEASED),
    ("item", "seen_at", ["seen_at"], None),
    ("item", "source", ["source"], None),
    ("story", "created_at", ["created_at"], None),
    ("report", "story", ["story"], None),
    ("report", "key", ["key"], None),
    ("story_key", "at", ["at"], None),
    ("button", "until", ["until"], None),
    ("subscription", "watchlist", ["watchlist"], None),
)
FOREIGN_KEYS = (("seen", "source"), ("item", "source"), ("report", "story"))
SEQUENCES = ("source", "item", "report")


def upgrade() -> None:
    """Rename them; no row is copied. The release before does not run on beside it.

    SQLite cannot rename an index or a constraint: indexes are made anew, and keys keep their names, which mean nothing
    there, but for the one that is compared with the code.
    """
    for old, new in TABLES.items():
        op.rename_table(old, new)
    op.execute("ALTER TABLE chats RENAME COLUMN knocked_at TO requested_at")
    if op.get_bind().dialect.name == "postgresql":
        _rename_on_postgres()
    else:
        _rename_on_sqlite()


def _rename_on_postgres() -> None:
    for old, new in TABLES.items():
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT pk_{old} TO pk_{new}")
    for old, column in FOREIGN_KEYS:
        new = TABLES[old]
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT fk_{old}_{column} TO fk_{new}_{column}")
    op.execute("ALTER TABLE personal_queries RENAME CONSTRAINT uq_personal_query_chat TO uq_personal_queries_chat")
    for old, rest, _, _ in INDEXES:
        op.execute(f"ALTER INDEX ix_{old}_{rest} RENAME TO ix_{TABLES[old]}_{rest}")
    for old in SEQUENCES:
        op.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {TABLES[old]}_id_seq")


def _rename_on_sqlite() -> None:
    with op.batch_alter_table("personal_queries") as queries:
        queries.drop_constraint("uq_personal_query_chat", type_="unique")
        queries.create_unique_constraint("uq_personal_queries_chat", ["chat", "number"])
    for old, rest, columns, where in INDEXES:
        op.drop_index(f"ix_{old}_{rest}", TABLES[old])
        op.create_index(f"ix_{TABLES[old]}_{rest}", TABLES[old], columns, sqlite_where=where)
