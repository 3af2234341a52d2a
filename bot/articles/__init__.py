"""An item's own page: its text, what is boilerplate, and the lead."""
