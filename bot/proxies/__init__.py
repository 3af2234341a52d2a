"""The operator's proxies: their addresses, and connections through them."""
