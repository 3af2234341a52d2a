"""What people write after a command, as values: times, names, stories."""
