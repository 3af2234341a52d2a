"""Signs that belong to a name or an amount: .io, @name, #tag, $AAPL, Yahoo!, 7%, €100.

A word as written in a query comes in, and what stands around a word of a text; whether the signs are there goes out.
The sign counts: `.io` is not found by "io", nor `Yahoo!` by Yahoo. Signs within a word (C++, AT&T, U.S.) are the
tokenizer's. The currency of an amount may stand on either side, for languages differ in that: €100, 100 €.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.text.tokens import fold

_CURRENCIES: Final = "$€£¥₽₴₹₩₺₪₫₦₱₿"
_BEFORE: Final = re.compile(rf"[.@#{_CURRENCIES}](?=[^\W_])")
_AFTER: Final = re.compile(rf"(?<=[^\W_])[!%‰{_CURRENCIES}]$|(?<=\+)!$")
_JOINING: Final = frozenset(".")  # stands within words as well: github.io, ASP.NET


@dataclass(frozen=True, slots=True)
class Signs:
    """What must stand right before and after a word, empty for nothing; `amount` says that the word is a number."""

    before: str = ""
    after: str = ""
    amount: bool = False

    def __bool__(self) -> bool:
        return bool(self.before or self.after)

    def stand(self, before: str, after: str, *, first: bool, last: bool) -> bool:
        """Return whether the signs stand in the gaps around a word; `first` or `last` where no word goes on there."""
        before, after = fold(before), fold(after)
        if self.amount:
            return self._stand_by_number(before, after, first=first, last=last)
        if not after.startswith(self.after) or not before.endswith(self.before):
            return False
        if self.before in _JOINING:
            return not before.endswith("..")
        return first or len(before) > 1 or not self.before  # me@name.com is not @name

    def _stand_by_number(self, before: str, after: str, *, first: bool, last: bool) -> bool:
        sign = self.before or self.after
        if sign in _CURRENCIES and (
            before.endswith(sign) or (before.rstrip().endswith(sign) and (first or before[:1].isspace()))
        ):
            return True
        rest = after.lstrip()
        return rest.startswith(sign) and (last or rest != sign or after == rest)  # "100 $5": it is of the 5


def read_signs(written: str) -> Signs:
    """Return the signs that a word of a query begins and ends with, as far as they belong to it."""
    folded = fold(written)
    before, after = _BEFORE.match(folded), _AFTER.search(folded)
    signs = before[0] if before else "", after[0] if after else ""
    amount = folded.strip("".join(signs)).replace(".", "").replace(",", "").isdecimal() and signs[0] not in (
        ".",
        "#",
        "@",
    )
    return Signs(*signs, amount) if any(signs) else Signs()
