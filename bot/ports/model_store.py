"""What asking a language model needs on record."""

from __future__ import annotations

from typing import Protocol


class TokenLedger(Protocol):
    """The tokens of each day, shared by all instances on one database."""

    async def reserve_tokens(self, day: int, tokens: int, most: int) -> bool:
        """Count tokens as used on a day (its ordinal, UTC) unless that would make more than `most`; say whether."""
        ...

    async def settle_tokens(self, day: int, difference: int) -> None:
        """Correct what was reserved by what was used."""
        ...
