"""List pages: which of their links lead to articles."""
