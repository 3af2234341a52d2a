"""Items by their story, for who looks at one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add an index of the items that stand in a story: few, so that it costs the poller little."""
    in_a_story = sa.text("story IS NOT NULL")
    op.create_index("ix_items_story", "items", ["story"], sqlite_where=in_a_story, postgresql_where=in_a_story)
