"""The terms of items, by which searches find them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add a table, empty: it is filled by and by. The release before runs on beside it."""
    op.create_table(
        "item_terms",
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], ondelete="CASCADE", name="fk_item_terms_item"),
        sa.PrimaryKeyConstraint("item", name="pk_item_terms"),
    )
