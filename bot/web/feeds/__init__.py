"""Atom and JSON feeds of what watchlists tell, for who has a key."""
