"""The database itself: engine, dialects, transactions, errors, schema upgrades."""
