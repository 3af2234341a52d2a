"""The index of searches over the record: terms of items, and the two databases' own text search over them."""
