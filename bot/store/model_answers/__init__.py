"""What a language model said, on record, and what it may still cost."""
