"""The outbox is emptied: the sender's loop, its rate limit, its retries."""
