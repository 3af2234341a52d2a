"""Answers of sources become items: one module or folder for each kind."""
