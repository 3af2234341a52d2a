"""Changes to watchlists.yaml: the text spliced, the file replaced."""
