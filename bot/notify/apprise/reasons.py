"""Reasons for people: what a library or server said in, one line without any part of the address out. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_LONGEST: Final = 160  # characters
_SHORTEST: Final = 4  # characters of a part of an address that is taken out; shorter ones are no secret


def to_reason(said: object, address: str) -> str:
    """Return what was said, on one line; parts of the address (tokens, passwords, hosts) are taken out of it."""
    text = " ".join("".join(one if one.isprintable() else " " for one in str(said)).split())
    for part in sorted(re.split(r"[:/@?&=,]+", address), key=len, reverse=True):
        for written in {part, unquote(part)}:
            if len(written) >= _SHORTEST:
                text = text.replace(written, "…")
    name = "" if isinstance(said, str) else f"{type(said).__name__}: "
    return f"{name}{text}"[:_LONGEST] or "it was not taken"
