"""Sources on record: leases, seen keys, and the transaction that ends a poll."""
