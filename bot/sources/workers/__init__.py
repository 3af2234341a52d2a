"""Child processes that parse documents, and the queue before them."""
