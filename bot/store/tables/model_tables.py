"""What a language model was asked about stories, what it said, and what that cost."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from bot.store.tables.schema_metadata import metadata

UNDECIDED = "verdict IS NULL"

# Whether a story is about what a watchlist's `only` says: asked for after a match, before the alert is due.
model_verdicts = Table(
    "model_verdicts",
    metadata,
    Column("story", BigInteger, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("watchlist", Text, nullable=False),
    Column("question", Text, nullable=False),  # the sentence of `only`
    Column("asked_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # then the alert goes without an answer
    Column("claimed_until", BigInteger, nullable=False),  # an instance asks until then
    Column("verdict", Text),  # yes, no, unsure, or none where there was no answer; NULL = not known yet
    Column("reason", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("story", "watchlist"),
    Index("ix_model_verdicts_until", "until", sqlite_where=text(UNDECIDED), postgresql_where=text(UNDECIDED)),
)

# What is added to the alerts of a story: a sentence about it, or headline and lead in another language.
story_lines = Table(
    "story_lines",
    metadata,
    Column("story", BigInteger, ForeignKey("stories.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),  # summary, translation
    Column("language", Text, nullable=False),
    Column("line", Text, nullable=False),  # empty = there is none: it was dropped, or is not needed
    Column("reports", Integer, nullable=False),  # of the story, when it was made
    Column("claimed_until", BigInteger, nullable=False),  # an instance asks until then
    Column("made_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("story", "kind", "language"),
)

model_usage = Table(
    "model_usage",
    metadata,
    Column("day", BigInteger, primary_key=True, autoincrement=False),  # its ordinal, UTC
    Column("tokens", BigInteger, nullable=False),  # used, or reserved for questions that are under way
)
