"""The terminal as a medium."""
