"""What the service does for whoever operates it: checks of the start, word of its own trouble."""
