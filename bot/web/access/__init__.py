"""Who may see the pages: sign-in links, sessions, and which requests are answered at all."""
