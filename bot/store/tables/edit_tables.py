"""The history of watchlists.yaml."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, false

from bot.store.tables.schema_metadata import ROW, metadata

edits = Table(
    "edits",
    metadata,
    Column("id", ROW, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("origin", Text, nullable=False),  # chat, page, file
    Column("author", BigInteger),  # a Telegram user
    Column("before", Text, nullable=False),  # hashes of the file
    Column("after", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("hunks", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("undoes", BigInteger),
    Column("undone", Boolean, nullable=False, server_default=false()),
    Column("written", Boolean, nullable=False, server_default=false()),  # the file was replaced
    Index("ix_edits_at", "at"),
)
