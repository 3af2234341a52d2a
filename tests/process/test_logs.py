"""Logs: one line a record, no secrets, no tricks, never in the way."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import FetchError
from bot.process import logs
from bot.process.logs import configure, expected, redactor, visible

TOKEN = "7654321098:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx"
PASSWORD = "correct/horse battery"
SECRETS = (TOKEN, PASSWORD)


def fail(error: Exception) -> None:
    """Raise it, as something that we called would."""
    raise error


@contextmanager
def logging_to(shape: logs.Format = "text", level: str = "DEBUG") -> Iterator[Callable[[], str]]:
    """Configure the logs for a while; yields what gives the lines, once."""
    stream = io.StringIO()
    end = configure(shape, level, SECRETS, stream)

    def written() -> str:
        end()
        return stream.getvalue()

    try:
        yield written
    finally:
        end()


def test_text_lines_name_time_level_logger_and_extras() -> None:
    """A text line reads: time, level, logger, what happened, key=value; values with spaces are quoted."""
    with logging_to() as written:
        logging.getLogger("bot.polling.loop").info("source polled", extra={"source": "Daily Courier", "new": 3})
        line = written()
    assert line.rstrip().endswith('bot.polling.loop: source polled source="Daily Courier" new=3')
    assert " info " in line


def test_json_lines_are_one_object_each() -> None:
    """A JSON line is one object, its time and level first, other scripts readable."""
    with logging_to("json") as written:
        logging.getLogger("bot.polling.loop").warning("Песков", extra={"new": 3})
        line = written()
    assert list(json.loads(line))[:4] == ["timestamp", "level", "logger", "event"]
    assert json.loads(line)["new"] == 3
    assert "Песков" in line


@pytest.mark.parametrize("shape", ["text", "json"])
def test_case_103_no_secret_reaches_a_line(shape: logs.Format) -> None:
    """Case 103: token and password are hidden in messages, arguments, extras, tracebacks and third-party lines."""
    with logging_to(shape) as written:
        log = logging.getLogger("bot.x")
        log.info("calling https://api.telegram.org/bot%s/getMe", TOKEN)
        log.info("database", extra={"url": f"postgresql://bot:{PASSWORD}@db/news", "token": TOKEN, "all": [TOKEN]})
        log.info("quoted %s", "correct%2Fhorse%20battery")
        try:
            fail(RuntimeError(f"refused {TOKEN}"))
        except RuntimeError:
            log.exception("bug with %r", PASSWORD)
        logging.getLogger("httpx").warning("HTTP Request: POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
        text = written()
    for secret in (TOKEN, TOKEN.partition(":")[2], PASSWORD, "horse"):
        assert secret not in text
    assert text.count("***") >= 6


def test_case_103_unknown_tokens_and_feed_passwords_are_hidden_too() -> None:
    """Case 103: what is shaped like a bot token, or like user:password@, is hidden without being known."""
    redact = redactor(())
    assert redact("GET /bot123456:AAbbccddeeffgghhiijjkkllmmnnooppqqr/getMe") == "GET /bot***/getMe"
    assert redact("https://me:pa55@feeds.example/rss") == "https://***@feeds.example/rss"
    assert redact("https://feeds.example/rss?at=a@b") == "https://feeds.example/rss?at=a@b"


def test_case_103_a_crash_is_logged_without_secrets(capfd: pytest.CaptureFixture[str]) -> None:
    """Case 103: what ends the process or a thread goes through the same filter, and nowhere else."""
    with logging_to() as written:
        try:
            fail(RuntimeError(TOKEN))
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)

        def die() -> None:
            raise RuntimeError(TOKEN)

        thread = threading.Thread(target=die)
        thread.start()
        thread.join()
        text = written()
    assert text.count("unexpected end") == 2
    assert TOKEN not in text
    assert "Traceback" not in capfd.readouterr().err


def test_case_115_titles_cannot_forge_lines_or_steer_a_terminal() -> None:
    """Case 115: newlines, escape codes and bidirectional marks of foreign text are written out, on one line."""
    with logging_to() as written:
        logging.getLogger("bot.x").info(
            "new item", extra={"title": "A\n2026-01-01 error bot: forged\x1b[2J\u202e\u2028"}
        )
        text = written()
    assert text.count("\n") == 1
    assert r"\n2026" in text
    assert r"\x1b[2J\u202e\u2028" in text


def test_case_115_a_traceback_cannot_forge_a_line() -> None:
    """Case 115: every line of a traceback is marked as one, whatever the exception says."""
    with logging_to() as written:
        try:
            fail(ValueError("x\n2026-01-01 error bot: forged"))
        except ValueError:
            logging.getLogger("bot.x").exception("bug")
        lines = written().splitlines()
    assert len(lines) > 3
    assert all(line.startswith("  | ") for line in lines[1:])


@given(st.text())
@settings(deadline=None, max_examples=200)
def test_visible_text_is_always_one_harmless_line(text: str) -> None:
    """Whatever the text, what is shown has no line break and no control character, and stays as it is shown twice."""
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    assert visible(shown) == shown


def test_an_expected_fault_is_one_line_at_every_level() -> None:
    """A fault of a source, of Telegram or of the network costs one line even at DEBUG; a bug has its traceback."""
    import aiohttp
    import telegram.error

    with logging_to() as written:
        log = logging.getLogger("bot.x")
        for fault in (FetchError("404"), aiohttp.ClientError("x"), telegram.error.NetworkError("y"), TimeoutError("z")):
            log.error("failed", exc_info=fault)
        text = written()
    assert len(text.splitlines()) == 4
    assert "error=404" in text
    assert expected(ExceptionGroup("two", [FetchError("a"), OSError("b")])) is False


def test_third_parties_are_quiet_below_warning() -> None:
    """At DEBUG, libraries that log addresses or statements still speak from WARNING on only."""
    with logging_to() as written:
        for name in ("httpx", "httpcore.http11", "telegram.Bot", "aiosqlite", "sqlalchemy.engine"):
            logging.getLogger(name).info("chatter")
        logging.getLogger("httpx").warning("trouble")
        text = written()
    assert "chatter" not in text
    assert "trouble" in text


def test_a_record_that_cannot_be_formatted_harms_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """A wrong log call costs its line, which says where it is; nothing is raised or printed past the filter."""
    with logging_to() as written:
        logging.getLogger("bot.x").info("%d", TOKEN)
        text = written()
    assert "could not be written" in text
    assert TOKEN not in text + capfd.readouterr().err


def test_case_96_a_reader_that_stops_reading_does_not_stop_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 96: with the pipe full, logging goes on at once, ends within its time, and says later what was dropped."""
    monkeypatch.setattr(logs, "ROOM", 100)
    monkeypatch.setattr(logs, "_FLUSH", 0.2)
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream:
        end = configure("text", "INFO", (), stream)
        log = logging.getLogger("bot.x")
        began = time.monotonic()
        for number in range(3000):
            log.info("line %d %s", number, "x" * 200)
        assert time.monotonic() - began < 5
        began = time.monotonic()
        end()
        assert time.monotonic() - began < 2
    # The reader comes back: the thread writes what waited, and how much was lost.
    text = b""
    while chunk := os.read(reading, 65536):
        text += chunk
        if b"dropped" in text:
            break
    os.close(reading)
    assert b"line 0 " in text
    assert b"log lines were dropped" in text


def test_ending_restores_what_was_there() -> None:
    """After the end, handlers, levels and hooks are as before: tests and tools may configure as often as they like."""
    root, hook = logging.getLogger(), sys.excepthook
    before = root.handlers[:], root.level
    with logging_to():
        assert root.handlers != before[0]
    assert (root.handlers, root.level) == before
    assert sys.excepthook is hook
