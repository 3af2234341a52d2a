"""What Alembic runs: the migrations, on the connection and in the transaction that `schema_upgrade` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,  # SQLite too: the transaction was begun by hand
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
