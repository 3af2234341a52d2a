"""What the verbs about the record do: search it, save and restore it, copy and export it."""
