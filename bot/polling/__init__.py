"""One turn of a source: when, what is new, which story, who is told."""
