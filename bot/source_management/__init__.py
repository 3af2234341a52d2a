"""What the verbs about sources do: survey an address, edit watchlists.yaml, import and export OPML."""
