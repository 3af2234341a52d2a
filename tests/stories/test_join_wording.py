"""Why a report joined its story: in words, and of which kind."""

from __future__ import annotations

import pytest

from bot.i18n import words
from bot.stories.join_wording import describe_join, join_kind


@pytest.mark.parametrize(
    ("reason", "kind", "said"),
    [
        ("the same page: Courier, “A”", "identity", "dieselbe Seite: Courier, “A”"),
        ("the same item, retouched: Courier, “A”", "identity", "dieselbe Nachricht, überarbeitet: Courier, “A”"),
        ("a copy of one text (83% of its wording): Wire, “B”", "copy", "Wire, “B”"),
        ("the same event in another language (61%): Wire, “B”", "meaning", "61"),
        ("the same names, numbers and words (71%): Wire, “B”", "words", "71"),
        ("what nobody writes any more", "words", "what nobody writes any more"),
    ],
)
def test_a_reason_has_words_and_a_kind(reason: str, kind: str, said: str) -> None:
    """One that is not written any more stays as it is."""
    assert join_kind(reason) == kind
    assert said in describe_join(words("de"), reason)
