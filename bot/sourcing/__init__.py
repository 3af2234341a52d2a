"""The verbs about sources: what an address would bring, and how it gets into watchlists.yaml."""
