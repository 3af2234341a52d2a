"""Addresses as people paste them: which feed, channel or list of a known site they stand for."""
