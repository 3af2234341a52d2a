"""Case 110, in every language: whatever is put into any text, Telegram's parser accepts it, with our markup only."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import texts
from bot.chat.arguments.unclear import Choice, Unclear
from bot.chat.texts.queries import When
from bot.errors import QueryError
from bot.i18n import LANGUAGES, Translator, words
from bot.preferences import Digest, Preferences, Window
from tests.plugins import bot_api

FOLDER = Path(texts.__file__).parent
TAGS = re.compile(r'</?(?:b|code|i)>|<a href="https?://[^"<>]*">|</a>')
PLAIN = {
    "label",
    "bare",
    "noisy_button",
    "back",
    "fit",
    "safe",
    "linked",
    "sentence",
    "day",
}  # of buttons and toasts, or parts
MINUTES = st.integers(0, 24 * 60 - 1)
ZONES = st.sampled_from(["UTC", "Europe/Kyiv", "America/New_York"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - a bound
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["</b>", "<a href='tg://x'>", "&amp;lt;b&gt;", "{name}", "\u202e@all /start", "🧨" * 99]),
)
OURS = {  # parameters that commands fill with words of ours
    "verb": st.just("test"),
    "kind": st.sampled_from(["private", "group", "channel"]),
    "forecast": st.just("It would have sent nothing."),
    "what": st.just("🔕"),
    "nearest": st.sampled_from(["kremlin", None]),
    "zone": ZONES,
    "pages": st.integers(1, 99),
}
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: HOSTILE,
    int: st.integers(0, 10**6),
    float: st.floats(0, 10**6),
    datetime: MOMENTS,
    tzinfo: ZONES.map(ZoneInfo),
    ZoneInfo: ZONES.map(ZoneInfo),
    Window: st.builds(Window, MINUTES, MINUTES, st.lists(st.integers(0, 6), max_size=3).map(tuple)),
    Digest: st.builds(Digest, st.sampled_from(["hour", "day", "week"]), MINUTES, st.integers(0, 6)),
    Unclear: st.builds(
        Unclear,
        st.sampled_from(["hours", "whole day", "many", "zone", "digest", "length", "clock"]),
        HOSTILE,
        st.lists(st.builds(Choice, HOSTILE, HOSTILE), max_size=2).map(tuple),
    ),
    QueryError: st.builds(QueryError, HOSTILE, st.integers(1, 60)),
}


BY_TYPE[Preferences] = st.builds(
    Preferences, ZONES, st.lists(BY_TYPE[Window], max_size=2).map(tuple), BY_TYPE[Digest] | st.none()
)


def said() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Find every function that returns a text of the conversation as HTML."""
    for path in sorted(FOLDER.glob("[!_]*.py")):
        module = importlib.import_module(f"bot.chat.texts.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith(("_", "label_")) and name not in PLAIN
            if own and get_type_hints(function)["return"] is str:
                yield f"{path.stem}.{name}", function


SAID = dict(said())


def filled(function: Callable[..., Any], _: Translator) -> st.SearchStrategy[dict[str, Any]]:
    """Return what draws the arguments of a text, by their types."""
    given_by_type = BY_TYPE | {Translator: st.just(_), When: st.builds(When, MOMENTS, ZONES.map(ZoneInfo), st.just(_))}
    for kind, strategy in given_by_type.items():
        st.register_type_strategy(kind, strategy)
    ours = {(name, kind): strategy for name, strategy in OURS.items() for kind in (str, int, str | None)}
    arguments = ((name, kind) for name, kind in get_type_hints(function).items() if name != "return")
    return st.fixed_dictionaries(
        {name: ours.get((name, kind), given_by_type.get(kind, st.from_type(kind))) for name, kind in arguments}
    )


def test_there_are_texts() -> None:
    """A search that finds nothing would prove nothing."""
    assert len(SAID) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_case_110_any_words_in_any_text_are_inert(language: str) -> None:
    """Titles, names, queries and reasons of strangers never become markup, break it, or make a message too long."""
    drawn = {name: filled(function, words(language)) for name, function in SAID.items()}

    @given(st.data())
    @settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
    def each(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(SAID)))
        text = SAID[name](**data.draw(drawn[name]))
        if not text:  # a part of a text, of which there is nothing to say
            return
        assert bot_api.message({"text": text, "parse_mode": "HTML"}) is None, (name, text)
        rest = TAGS.sub("", text)
        assert "<" not in rest, (name, text)
        assert ">" not in rest, (name, text)

    each()
