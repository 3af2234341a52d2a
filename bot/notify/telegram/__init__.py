"""Telegram as a medium: sending, transport, and what its refusals mean."""
