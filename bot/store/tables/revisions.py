"""The revisions of the schema, by the files of `migrations/versions`; the version table holds the one that is there."""

from __future__ import annotations

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
)  # oldest first; the last is what this code needs
COPYING = "copying"  # in the place of the revision while a copy into the database is not finished
VERSION_TABLE = "newswatch_revision"  # a name of our own, so that a shared PostgreSQL database stays untangled
