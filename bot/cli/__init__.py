"""The command line: one module for each group of verbs, tables for the terminal, exit codes."""
