"""What a running service does for owners who change sources and watchlists."""
