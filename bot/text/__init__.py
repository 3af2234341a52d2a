"""Text of any language: folding, tokens, sentences, HTML to plain text."""
