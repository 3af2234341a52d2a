"""What every log line of a piece of work carries: the id of its turn or delivery, wherever below it is logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_IDS: Final[ContextVar[Mapping[str, str]]] = ContextVar("log_ids", default={})  # noqa: B039 - never changed in place


@contextmanager
def log_ids(**ids: str) -> Iterator[None]:
    """Let lines that are logged inside, tasks and threads of it included, carry these ids."""
    token = _IDS.set({**_IDS.get(), **ids})
    try:
        yield
    finally:
        _IDS.reset(token)


def bind_log_ids(**ids: str) -> None:
    """Let lines carry these ids to the end of the present task."""
    _IDS.set({**_IDS.get(), **ids})


def current_log_ids() -> Mapping[str, str]:
    """Return what a line carries here."""
    return _IDS.get()
