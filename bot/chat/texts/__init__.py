"""What the bot says in a conversation, by topic: HTML through gettext."""
