"""What processes on one record agree by: numbers, roles, configurations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from bot.store.tables.schema_metadata import metadata

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
