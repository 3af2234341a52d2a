"""The items of one document: which match, by their articles too, and whose headlines or texts were changed."""
