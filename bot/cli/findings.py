"""What `doctor` finds: a subject, whether it is well, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well, or could be better."""

    subject: str
    ok: bool
    text: str
    advice: str = ""
    source: bool = False  # one source alone is no failure of the installation


def passed(subject: str, text: str, advice: str = "") -> Finding:
    """Return what is well; `advice` says what could be better."""
    return Finding(subject, ok=True, text=text, advice=advice)


def failed(subject: str, text: str, advice: str) -> Finding:
    """Return what is not well, and what to do about it."""
    return Finding(subject, ok=False, text=text, advice=advice)
