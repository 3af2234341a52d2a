"""JSON Lines in, JSON Lines out."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.preview import jsonl

if TYPE_CHECKING:
    import pytest


def echo(request: dict[str, Any]) -> dict[str, Any]:
    """Answer with the title, as a stage would."""
    return {"id": request.get("id"), "title": jsonl.text(request, "title")}


def answers(data: bytes) -> list[dict[str, Any]]:
    """Return what comes out for these bytes."""
    out = io.BytesIO()
    jsonl.stream(io.BytesIO(data), out, echo)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_line_is_answered_in_order() -> None:
    """Answers come in the order of the questions, with the id as it was given, whatever its type."""
    ids: list[Any] = [1, "b", None, {"x": [1]}, 2.5, True]
    data = b"".join(json.dumps({"id": i, "title": "t"}).encode() + b"\n" for i in ids)
    assert [answer["id"] for answer in answers(data)] == ids


def test_an_unreadable_line_is_answered_with_an_error_and_the_rest_goes_on() -> None:
    """A broken line costs itself only, and its answer says which line it was."""
    first, second, third = answers(b'{"id": 1, "title": \n{"id": 2}\n[3]\n')
    assert first["id"] is None
    assert "line 1" in first["error"]
    assert second == {"id": 2, "title": ""}
    assert "not an object" in third["error"]


def test_a_wrong_type_is_named_with_its_key_and_keeps_its_id() -> None:
    """A request that makes no sense gets its id back, so that the caller can find it."""
    (answer,) = answers(b'{"id": "a", "title": 7}\n')
    assert answer["id"] == "a"
    assert "'title' must be a string" in answer["error"]


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    """A line of brackets cannot end the run."""
    first, second = answers(b"[" * 200_000 + b"\n" + b'{"id": 1}\n')
    assert "line 1" in first["error"]
    assert second["id"] == 1


def test_half_a_surrogate_pair_comes_back_as_it_came() -> None:
    """What JSON can say and UTF-8 cannot is written with escapes."""
    (answer,) = answers(b'{"id": "\\ud800", "title": "\\ud83d"}\n')
    assert answer == {"id": "\ud800", "title": "\ud83d"}


@given(st.lists(st.binary().filter(lambda line: b"\n" not in line), max_size=8))
@settings(deadline=None)
def test_any_bytes_give_one_answer_a_line(chunks: list[bytes]) -> None:
    """No input raises; every line that is not blank is answered once."""
    data = b"".join(chunk + b"\n" for chunk in chunks)
    expected = sum(1 for chunk in chunks if chunk.strip())
    assert len(answers(data)) == expected


def test_a_bug_costs_its_line_only_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a stage raises, its line is answered with an error, the log has the traceback, and the rest goes on."""

    def stage(request: dict[str, Any]) -> dict[str, Any]:
        return {"id": request["id"], "half": 1 / request["by"]}

    out = io.BytesIO()
    jsonl.stream(io.BytesIO(b'{"id": 1, "by": 0}\n{"id": 2}\n{"id": 3, "by": 1}\n'), out, stage)
    first, second, third = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["id"], second["id"], third) == (1, 2, {"id": 3, "half": 1.0})
    assert "ZeroDivisionError" in first["error"]
    assert "line 2" in second["error"]
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
