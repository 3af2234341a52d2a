"""Outputs on record: what goes to them, and how they fare."""
