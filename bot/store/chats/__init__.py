"""Chats on record: subscriptions, queries, preferences, admissions, moves."""
