"""Who is told what, and when: pure decisions over a story, its readers' preferences and the clock."""
