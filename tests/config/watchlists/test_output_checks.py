"""Outputs in watchlists.yaml: what is read, and which mistakes are found before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # its types are a package of their own, for one call
import pytest
import yaml

from bot.config.watchlists.watchlists_file import load
from bot.config.watchlists.watchlists_schema import schema_text
from bot.errors import ConfigError
from bot.model import Config, Output

HEAD = "sources: [{name: A, url: 'http://a.example/'}]\nwatchlists: {k: {keywords: [x], also_to: [one]}}\noutputs:\n"
MAIL = "mailto://desk:hunter2secret@mail.example?to=a@b.example"


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Callable[..., Config]:
    def config(outputs: str, **environ: str) -> Config:
        (tmp_path / "w.yaml").write_text(HEAD + f"  {outputs}\n", encoding="utf-8")
        return load(tmp_path / "w.yaml", environ)

    return config


@pytest.fixture(name="mistakes")
def _mistakes(config: Callable[..., Config]) -> Callable[..., list[str]]:
    def mistakes(outputs: str, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            config(outputs, **environ)
        return [re.sub(r".*?w\.yaml:", "", line, count=1) for line in caught.value.problems]

    return mistakes


def test_outputs_are_read_with_their_variables(config: Callable[..., Config]) -> None:
    """Each has its medium, address, secret and layout; the watchlist names it."""
    read = config(
        "one: {webhook: '${HOOK}', secret: '${KEY}'}\n  two: {apprise: '${MAIL}', layout: digest}",
        HOOK="https://desk.example/hook",
        KEY="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        MAIL=MAIL,
    )
    assert read.outputs == (
        Output("one", "webhook", "https://desk.example/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        Output("two", "apprise", MAIL, None, "digest"),
    )
    assert read.watchlists[0].also_to == ("one",)
    assert read.warnings[-1].endswith("no watchlist names 'two' in its also_to, so nothing goes there")


def test_no_login_and_no_secret_is_in_what_is_printed_of_an_output(config: Callable[..., Config]) -> None:
    """What logs and tracebacks may show of the configuration holds neither."""
    read = config("one: {webhook: 'https://u:hunter2secret@d.example/', secret: hunter2secret}")
    assert "hunter2" not in repr(read)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("one: {webhok: 'https://d.example/'}", "4:9: unknown key 'webhok'; did you mean 'webhook'?"),
        ("one: {layout: full}", "4:3: 'one' has no address; an output has exactly one of apprise, webhook"),
        ("one: {webhook: 'https://d.example/'}", "4:3: 'secret' is missing: webhook signs what it sends"),
        ("one: {webhook: 'ftp://d.example/', secret: s}", "4:18: webhook: not an address that can be asked"),
        ("one: {webhook: 'https://d.example/', secret: whsec_!}", "4:48: secret: what follows whsec_ is not base64"),
        ("one: {webhook: 'https://d.example/', secret: whsec_}", "4:48: secret: what follows whsec_ is not base64"),
        ("one: {webhook: 'https://d.example/', secret: '${NO}'}", "4:49: NO is not in the environment; set it"),
        ("one: {apprise: '${NO}'}", "4:19: NO is not in the environment; set it where the bot runs"),
        (f"one: {{apprise: '{MAIL}', secret: s}}", "secret is for media that sign what they send"),
        (f"one: {{apprise: '{MAIL}', layout: ful}}", "layout: not one of brief, full, digest; did you mean 'full'?"),
        ("one: {apprise: 'slak://hunter2secret'}", "4:18: apprise: Apprise knows no service of this name; did you m"),
        ("one: {apprise: 'slack://hunter2secret'}", "4:18: apprise: not a whole address of Slack; it looks like sl"),
        ("one: {apprise: 'https://hunter2secret.example'}", "https:// is no service of Apprise; for a receiver of s"),
        ("one: {apprise: hunter2secret}", "4:18: apprise: not an address; write one such as mailto://"),
        ("One Two: {webhook: 'https://d.example/', secret: s}", "4:3: 'One Two' cannot be the id of an output"),
        ("on: {webhook: 'https://d.example/', secret: s}", "unknown output 'one'"),
        ("one: {webhook: 'https://d.example/', secret: [a]}", "secret: must be a text"),
    ],
)
def test_a_mistake_is_found_at_its_place(mistakes: Callable[..., list[str]], written: str, said: str) -> None:
    """One line says what is wrong and what to write, without the address."""
    found = mistakes(written)
    assert any(said in line for line in found), found
    assert not any("hunter2" in line for line in found)


def test_editors_know_the_keys_of_every_medium(config: Callable[..., Config]) -> None:
    """The schema takes what the file takes."""
    schema = json.loads(schema_text())
    text = HEAD + f"  one: {{apprise: '{MAIL}', layout: brief}}\n"
    jsonschema.validate(yaml.safe_load(text), schema)
    assert config(f"one: {{apprise: '{MAIL}', layout: brief}}").outputs[0].layout == "brief"
    for wrong in ("{layout: full}", "{webhook: a, apprise: b}", "{webhook: a, secret: s, colour: red}"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(HEAD + f"  one: {wrong}\n"), schema)
