"""watchlists.yaml: what it gives, and every mistake at once with its place and a hint."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.watchlists.checks import Findings, check_odd, restore_variables
from bot.config.watchlists.watchlists_file import load
from bot.config.watchlists.yaml_file import compose
from bot.errors import ConfigError, QueryError
from bot.model import Chat, Config, Source, Watchlist

ROOT = Path(__file__).parents[3]
Load = Callable[..., Config]
Lines = Callable[..., list[str]]

# The sample of the specification.
SAMPLE = """\
defaults:
  every: 10m
  backlog: none
  full_text: matched
  max_per_hour: 30
  timezone: UTC
  language: en
sources:
  - name: Kremlin
    url: http://en.kremlin.ru/events/president/news/feed
    tags: [official]
    every: 5m
  - name: Daily Courier
    url: https://courier.example/
    kind: auto
    select: "main h2 a"
    publisher: courier
    headers: {Authorization: "Bearer ${COURIER_KEY}"}
watchlists:
  kremlin:
    title: Kremlin and summits
    keywords: [Kremlin, Peskov, 'summit AND (Putin OR Trump)', '"peace talks"', 'title:sanction*']
    exclude: [hockey, '"summit cocktail"']
    sources: [official, Daily Courier]
    languages: [en, ru]
    priority: normal
    confirm: 1
    urgent_at: 0
    follow: edits
    deliver_to: [-1001234567890, {chat: -1009876543210, topic: 7}]
"""
ONE = "sources: [{name: A, url: 'http://a.example/', tags: [t]}]\n"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as far as the file needs to know it."""

    sources: tuple[tuple[str, int], ...] = ()


def parse(text: str) -> Parsed:
    """Refuse what has an opening parenthesis only; find the operands of `source:`."""
    if "(" in text and ")" not in text:
        raise QueryError("this parenthesis is never closed", text.index("(") + 1)
    return Parsed(tuple((match[1], match.start(1) + 1) for match in re.finditer(r"source:(\w+)", text)))


@pytest.fixture(name="config")
def _config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def config(text: str | bytes, **environ: str) -> Config:
        (tmp_path / "w.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(Path("w.yaml"), environ, parse)

    return config


@pytest.fixture(name="lines")
def _lines(config: Load) -> Lines:
    def lines(text: str | bytes, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            config(text, **environ)
        assert all(re.match(r"w\.yaml:[1-9]\d*:[1-9]\d*: \S", line) for line in caught.value.problems)
        return [line.removeprefix("w.yaml:") for line in caught.value.problems]

    return lines


def test_the_sample_of_the_specification_gives_what_it_says(config: Load) -> None:
    """Every key of it arrives, with the defaults where it is silent."""
    assert config(SAMPLE, COURIER_KEY="k") == Config(
        sources=(
            Source(
                "Kremlin",
                "http://en.kremlin.ru/events/president/news/feed",
                "kremlin.ru",
                tags=("official",),
                every=timedelta(minutes=5),
            ),
            Source(
                "Daily Courier",
                "https://courier.example/",
                "courier",
                select="main h2 a",
                headers=(("Authorization", "Bearer k"),),
            ),
        ),
        watchlists=(
            Watchlist(
                "kremlin",
                "Kremlin and summits",
                ("Kremlin", "Peskov", "summit AND (Putin OR Trump)", '"peace talks"', "title:sanction*"),
                exclude=("hockey", '"summit cocktail"'),
                sources=("official", "Daily Courier"),
                languages=("en", "ru"),
                deliver_to=(Chat(-1001234567890), Chat(-1009876543210, 7)),
            ),
        ),
    )


def test_the_sample_needs_no_stand_in_for_queries(tmp_path: Path) -> None:
    """With the real parser of queries it is as good."""
    (tmp_path / "w.yaml").write_text(SAMPLE, encoding="utf-8")
    assert load(tmp_path / "w.yaml", {"COURIER_KEY": "k"}).warnings == ()


def test_the_shipped_example_is_valid_and_watches_what_it_promises() -> None:
    """A dozen sources and more, several watchlists, no warning, nothing of the environment needed."""
    shipped = load(ROOT / "watchlists.yaml", {})
    assert shipped.warnings == ()
    assert len(shipped.sources) >= 12
    assert len({source.publisher for source in shipped.sources}) >= 10
    words = {word for watchlist in shipped.watchlists for word in watchlist.keywords}
    assert {"Kremlin", "Peskov"} <= words
    assert any("summit" in word for word in words)


def test_every_key_of_defaults_may_be_left_out(config: Load) -> None:
    """And what a source says itself goes before what the defaults say."""
    assert config(ONE).sources == (Source("A", "http://a.example/", "a.example", tags=("t",)),)
    both = config(
        "defaults: {every: 1h, backlog: 3, full_text: never, max_per_hour: 0, timezone: Asia/Tokyo, language: ru}\n"
        "sources:\n"
        "- {name: A, url: 'http://a.example/'}\n"
        "- {name: B, url: 'http://b.example/', every: 10m, backlog: all, full_text: always}\n"
        "- {name: C, url: 'http://c.example/', backlog: none}\n"
    )
    assert (both.max_per_hour, both.timezone, both.language) == (0, "Asia/Tokyo", "ru")
    said = [(source.every, source.backlog, source.full_text) for source in both.sources]
    assert said == [
        (timedelta(hours=1), 3, "never"),
        (timedelta(minutes=10), None, "always"),
        (timedelta(hours=1), 0, "never"),
    ]


def test_a_watchlist_needs_only_keywords(config: Load) -> None:
    """Its title is then its id; the same keyword twice is allowed; a bare off is a word."""
    (watchlist,) = config(ONE + "watchlists: {a: {keywords: [x, x], follow: off, languages: []}}").watchlists
    assert watchlist == Watchlist("a", "a", ("x", "x"), follow="off")


def test_readers_are_told_once_and_general_has_no_topic(config: Load) -> None:
    """Telegram's General is reached by leaving the topic out."""
    (watchlist,) = config(
        "watchlists: {a: {keywords: [x], deliver_to: [5, {chat: 5}, {chat: -7, topic: 1}]}}"
    ).watchlists
    assert watchlist.deliver_to == (Chat(5), Chat(-7))


@pytest.mark.parametrize("word", ["no", "on", "2026", "22:22", "0123", "null", "1e3", "2026-11-23", "~", "0x1F", "1.5"])
@pytest.mark.parametrize("part", ["keywords", "exclude"])
def test_a_keyword_that_yaml_reads_as_something_else_is_to_be_quoted(word: str, part: str, lines: Lines) -> None:
    """Case 111: NO is Norway to people and false to YAML."""
    rest = "" if part == "keywords" else "keywords: [x], "
    text = f"watchlists: {{a: {{{rest}{part}: [ok, {word}]}}}}"
    (line,) = lines(text)
    assert line.startswith(f"1:{text.index(f'ok, {word}') + 5}: ")
    assert f"put it in quotes: '{word}'" in line


def test_all_mistakes_come_at_once_in_the_order_of_the_file(lines: Lines) -> None:
    """Of the YAML, of the model, of references and of queries, each on a line of its own."""
    found = lines(
        "defaults:\n  every: 5 minutes\n"
        "sources:\n  - name: A\n    url: a.example\n    name: B\n    headers: {K: '${NOWHERE}'}\n"
        "watchlists:\n  a:\n    keywords: [ok, (bad, 2026]\n    sources: [C]\n    titel: x\n"
    )
    assert [line.split(":")[0] for line in found] == ["2", "5", "6", "7", "10", "10", "11", "12"]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("[fine, 'it''s (bad']", "3:29"),
        ("[a (bad]", "3:18"),
        ('["\\u0434 (bad"]', "3:24"),
        ("\n    - |\n      first\n      then (bad", "6:12"),
        ("\n    - >-\n      first\n      then (bad", "6:12"),
        ("\n    - plain\n      over (bad", "5:12"),
    ],
)
def test_a_query_error_points_at_its_column_in_the_file(written: str, place: str, lines: Lines) -> None:
    """Through quotes, escapes, folding and indentation."""
    (line,) = lines(f"watchlists:\n  a:\n    keywords: {written}\n")
    assert line.startswith(f"{place}: in ")
    assert line.endswith(": this parenthesis is never closed")


def test_an_unknown_source_in_a_query_is_a_warning(config: Load) -> None:
    """`source:` takes any text: names, tags and publishers in any case are known, the rest is pointed at."""
    text = ONE + "watchlists: {a: {keywords: ['x AND source:a', 'source:T', 'x AND source:Bee', 'source:Bee']}}"
    assert config(text).warnings == (
        "w.yaml:2:73: no source, tag or publisher is called 'Bee'; this part never matches",
        "w.yaml:2:87: no source, tag or publisher is called 'Bee'; this part never matches",
    )


def test_words_and_signs_that_are_no_operators_are_a_warning(config: Load) -> None:
    """A comma or a small "or" makes all words needed: said with what can be written instead."""
    text = ONE + "watchlists: {k: {keywords: ['Kremlin or Putin', 'oil; gas', '\"a, b\"']}}\n"
    assert [line.split(": ", 1)[1] for line in config(text).warnings if "operator" in line] == [
        "'or' is no operator, so all of these words must be there; write Kremlin OR Putin, or Kremlin AND Putin",
        "';' is no operator, so all of these words must be there; write oil OR gas, or oil AND gas",
    ]


def test_what_is_hardly_meant_is_a_warning(config: Load) -> None:
    """It is allowed, so nothing stops for it."""
    text = (
        ONE.replace("]\n", ", {name: B, url: 'http://a.example/'}]\n")
        + "watchlists: {a: {keywords: [x], confirm: 2, urgent_at: 3, exclude: }}"
    )
    assert [line.removeprefix("w.yaml:") for line in config(text).warnings] == [
        "1:74: the same address as on line 1; one of them is enough",
        "2:42: confirm is 2, but its sources have 1 publisher: it will never speak",
        "2:56: urgent_at is 3, but its sources have 1 publisher: it will never be urgent",
        "2:59: 'exclude' has no value and counts as left out",
    ]
    assert [line.split(": ")[1] for line in config(ONE).warnings] == [
        "there are no watchlists; add some under watchlists"
    ]
    assert [line.split(": ")[1] for line in config("watchlists: {a: {keywords: [x]}}").warnings] == [
        "there are no sources; add some under sources"
    ]


def test_a_language_that_the_bot_has_no_texts_in_is_a_warning(config: Load) -> None:
    """Italian news may be watched, but the bot's own words would be English: said, with what is possible."""
    text = "defaults: {language: it}\nsources: [{name: A, url: 'http://a/'}]\nwatchlists: {a: {keywords: [x]}}"
    (warning,) = config(text).warnings
    assert "1:22: the bot has no texts in 'it' and will write English; the bot has en (English), ru" in warning
    assert not config(text.replace("it}", "uk}")).warnings


def test_what_nobody_sees_is_taken_out_of_every_text(config: Load) -> None:
    """Escapes in double quotes can write controls, bidi signs and halves of pairs, which the file cannot hold."""
    text = (
        'sources: [{name: "A\\u202e\\e[31mB", url: "http://a/\\u200b"}]\n'
        'watchlists: {a: {title: "T\\x00\\ufdd0", keywords: ["Krem\\u200blin"]}}'
    )
    found = config(text)
    assert (found.sources[0].name, found.sources[0].url) == ("AB", "http://a/")
    assert (found.watchlists[0].title, found.watchlists[0].keywords) == ("T", ("Kremlin",))


def test_headers_take_their_secrets_from_the_environment(config: Load) -> None:
    """Several in one value, and a dollar alone is a dollar."""
    text = "sources: [{name: A, url: 'http://a/', headers: {X: '${A}-${B_1} $C $$ {A}'}}]"
    assert config(text, A="1", B_1="2").sources[0].headers == (("X", "1-2 $C $$ {A}"),)


def test_a_missing_variable_is_pointed_at_and_no_value_is_shown(lines: Lines) -> None:
    """What stands in the environment, or was pasted between the braces, is repeated nowhere."""
    text = (
        "sources: [{name: A, url: 'http://a/', headers: {X: 'Bearer ${COURIER_KEY}', Y: '${sk-canary}', Z: '${BAD}'}}]"
    )
    found = lines(text, BAD="canary\r\nEvil: 1", COURIER_KEY="")
    assert [line.split(";")[0] for line in found] == [
        "1:60: COURIER_KEY is not in the environment",
        "1:81: between ${ and } stands the name of a variable: letters, digits and _",
        "1:99: a header must be one line without control characters",
    ]
    assert "canary" not in " ".join(found)


def test_identical_keywords_are_parsed_once(tmp_path: Path) -> None:
    """Watchlists share keywords, and parsing is the dear part."""
    asked: list[str] = []

    def counting(text: str) -> Parsed:
        asked.append(text)
        return parse(text)

    (tmp_path / "w.yaml").write_text("watchlists: {a: {keywords: [x, y, x]}, b: {keywords: [x]}}", encoding="utf-8")
    load(tmp_path / "w.yaml", {}, counting)
    assert asked == ["x", "y"]


def test_a_hundred_thousand_keywords_load_in_seconds(config: Load) -> None:
    """Ten megabytes of keywords are a large newsroom's affair, and no reason to wait."""
    words = "".join(f"    - 'word{number} AND \"peace talks {number}\" {'x' * 70}'\n" for number in range(100_000))
    started = time.process_time()
    loaded = config("watchlists:\n  a:\n    keywords:\n" + words)
    assert len(loaded.watchlists[0].keywords) == 100_000
    assert time.process_time() - started < 20


def test_case_111_names_of_a_hostile_file_stay_on_one_line(lines: Lines) -> None:
    """Cases 111 and 115: what a line repeats of the file is escaped and cut."""
    (line,) = lines('"a\\nb\\e[31m\\u202E' + "x" * 500 + '": 1\nwatchlists: {a: {keywords: [x]}}')
    assert line.startswith("1:1: unknown key 'a\\nbxxx")
    assert len(line) < 200


KEYS = ("defaults", "sources", "watchlists", "name", "url", "tags", "keywords", "headers", "deliver_to", "chat", "a")
VALUES = st.recursive(
    st.sampled_from(["x", "no", "2026", "'#'", "http://a/", "'${X}'", "(", "", "~", "!t x", "&b y", "*b", "5m", "-1"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda some: f"[{', '.join(some)}]")
        | st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=4).map(
            lambda some: "{" + ", ".join(f"{key}: {value}" for key, value in some) + "}"
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=40)
    | st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=4).map(
        lambda some: "\n".join(f"{key}: {value}" for key, value in some).encode()
    )
)
def test_case_111_any_file_is_loaded_or_refused_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Case 111: whatever a file holds, nothing but ConfigError is raised, and each line says file, line and column."""
    path = tmp_path_factory.mktemp("any") / "w.yaml"
    path.write_bytes(data)
    problems: tuple[str, ...] = ()
    try:
        problems += load(path, {}, parse).warnings
    except ConfigError as error:
        problems += error.problems or ("none",)
    assert all(re.match(rf"{re.escape(str(path))}:[1-9]\d*:[1-9]\d*: \S", line) for line in problems)
    assert all(len(line.splitlines()) == 1 for line in problems)


def test_looking_for_odd_things_takes_linear_time(config: Load) -> None:
    """Three thousand watchlists and sources are looked through in a moment; looking each up in turn takes seconds."""
    sources = ", ".join(f"{{name: s{number}, url: 'http://a.example/{number}'}}" for number in range(3_000))
    lists = ", ".join(f"w{number}: {{keywords: [x], sources: [s{number}]}}" for number in range(3_000))
    text = f"sources: [{sources}]\nwatchlists: {{{lists}}}"
    loaded, document = config(text), compose(text.encode(), "w.yaml")
    began = process_time()
    check_odd(Findings(document, [], []), loaded)
    assert process_time() - began < 1.0


def test_an_address_takes_its_key_from_the_environment(config: Load, lines: Lines) -> None:
    """The key of a feed stays out of the file; one that is missing is pointed at."""
    text = "sources: [{name: A, url: 'https://a.example/f?feed=${FEED_KEY}'}]"
    assert config(text, FEED_KEY="k1").sources[0].url == "https://a.example/f?feed=k1"
    assert [line.split(";")[0] for line in lines(text)] == ["1:52: FEED_KEY is not in the environment"]


def test_keywords_that_add_nothing_are_warned_of(tmp_path: Path) -> None:
    """Twice the same in any case, and words of nearly every text; an exact form is another query."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(
        "sources: [{name: A, url: 'http://a.example/'}]\n"
        "watchlists:\n  k:\n    keywords: [Kremlin, kremlin, =Kremlin, WHO, =WHO, который]\n",
        encoding="utf-8",
    )
    said = [line.partition(": ")[2] for line in load(file, {}).warnings]
    assert said[0] == "'kremlin' is on line 4 already; one of them is enough"
    assert "write =WHO for exactly this form" in said[1]
    assert len(said) == 3


def test_what_a_variable_stands_for_is_put_back_and_short_values_are_left_alone() -> None:
    """The key of a feed never gets into the file; a value such as 1 may stand anywhere by chance."""
    environ = {"FEED_KEY": "0123456789abcdef", "ONE": "1"}
    written = "https://a.example/r1?feed=${FEED_KEY}&n=${ONE}"
    assert restore_variables("https://a.example/r1?feed=0123456789abcdef&n=1", written, environ) == written
    moved = restore_variables("https://a.example/r1.rss?feed=0123456789abcdef&n=1", written, environ)
    assert moved == "https://a.example/r1.rss?feed=${FEED_KEY}&n=1"


def test_what_a_model_is_to_judge_is_warned_of_where_there_is_none(tmp_path: Path) -> None:
    """`only` holds nothing back then; with a model it is a sentence like any other text."""
    text = "sources: [{name: S, url: 'https://s.example'}]\nwatchlists: {k: {keywords: [x], only: about  talks}}"
    (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
    (warning,) = load(tmp_path / "w.yaml", {}).warnings
    assert "w.yaml:2:39: 'only' holds nothing back without a language model" in warning
    judged = load(tmp_path / "w.yaml", {"NEWSWATCH_MODEL_URL": "http://localhost:11434/v1"})
    assert (judged.warnings, judged.watchlists[0].only) == ((), "about talks")
