"""Pages over the record: stories, one story, a query tried, chats."""
