"""Handlers of the commands for owners."""
