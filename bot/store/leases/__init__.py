"""Leases of roles, and the process that holds them."""
