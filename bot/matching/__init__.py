"""What match.py is made of: queries planned, their words found, an item examined."""
