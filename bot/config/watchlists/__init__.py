"""watchlists.yaml: its text, its schema, its mistakes, what it means."""
