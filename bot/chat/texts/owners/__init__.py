"""Texts for owners."""
