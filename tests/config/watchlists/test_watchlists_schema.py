"""The model of watchlists.yaml and its JSON Schema: one source of truth, for the bot and for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its types are a package of their own, for one call
import pytest

from bot.config.watchlists.watchlists_schema import FileSection, schema_text
from bot.config.watchlists.yaml_file import compose, plain, read
from bot.config.watchlists.yaml_values import LANGUAGES, nearest

ROOT = Path(__file__).parents[3]


@pytest.fixture(name="validator", scope="module")
def _validator() -> Any:
    schema = json.loads((ROOT / "watchlists.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def data_of(text: str) -> Any:
    """Return the plain data of a text."""
    return plain(compose(text.encode(), "f"), [])


def test_the_committed_schema_is_up_to_date() -> None:
    """`make schema` writes it anew."""
    assert (ROOT / "watchlists.schema.json").read_text(encoding="utf-8") == schema_text()


def test_every_key_of_the_schema_is_described() -> None:
    """Editors show the description beside the key that they complete."""
    schema = json.loads(schema_text())
    sections = {"": schema, **schema["$defs"]}
    assert len(sections) == 4
    for name, section in sections.items():
        for key, value in section["properties"].items():
            assert value.get("description") or "$ref" in value, f"{name}.{key}"


def test_defaults_are_shown_as_they_are_written() -> None:
    """A default in the schema is a value that the file may hold."""
    defaults = json.loads(schema_text())["$defs"]["DefaultsSection"]["properties"]
    shown = {key: value["default"] for key, value in defaults.items()}
    assert shown == {
        "every": "10m",
        "backlog": "none",
        "full_text": "matched",
        "max_per_hour": 30,
        "timezone": "UTC",
        "language": "en",
    }
    assert FileSection.model_validate({"defaults": shown}).defaults == FileSection().defaults


def test_the_shipped_file_is_valid_against_the_schema(validator: Any) -> None:
    """An editor finds nothing to complain about."""
    assert list(validator.iter_errors(plain(read(ROOT / "watchlists.yaml"), []))) == []


@pytest.mark.parametrize(
    "text",
    [
        "source: []",
        "defaults: {every: 300}",
        "defaults: {backlog: some}",
        "sources: [{name: a}]",
        "sources: [{name: a, url: 'ftp://x'}]",
        "sources: [{name: a, url: 'http://x', headers: {'a b': x}}]",
        "watchlists: {Bad Id: {keywords: [x]}}",
        "watchlists: {a: {keywords: []}}",
        "watchlists: {a: {keywords: [2026]}}",
        "watchlists: {a: {keywords: [x], confirm: 0}}",
        "watchlists: {a: {keywords: [x], deliver_to: [{topic: 1}]}}",
        "watchlists: {a: {keywords: [x], deliver_to: ['@channel']}}",
    ],
)
def test_an_editor_and_the_bot_refuse_the_same(text: str, validator: Any) -> None:
    """What the schema can say, it says as the model does."""
    data = data_of(text)
    assert list(validator.iter_errors(data))
    with pytest.raises(ValueError, match="validation error"):
        FileSection.model_validate(data)


def test_languages_are_the_codes_of_iso_639_1() -> None:
    """Two letters each, the supported ones among them."""
    assert len(LANGUAGES) == 184
    assert {"en", "ru", "uk", "de", "fr", "zh", "ja", "no"} <= LANGUAGES


def test_the_nearest_known_word_ignores_case() -> None:
    """A hint is given where one is likely, and none where not."""
    assert nearest("keyword", ["keywords", "title"]) == "did you mean 'keywords'?"
    assert nearest("daily courrier", ["Daily Courier"]) == "did you mean 'Daily Courier'?"
    assert nearest("x", ["keywords"]) == ""
