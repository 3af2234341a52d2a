"""The stages asked questions: what fires on a text, and what lead would be shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.matching.engine import Engine, build_engine
from bot.model import Article, Source, Watchlist
from bot.preview import explanation

PAGE = (
    "<!doctype html><html lang='en'><head><title>Kremlin uncertain on summit | Courier</title></head><body><article>"
    "<h1>Kremlin uncertain on summit</h1><p>The Kremlin said on Friday that it could not predict whether the leaders "
    "would meet this month.</p><p>Mr. Peskov told reporters that no date had been agreed so far, and none was near."
    "</p></article></body></html>"
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Give an engine of two watchlists, one for a single source."""
    lists = (
        Watchlist("k", "Kremlin", ("Kremlin", "Tor"), languages=("en",)),
        Watchlist("o", "Only", ("Peskov",), languages=("en",), sources=("One",)),
    )
    return build_engine(
        lists, (Source("One", "https://one.example/", "one"), Source("Two", "https://two.example/", "two"))
    )


def test_explain_says_what_fires_and_what_nearly_did(engine: Engine) -> None:
    """The lead is the one that an alert would have, with the sentence that has the word."""
    told = explanation.explain(
        engine, Article(None, "The Director's summit", "Nothing of it. The Kremlin's view is known.")
    )
    assert [(match.watchlist, match.query) for match in told.matches] == [("k", "Kremlin")]
    assert [miss.query for miss in told.misses] == ["Tor"]
    assert "The Kremlin's view is known." in told.lead


def test_explain_line_gives_offsets_of_the_fields_as_given(engine: Engine) -> None:
    """`text` is what stands at `start:end` of that field; `matches` is there when nothing fires."""
    request = {
        "id": [1, None],
        "title": "  Kremlin’s 𝕏 summit",
        "lead": "In the Kremlin.",
        "body": None,
        "language": "en",
    }
    answer = explanation.explain_line(engine, request)
    assert answer["id"] == [1, None]
    (match,) = answer["matches"]
    assert (match["watchlist"], match["query"]) == ("k", "Kremlin")
    for evidence in match["evidence"]:
        text = str(request[evidence["field"]])
        assert text[evidence["start"] : evidence["end"]] == evidence["text"]
    assert explanation.explain_line(engine, {}) == {"id": None, "matches": []}


def test_explain_line_minds_source_and_language(engine: Engine) -> None:
    """A watchlist for one source is silent on another, and one for English on an item that says it is French."""

    def fired(**more: str) -> list[str]:
        answer = explanation.explain_line(engine, {"title": "Peskov in the Kremlin", **more})
        return [match["query"] for match in answer["matches"]]

    assert fired() == ["Kremlin", "Peskov"]
    assert fired(source="Two") == ["Kremlin"]
    assert fired(source="One", language="en") == ["Kremlin", "Peskov"]
    assert fired(language="fr") == []
    with pytest.raises(ValueError, match="'title' must be a string"):
        explanation.explain_line(engine, {"title": 5})


def test_lead_line_reduces_a_page(tmp_path: Path) -> None:
    """Title, lead and the whole text come out, as JSON can hold them, whatever the page was."""
    answer = explanation.lead_line({"id": "a", "html": PAGE, "url": "https://courier.example/1"})
    assert list(answer) == ["id", "title", "lead", "text", "language", "published", "image"]
    assert answer["title"].startswith("Kremlin uncertain on summit")
    assert answer["lead"].startswith("The Kremlin said on Friday")
    assert "none was near" in answer["text"]
    for html in ("", "\ud800 half a pair", "<" * 5000, "plain words", "\x00" * 50):
        assert json.dumps(explanation.lead_line({"id": 1, "html": html})), tmp_path
