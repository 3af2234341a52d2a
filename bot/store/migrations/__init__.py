"""How the schema came to be: one file a revision, run by Alembic through `bot.store.database.schema_upgrade`."""
