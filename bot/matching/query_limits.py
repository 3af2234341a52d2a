"""What one query, one chat and all of them may cost, in one place: docs/limits.md says the same in words.

Numbers only. Who keeps to them: `query` what can be written, the rest of `matching` what it costs.
"""

from __future__ import annotations

from typing import Final

# ------------------------------------------------------------------------------------------ one query

QUERY_CHARACTERS: Final = 2_000  # a long list of alternatives is several keywords, which cost less
QUERY_DEPTH: Final = 30  # parentheses within parentheses
QUERY_PARTS: Final = 300  # words, phrases and regexes
REGEX_CHARACTERS: Final = 500
REGEX_MEMORY: Final = 1 << 20  # bytes for one compiled regex; RE2 refuses what needs more
REGEX_SIZE: Final = 4_000  # instructions of a compiled regex: .{0,300} has 2,700, a name with alternatives 50
PROBE_CHARACTERS: Final = 10_000  # of the text on which a query is timed before it is taken: two long articles
QUERY_SECONDS: Final = 0.02  # of processor, on that text; a usual query takes a hundredth of it

# ------------------------------------------------------------------------------------------ the queries of one chat

CHAT_QUERIES: Final = 20
CHAT_QUERY_CHARACTERS: Final = 500
CHAT_REGEX_SIZE: Final = 8_000  # instructions of all regexes of its queries
CHAT_SECONDS: Final = 0.04  # of processor for all of them, on the text above

# ------------------------------------------------------------------------------------------ all queries

PERSONAL_REGEX_SIZE: Final = 100_000  # instructions of the regexes of all chats' own queries
ITEM_SECONDS: Final = 0.25  # of processor for all regexes in one item; those that are left then are left out of it
SET_REGEXES: Final = 50  # regexes that are looked up together
SET_SIZE: Final = 4_000  # instructions of all regexes that are looked up together
SET_MEMORY: Final = 1 << 21  # bytes for them
LONE_SET_MEMORY: Final = 1 << 24  # bytes for a regex that is looked up alone
COMPILED_REGEXES: Final = 64  # regexes kept ready for showing where they match, REGEX_MEMORY each at most
NEAR_WORDS: Final = 100  # between words that are near each other
