"""What is wrong with watchlists.yaml, in words: one row for each kind of mistake."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config.watchlists.watchlists_file import load
from bot.errors import ConfigError

Lines = Callable[[str], list[str]]

ONE = "sources: [{name: A, url: 'http://a.example/', tags: [t]}]\n"


@pytest.fixture(name="lines")
def _lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lines:
    monkeypatch.chdir(tmp_path)

    def lines(text: str) -> list[str]:
        (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load(Path("w.yaml"), {})
        assert all(re.match(r"w\.yaml:[1-9]\d*:[1-9]\d*: \S", line) for line in caught.value.problems)
        return [line.removeprefix("w.yaml:") for line in caught.value.problems]

    return lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("defaults: {evry: 5m}", "1:12: unknown key 'evry'; did you mean 'every'?"),
        ("source: []", "1:1: unknown key 'source'; did you mean 'sources'?"),
        ("keywords: [x]", "1:1: unknown key 'keywords' here; it belongs under 'watchlists'"),
        ("zzz: 1", "1:1: unknown key 'zzz'; known here: defaults, sources, sources_from, watchlists"),
        ("sources:\n- {name: B, url: 'http://b/', tag: [x]}", "2:31: unknown key 'tag'; did you mean 'tags'?"),
        ("watchlists: {a: {keywords: [x], deliver_to: [{chat: 1, topc: 2}]}}", "1:56: unknown key 'topc'; did you"),
        ("watchlists: {a: {keywords: [x]}, a: {keywords: [y]}}", "1:34: duplicate key 'a'; it stands on line 1"),
        ("sources:\n- {name: B, url: 'ftp://u:canary@b/'}", "2:18: url of a source: 'ftp' is not http or https"),
        ("sources:\n- {name: B, url: b.example}", "2:18: url of a source: an address begins with https://"),
        ("sources:\n- {name: B, url: 'http://'}", "2:18: url of a source: not an address"),
        ("sources:\n- {name: B, url: 'http://[b'}", "2:18: url of a source: not an address"),
        ("sources:\n- {name: B, url: 'http://b:99999/'}", "2:18: url of a source: not an address"),
        ("sources:\n- {name: B, url: 'http://b\\@c/'}", "2:18: url of a source: not an address"),
        ("sources:\n- {name: B, url: 'http://b/ c'}", "2:18: url of a source: not an address"),
        ("sources:\n- {url: 'http://b/'}", "2:3: 'name' is missing or empty"),
        ("sources:\n- {name: '', url: 'http://b/'}", "2:10: name of a source: empty"),
        ("sources:\n- {name: 20, url: 'http://b/'}", "2:10: name of a source: YAML reads 20 as a number; put it in"),
        (
            "sources:\n- {name: A, url: 'http://b/'}\n- {name: A, url: 'http://c/'}",
            "3:10: duplicate source name 'A'; line 2",
        ),
        (
            "sources:\n- {name: A, url: 'http://b/', kind: feed, select: a}",
            "2:51: select is for pages, and this is a feed",
        ),
        (
            "sources:\n- {name: A, url: 'http://b/', select: 'h2 ['}",
            "2:39: no CSS selector: Expected ident or '*', got <EOF at 4>; write one such as",
        ),
        (
            "sources:\n- {name: A, url: 'http://b/', kind: rss}",
            "2:37: kind of a source: not one of auto, feed, sitemap, page",
        ),
        ("sources: http://b/", "1:10: sources: must be a list"),
        ("sources: [http://b/]", "1:11: a source: must be a mapping"),
        ("sources:\n- {name: A, url: 'http://b/', headers: {X: 1}}", "2:44: headers of a source: YAML reads this as a"),
        ("sources:\n- {name: A, url: 'http://b/', headers: {X: a, x: b}}", "2:47: duplicate header 'x'"),
        ("sources:\n- {name: A, url: 'http://b/', headers: {X Y: a}}", "2:41: 'X Y' cannot be the name of a header"),
        ('sources:\n- {name: A, url: "http://b/", headers: {X: "a\\nb"}}', "2:44: a header must be one line"),
        ("watchlists: {A b: {keywords: [x]}}", "1:14: 'A b' cannot be the id of a watchlist"),
        (f"watchlists: {{{'a' * 33}: {{keywords: [x]}}}}", f"1:14: '{'a' * 33}' cannot be the id"),
        ("watchlists: {a: {title: x}}", "1:17: 'keywords' is missing or empty; a list of keyword expressions"),
        ("watchlists: {a: {keywords: []}}", "1:28: keywords of a: has nothing in it; write at least one"),
        ("watchlists: {a: {keywords: ['']}}", "1:29: keywords of a: empty; write a word, or remove it"),
        ("watchlists: {a: {keywords: Kremlin}}", "1:28: keywords of a: must be a list; write [one, two]"),
        ("watchlists: {a: {keywords: [title: x]}}", "1:29: keywords of a: must be a text; YAML reads a mapping here"),
        ("watchlists: {a: {keywords: [[x]]}}", "1:29: keywords of a: must be a text; YAML reads a list here"),
        (
            "watchlists:\n  a:\n    keywords:\n    - #x\n",
            "4:6: keywords of a: empty; remove it, or put a text that begins with #",
        ),
        ("watchlists: {a: }", "1:17: watchlist a: has nothing below it; give it keywords"),
        ("watchlists: {a: x}", "1:17: watchlist a: must be a mapping"),
        ("watchlists: {a: {keywords: [x], priority: high}}", "1:43: priority of a: not one of low, normal, urgent"),
        (
            "watchlists: {a: {keywords: [x], priority: urgnt}}",
            "1:43: priority of a: not one of low, normal, urgent; did you",
        ),
        ("watchlists: {a: {keywords: [x], follow: no}}", "1:41: follow of a: not one of edits, replies, off"),
        ("watchlists: {a: {keywords: [x], confirm: 0}}", "1:42: confirm of a: must be at least 1"),
        (
            "watchlists: {a: {keywords: [x], confirm: '2'}}",
            "1:42: confirm of a: must be a whole number, without quotes",
        ),
        (
            "watchlists: {a: {keywords: [x], confirm: 010}}",
            "1:42: confirm of a: must be a plain whole number, such as 3",
        ),
        ("watchlists: {a: {keywords: [x], urgent_at: -1}}", "1:44: urgent_at of a: must be at least 0"),
        (
            "watchlists: {a: {keywords: [x], languages: [ua]}}",
            "1:45: languages of a: unknown language 'ua'; did you mean 'uk'?",
        ),
        (
            "watchlists: {a: {keywords: [x], languages: [no]}}",
            "1:45: languages of a: YAML reads no as true or false; put",
        ),
        (
            "watchlists: {a: {keywords: [x], languages: [en-US]}}",
            "1:45: languages of a: unknown language 'en-US'; did you mean 'en'",
        ),
        ("watchlists: {a: {keywords: [x], deliver_to: ['@x']}}", "1:46: deliver_to of a: not a chat"),
        ("watchlists: {a: {keywords: [x], deliver_to: [0]}}", "1:46: deliver_to of a: not a chat"),
        ("watchlists: {a: {keywords: [x], deliver_to: [{topic: 2}]}}", "1:46: 'chat' is missing or empty"),
        ("watchlists: {a: {keywords: [x], deliver_to: [{chat: 1, topic: 0}]}}", "1:63: topic: must be at least 1"),
        ("watchlists: {a: {keywords: [x], sources: [B]}}", "1:43: unknown source or tag 'B'; write the name"),
        (
            ONE + "watchlists: {a: {keywords: [x], sources: [a, t]}}",
            "2:43: unknown source or tag 'a'; did you mean 'A'?",
        ),
        (
            "defaults: {every: 300}\nwatchlists: {a: {keywords: [x]}}",
            "1:19: every: not a time; write a number with its unit",
        ),
        (
            "defaults: {every: 0s}\nwatchlists: {a: {keywords: [x]}}",
            "1:19: every: out of range; anything from 1s to 24h",
        ),
        ("defaults: {every: 25h}\nwatchlists: {a: {keywords: [x]}}", "1:19: every: out of range"),
        ("defaults: {backlog: -1}\nwatchlists: {a: {keywords: [x]}}", "1:21: backlog: not a backlog; write none, all"),
        ("defaults: {max_per_hour: -1}\nwatchlists: {a: {keywords: [x]}}", "1:26: max_per_hour: must be at least 0"),
        ("defaults: {timezone: Europe/Kiyv}\nwatchlists: {a: {keywords: [x]}}", "1:22: timezone: unknown time zone"),
        (
            "defaults: {timezone: ../../etc/passwd}\nwatchlists: {a: {keywords: [x]}}",
            "1:22: timezone: unknown time zone",
        ),
        ("watchlists: {a: 5}", "1:17: watchlist a: must be a mapping"),
        ("watchlists: {a: {keywords: 5}}", "1:28: keywords of a: must be a list"),
        ("watchlists: {a: {keywords: [x], deliver_to: [1.5]}}", "1:46: deliver_to of a: not a chat"),
        ("1", "1:1: the file: must be a mapping"),
        ("- x", "1:1: the file: must be a mapping"),
        ("Kremlin", "1:1: the file: must be a mapping"),
        ("~", "1:1: the file names neither sources nor watchlists"),
        ("{}", "1:1: the file names neither sources nor watchlists"),
        ("defaults: {every: 5m}", "1:1: the file names neither sources nor watchlists"),
    ],
)
def test_a_mistake_is_one_line_with_its_place_and_a_hint(text: str, line: str, lines: Lines) -> None:
    """What is wrong, where, and what to write instead."""
    found = lines(text)
    assert any(one.startswith(line) for one in found), found
    assert "canary" not in " ".join(found)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("defaults: {full_text: yes}", "1:23: full_text: not one of matched, always, never"),
        ("defaults: {timezone: 2026}", "1:22: timezone: unknown time zone '2026'; write a name such as Europe/Berlin"),
        ("defaults: {language: yes}", "1:22: language: unknown language 'yes'; the bot has en (English), ru"),
        ("defaults: {language: ita}", "1:22: language: unknown language 'ita'; the bot has en (English), ru"),
        ("sources:\n- {name: B, url: 'http://b/', kind: on}", "2:37: kind of a source: not one of auto, feed, sitemap"),
        ("watchlists: {a: {keywords: [x], priority: 22:22}}", "1:43: priority of a: not one of low, normal, urgent"),
        ("watchlists: {a: {keywords: [x], languages: [yes]}}", "1:45: languages of a: unknown language 'yes'; write"),
        ("watchlists: {a: {keywords: [=]}}", "1:30: in =: a word is expected here"),
        ("watchlists: {a: {keywords: [x], sources: [yes]}}", "1:43: unknown source or tag 'yes'; write the name"),
    ],
)
def test_a_hint_never_leads_to_a_second_mistake(text: str, line: str, lines: Lines) -> None:
    """Quotes are advised only where the quoted value would be right; else what is possible is said at once."""
    assert any(found.startswith(line) for found in lines(text))
