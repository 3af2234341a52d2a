"""The revisions, oldest first by number. What is released is never edited."""
