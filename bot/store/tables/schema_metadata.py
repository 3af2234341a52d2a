"""What the tables share: their collection, the type of row numbers, the conditions of partial indexes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

# Row numbers: 64 bits; SQLite counts up by itself only in a column declared INTEGER.
ROW = BigInteger().with_variant(Integer, "sqlite")

# Parts of partial indexes: queries use these very texts, or the planner would not see that they agree.
ENABLED = "disabled_at IS NULL"
DUE = "state <> 'dead' AND wanted > shown"
LEASED = "lease_until IS NOT NULL"
SUSPENDED = "suspended IS NOT NULL"
IN_A_STORY = "story IS NOT NULL"

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
