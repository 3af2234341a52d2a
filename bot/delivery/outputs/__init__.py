"""Delivery to outputs: a loop of its own, so that none of them ever delays Telegram."""
