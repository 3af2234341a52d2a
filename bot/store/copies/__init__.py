"""The record as a whole: saved, checked, restored, copied from one database to another."""
