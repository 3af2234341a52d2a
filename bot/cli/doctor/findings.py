"""What `doctor` finds: a subject, whether it is well, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SEVERAL: Final = 2  # places that do not answer, from which on it is our own network rather than theirs
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well, or could be better."""

    subject: str
    ok: bool
    text: str
    advice: str = ""
    source: bool = False  # one source alone is no failure of the installation
    answered: bool = False  # somebody outside this machine did answer
    unreached: bool = False  # nobody answered: the other side's fault, or that of our own network


def passed(subject: str, text: str, advice: str = "") -> Finding:
    """Return what is well; `advice` says what could be better."""
    return Finding(subject, ok=True, text=text, advice=advice)


def failed(subject: str, text: str, advice: str) -> Finding:
    """Return what is not well, and what to do about it."""
    return Finding(subject, ok=False, text=text, advice=advice)


def join_unreached(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings with one line in the place of all that nobody answered, where nobody answered at all."""
    silent = [one for one in findings if one.unreached]
    answered = any(one.answered for one in findings)
    if answered or len(silent) < _SEVERAL:
        return tuple(findings)
    text = f"this machine seems to be offline: nobody answers ({', '.join(one.subject for one in silent[:_NAMED])}"
    text += f" and {len(silent) - _NAMED} more)" if len(silent) > _NAMED else ")"
    line = failed("network", text, "connect it, or name its proxy in NEWSWATCH_PROXY; then try again")
    return tuple(dict.fromkeys(line if one.unreached else one for one in findings))
