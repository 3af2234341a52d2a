"""What the pages read of the record, and who may see them."""
