"""The only way out to the web: the client, its address guard, its queues and limits."""
