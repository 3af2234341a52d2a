"""The pages on which watchlists are shown and changed."""
