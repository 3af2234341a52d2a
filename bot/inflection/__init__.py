"""The forms of a word, per language: looked up once, when a query is compiled."""
