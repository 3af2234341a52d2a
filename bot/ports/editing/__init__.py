"""What changing watchlists and sources needs from outside."""
