"""What owners are told of outputs, unasked. Written as `bot.owner_notices` is."""

from __future__ import annotations

from bot.i18n import Translator


def output_fails(_: Translator, output: str, reason: str) -> str:
    """Say that an output has taken nothing for long."""
    return _(
        "the output {output} has taken nothing for an hour ({reason}): it is tried again, for three days each alert",
        output=output,
        reason=reason,
    )


def output_ended(_: Translator, output: str, reason: str) -> str:
    """Say that an output wants nothing any more."""
    return _(
        "the output {output} wants no more alerts ({reason}): none goes there until its address is changed",
        output=output,
        reason=reason,
    )
