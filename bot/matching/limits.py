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
NEAR_WORDS: Final = 100  # between words that are near each other
