"""The store: schema, migrations and the one implementation of what the loops need on record.

In come the verbs of `bot.ports`, out go words of the glossary. SQLite and PostgreSQL run the same code; every verb is
one short transaction; nothing above this package knows SQL or a driver's own errors.
"""
