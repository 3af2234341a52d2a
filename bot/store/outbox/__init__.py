"""The outbox on record: queued, claimed, delivered."""
