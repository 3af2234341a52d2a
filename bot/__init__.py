"""Newswatch: watches news sources for keywords and tells each event once, on Telegram."""
