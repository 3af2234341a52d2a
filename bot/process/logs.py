r"""Logging: stdlib everywhere, one line a record, without secrets, without tricks, never in the way.

In come the records of all libraries and of ours, out go text (key=value) or JSON lines. Every known secret, and
whatever looks like a bot token or a password in an address, is replaced before a line exists; control, bidirectional
and escape characters of foreign text are written as `\\x1b` or `\\u202e`; an expected fault is one line at every
level, a traceback stands for a bug. The lines are written by a thread of their own: when nobody reads the pipe, lines
are dropped and counted, and the bot goes on (case 96).
"""

from __future__ import annotations

import logging
import os
import queue
import re
import sys
import threading
import traceback
import unicodedata
from collections.abc import Callable, MutableMapping, Sequence
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote

from bot.errors import BotError
from bot.process.log_context import current_log_ids
from bot.process.threads import CURE, is_thread_limit

Format = Literal["text", "json"]

ROOM = 5000  # lines that may wait for a slow reader: some megabytes
_FLUSH = 2.0  # seconds that waiting lines have when the process ends
_HIDDEN = "***"
_SHORTEST = 4  # a secret shorter than this would hide half of every line
# The address of a Bot API call, the token alone, and user:password@ in any address.
_PATTERNS = (
    (re.compile(r"(/(?:file/)?bot)\d+(?::|%3A)[\w-]+", re.IGNORECASE), rf"\g<1>{_HIDDEN}"),
    (re.compile(r"\b\d{6,}(?::|%3A)[\w-]{30,}", re.IGNORECASE), _HIDDEN),
    (re.compile(r"(://)[^/\s@'\"]*@"), rf"\g<1>{_HIDDEN}@"),
)
# Third parties speak up from this level on: below it they log addresses with tokens, or every statement.
_QUIET = (
    *("aiohttp", "aiosqlite", "alembic", "asyncio", "charset_normalizer", "courlan", "httpcore", "httpx", "htmldate"),
    *("psycopg", "pymorphy3", "sqlalchemy", "telegram", "trafilatura", "urllib3"),
)
# Faults of the network, of Telegram, of a site, of the database: one line. By name, so that nothing is imported.
_EXPECTED = frozenset(
    {
        "aiohttp.client_exceptions.ClientError",
        "aiohttp.http_exceptions.HttpProcessingError",
        "bot.errors.BotError",
        "builtins.ConnectionError",
        "builtins.MemoryError",
        "builtins.TimeoutError",
        "httpcore.NetworkError",
        "httpx.HTTPError",
        "sqlalchemy.exc.DBAPIError",
        "telegram.error.TelegramError",
    }
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_HEAD = ("timestamp", "level", "logger", "event")

Processor = Callable[[Any, str, MutableMapping[str, Any]], Any]


def redactor(secrets: Sequence[str]) -> Callable[[str], str]:
    """Return the function that hides these secrets, however they are quoted, and everything shaped like one."""
    known = {form for secret in secrets for form in (secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1])}
    # The part of a token after the colon is the secret one.
    known |= {secret.partition(":")[2] for secret in secrets if re.fullmatch(r"\d+:[\w-]+", secret)}
    forms = sorted((form for form in known if len(form) >= _SHORTEST), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, forms))) if forms else None

    def redact(text: str) -> str:
        if pattern:
            text = pattern.sub(_HIDDEN, text)
        for shape, shown in _PATTERNS:
            text = shape.sub(shown, text)
        return text

    return redact


def visible(text: str) -> str:
    """Return the text on one line, with everything that steers a terminal or a reader's eye written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign in "\u200c\u200d" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return sign
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return named.get(sign) or (f"\\x{ord(sign):02x}" if sign < "\x80" else f"\\u{ord(sign):04x}")


def expected(error: BaseException) -> bool:
    """Return whether an exception is a fault that we live with, rather than a bug."""
    if is_thread_limit(error):
        return True
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if isinstance(error, BaseExceptionGroup):
        return all(expected(one) for one in error.exceptions)
    return not kinds.isdisjoint(_EXPECTED)


class Pipe(logging.Handler):
    """Writes lines from a thread of its own. A subclass because that is how logging is extended."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        try:  # past the stream's buffer: a thread that hangs while it holds that would break Python's own exit
            self._file: int | None = os.dup(stream.fileno())
        except (OSError, ValueError):  # no file behind it
            self._file = None
        self._lines: queue.Queue[str | None] = queue.Queue(ROOM)
        self._dropped = 0
        self._ending = False
        self._thread = threading.Thread(target=self._drain, name="logs", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line, or count it as dropped. Never waits, never raises."""
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - whatever a record holds, logging it must not harm who logs
            line = f"a log line of {record.name}:{record.lineno} could not be written: {type(error).__name__}"
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Write what waits, for `_FLUSH` seconds at most: a pipe that nobody reads must not keep us from ending."""
        if self._thread.is_alive():
            try:
                self._lines.put(None, timeout=_FLUSH)
                self._thread.join(_FLUSH)
            except queue.Full:
                self._ending = True  # the thread ends by itself, should the reader come back
        super().close()

    def _drain(self) -> None:
        try:
            while not (self._ending and self._lines.empty()) and (line := self._lines.get()) is not None:
                self._write(f"{line}\n")
                if self._lines.empty():
                    self._own_up()
            self._own_up()
        finally:
            if self._file is not None:
                os.close(self._file)

    def _own_up(self) -> None:
        dropped, self._dropped = self._dropped, 0
        if dropped:
            self._write(f"{dropped} log lines were dropped: nobody was reading\n")

    def _write(self, text: str) -> None:
        if self._file is None:
            self._stream.write(text)
            return
        rest = memoryview(text.encode(errors="backslashreplace"))
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:  # the reader is gone: there is nobody left to tell
            return


def configure(
    shape: Format = "text", level: str = "INFO", secrets: Sequence[str] = (), stream: TextIO | None = None
) -> Callable[[], None]:
    """Send every record of the process to `stream` (default stderr); return the function that flushes and ends it."""
    import structlog

    redact = redactor(secrets)
    pipe = Pipe(sys.stderr if stream is None else stream)
    pipe.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_details],
            processors=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _fault,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _clean(redact),
                _json if shape == "json" else _text,
                _redacted(redact),
            ],
        )
    )
    root = logging.getLogger()
    before, root_level = root.handlers[:], root.level
    root.handlers[:] = [pipe]
    root.setLevel(level.upper())
    floors = {name: logging.getLogger(name).level for name in _QUIET}
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook = _crash
    threading.excepthook = lambda died: _crash(died.exc_type, died.exc_value or SystemExit(), died.exc_traceback)
    sys.unraisablehook = lambda lost: _crash(lost.exc_type, lost.exc_value or SystemExit(), lost.exc_traceback)

    def end() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(capture=False)
        root.handlers[:], root.level = before, root_level
        for name, floor in floors.items():
            logging.getLogger(name).setLevel(floor)
        pipe.close()

    return end


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("bot").critical("unexpected end", exc_info=(kind, error, trace))


def _details(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add what was logged as `extra`."""
    record = event["_record"]
    event.update(current_log_ids())
    event.update({key: value for key, value in vars(record).items() if key not in _STANDARD and key not in event})
    return event


def _fault(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn an exception into one line when it is an expected fault, into a traceback when it is a bug."""
    error = event.pop("exc_info", None)
    error = error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        if is_thread_limit(error):
            event["error"] = CURE
        elif expected(error):
            event["error"] = str(error) if isinstance(error, BotError) else f"{type(error).__name__}: {error}"
        else:
            event["traceback"] = "".join(traceback.format_exception(error))
    return event


def _clean(redact: Callable[[str], str]) -> Processor:
    def clean(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, bool | int | float) or value is None:
                continue
            text = redact(value if isinstance(value, str) else str(value))
            lines = text.rstrip("\n").split("\n") if key in {"traceback", "stack_info"} else [text]
            event[key] = "\n".join(visible(line) for line in lines)
        return event

    return clean


def _redacted(redact: Callable[[str], str]) -> Processor:
    return lambda _, __, line: redact(str(line))  # once more: two halves of a secret may have met in the line


def _text(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    """Return `time level logger: what happened key=value …`; a traceback follows, each line marked as part of it."""
    head = [event.pop(key, "") for key in _HEAD]
    traces = [event.pop(key) for key in ("traceback", "stack_info") if key in event]
    pairs = "".join(f" {key}={_quoted(value)}" for key, value in event.items())
    line = f"{head[0]} {head[1]:<8} {head[2]}: {head[3]}{pairs}"
    return "\n".join([line, *(f"  | {part}" for trace in traces for part in trace.split("\n"))])


def _quoted(value: object) -> str:
    text = str(value)
    if text and not any(sign in ' "=' for sign in text):
        return text
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


def _json(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    import json

    first = {key: event.pop(key) for key in _HEAD if key in event}
    return json.dumps({**first, **event}, ensure_ascii=False)
