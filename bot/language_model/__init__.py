"""A language model, if the operator has one: asked for a line or a verdict, and never believed."""
