"""How the outbox is emptied: how fast, by whom, and what follows a refusal."""
