"""What comes from Telegram, and what is sent without being asked."""
