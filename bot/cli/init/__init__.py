"""`newswatch init`: asks what an installation needs, and writes `.env` and watchlists.yaml."""
