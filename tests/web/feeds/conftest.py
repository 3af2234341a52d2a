"""The stores of the contract suite."""

from tests.store.conftest import emptied_postgres_url, play, shared_postgres_url, sqlite_template, store

__all__ = ["emptied_postgres_url", "play", "shared_postgres_url", "sqlite_template", "store"]
