"""The media: pure rendering, the terminal, and Telegram."""
