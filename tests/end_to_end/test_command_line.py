"""Every verb in a process of its own: what a person may get wrong is one clear line, never a traceback."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from bot.store.tables import VERSION_TABLE

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.e2e

PAGE = (
    "<!doctype html><html lang='en'><head><title>Kremlin uncertain on summit</title></head><body><article>"
    "<h1>Kremlin uncertain on summit</h1><p>The Kremlin said on Friday that it could not predict whether the leaders "
    "would meet this month.</p><p>Mr. Peskov told reporters that no date had been agreed so far, and none was near."
    "</p></article></body></html>"
)


def one_line(err: str) -> str:
    """Return the only line of standard error."""
    lines = err.splitlines()
    assert len(lines) == 1, err
    return lines[0]


async def test_every_mistake_of_watchlists_yaml_is_a_line_with_its_place(home: Home) -> None:
    """`check`, `once` and `run` say the same, all of it at once, and end with 2; nothing is made meanwhile."""
    file = home.watch(
        "sources:\n"
        "  - {name: One, url: 'ftp://one.example/', evry: 5m}\n"
        "  - {name: One, url: 'https://two.example/'}\n"
        "watchlists:\n"
        "  k: {keywords: [no, 'summit AND ('], sources: [Nobody]}\n"
        "  k: {keywords: [x]}\n"
    )
    check, named, once, run = await asyncio.gather(
        home.run("check"), home.run("check", str(file)), home.run("once", "--json"), home.run("run")
    )
    assert [ended.code for ended in (check, named, once, run)] == [2, 2, 2, 2]
    assert once.err == run.err
    assert check.err == named.err
    assert {ended.out for ended in (check, named, run)} == {""}
    assert once.json()["error"] == once.err.rstrip("\n")  # whoever asked for JSON gets JSON
    lines = [line for line in check.err.splitlines() if not line.startswith("    ")]
    assert lines == run.err.splitlines()
    assert "    ^" in check.err  # and at the terminal, under the place
    assert len(lines) >= 5, check.err
    assert all(re.match(rf"{re.escape(str(file))}:\d+:\d+: ", line) for line in lines), check.err
    assert not (home.folder / "data" / "newswatch.db").exists()


async def test_check_says_what_is_there_and_warns(home: Home) -> None:
    """A file that is right is counted, and a warning stops nothing."""
    ended = await home.run("check")
    assert (ended.code, ended.err) == (0, "")
    assert "3 sources, 1 watchlist, 2 keywords" in ended.out


async def test_what_is_typed_wrongly_is_a_usage_error(home: Home) -> None:
    """Unknown verbs, options, roles and spans, and things that do not go together: 2, with a word of help."""
    typed = (
        ("nosuch",),
        ("once", "--dedline", "5s"),
        ("once", "--deadline", "9999999999999h"),
        ("run", "--role", "nobody"),
        ("explain",),
        ("explain", "a.txt", "--jsonl"),
        ("lead",),
        ("explain", "nosuch.txt"),
        ("explain", "watchlists.yaml", "--watchlist", "nosuch"),
    )
    for words, ended in zip(typed, await asyncio.gather(*(home.run(*words) for words in typed)), strict=True):
        assert (ended.code, ended.out) == (2, ""), words
        assert ended.err, words
        assert "Traceback" not in ended.err, words


async def test_case_103_settings_that_cannot_work_are_one_line_without_the_secret(
    home: Home, telegram_server: TelegramServer
) -> None:
    """A token of the wrong shape, an address that is no database's: 2. What refuses us later: 1. Never the secret."""
    cases: tuple[tuple[dict[str, str], int, str], ...] = (
        ({"NEWSWATCH_TELEGRAM_TOKEN": "canary-token"}, 2, "NEWSWATCH_TELEGRAM_TOKEN: "),
        ({"NEWSWATCH_DATABASE_URL": "mysql://u:canary-word@h/x"}, 2, "NEWSWATCH_DATABASE_URL: "),
        ({"NEWSWATCH_DATABSE_URL": "x"}, 2, "did you mean NEWSWATCH_DATABASE_URL"),
        ({"NEWSWATCH_DATABASE_URL": "postgresql://u:canary-word@127.0.0.1:1/x"}, 1, "does not answer"),
        (
            {
                "NEWSWATCH_TELEGRAM_TOKEN": "654321:canary-BBBBBBBBBBBBBBBBBBBBBBBBBBBB",
                "NEWSWATCH_TELEGRAM_API_URL": telegram_server.url,
            },
            1,
            "token",
        ),
    )
    homes = [type(home)(home.folder, home.environ | more, home.running) for more, _, _ in cases]
    ends = await asyncio.gather(*(one.run("once") for one in homes))
    for (_, code, words), ended in zip(cases, ends, strict=True):
        assert ended.code == code, ended
        assert words in ended.err + ended.out, ended
        assert "Traceback" not in ended.err
        assert "canary" not in ended.err + ended.out
        assert len(ended.err.splitlines()) <= 2, ended.err


def content(file: Path) -> bytes:
    """Return what is in a file."""
    return file.read_bytes()


@pytest.fixture
async def used(home: Home) -> Path:
    """Give the database file of an installation that has run once."""
    assert (await home.run("db", "upgrade")).code == 0
    return home.folder / "data" / "newswatch.db"


async def test_databases_that_cannot_be_used_are_one_line(home: Home, used: Path) -> None:
    """No directory to write in, a damaged file, a newer schema: 1, what to do, and nothing is changed or made anew."""
    (home.folder / "plain").write_text("no directory")
    damaged, newer = home.folder / "damaged.db", home.folder / "newer.db"
    damaged.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    newer.write_bytes(content(used))
    with closing(sqlite3.connect(newer)) as file, file:
        file.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'")  # noqa: S608 - a name of our own
    before = damaged.read_bytes()
    cases = {
        f"{home.folder}/plain/sub/x.db": "cannot be made",
        str(damaged): "damaged.db",
        str(newer): "install the newer",
    }
    homes = [
        type(home)(home.folder, home.environ | {"NEWSWATCH_DATABASE_URL": f"sqlite:///{path}"}, home.running)
        for path in cases
    ]
    ends = await asyncio.gather(*(one.run(verb) for one in homes for verb in ("once", "run")))
    for number, ended in enumerate(ends):
        words = list(cases.values())[number // 2]
        assert (ended.code, ended.out) == (1, ""), ended
        assert words in one_line(ended.err)
    assert damaged.read_bytes() == before


async def test_case_82_a_disk_that_is_full_loses_nothing(home: Home, newsroom: Newsroom, piece: type[Piece]) -> None:
    """A tick that cannot write ends with 1 and one line; the next one, with room again, tells everything."""
    newsroom.publish("courier", piece("A garden opens", "x", ("A garden has opened.",)))
    assert (await home.run("once", "--json")).code == 0
    file = home.folder / "data" / "newswatch.db"
    newsroom.publish(
        "courier", *(piece(f"Kremlin case {n}: {n * 7919}", "x " * 9000, ("x " * 9000,)) for n in range(15))
    )
    full = await home.run("once", "--json", "--force", largest=file.stat().st_size)
    assert full.code == 1
    assert "disk" in one_line(full.err)
    assert "disk" in full.json()["error"]
    tick = (await home.run("once", "--json", "--force")).json()
    assert (tick["new"], tick["queued"], tick["sent"]) == (15, 15, 15)


async def test_db_upgrade_may_be_repeated(home: Home, used: Path) -> None:
    """Ahead of a deployment, twice, and while nothing is to do: the same answer, the same file."""
    before = content(used)
    again = await home.run("db", "upgrade")
    assert (again.code, again.err) == (0, "")
    assert content(used) == before


async def test_with_json_stdout_is_one_line_whatever_happens(
    home: Home, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """Alerts, logs at every level and a source that fails go to stderr; without a token that is where alerts go."""
    home.environ["NEWSWATCH_LOG_LEVEL"] = "DEBUG"
    text = home.watch((home.folder / "watchlists.yaml").read_text().replace("/wire/feed.xml", "/nothing-here"))
    assert text.exists()
    await home.run("once", "--json")
    newsroom.publish("courier", piece("Kremlin speaks", "x", ("The Kremlin has spoken, at length.",)))
    ended = await home.run("once", "--json", "--force")
    tick = ended.json()
    assert (ended.code, tick["sent"], tick["failed"], tick["failures"][0]["source"]) == (0, 1, 1, "The Wire")
    assert "Kremlin speaks" in ended.err
    assert "Traceback" not in ended.err


async def test_a_tick_with_slow_sources_tells_what_it_can(home: Home, newsroom: Newsroom, piece: type[Piece]) -> None:
    """Sources that hang take their part of the deadline and no more: alerts go out, and 4 says that work is left."""
    await home.run("once")

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.3", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        home.environ["NEWSWATCH_ALLOWED_PORTS"] += f",{port}"
        text = (home.folder / "watchlists.yaml").read_text()
        home.watch(text.replace("sources:\n", f"sources:\n  - {{name: Slow, url: 'http://127.0.0.3:{port}/'}}\n"))
        newsroom.publish("courier", piece("Kremlin speaks", "x", ("The Kremlin has spoken, at length.",)))
        ended = await home.run("once", "--json", "--force", "--deadline", "9s")
    tick = ended.json()
    assert ended.code == 4, ended
    assert (tick["sent"], tick["left"]) == (1, 0)
    assert tick["seconds"] < 10.5


async def test_explain_takes_an_address_a_file_or_standard_input(
    home: Home, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """The page of an address, HTML in a file, words from a pipe: which queries fire, on which words, and the lead."""
    (home.folder / "page.html").write_text(PAGE)
    newsroom.publish("courier", piece("Kremlin speaks", "x", ("The Kremlin has spoken about the summit at length.",)))
    page, file, piped, nothing = await asyncio.gather(
        home.run("explain", newsroom.feed("courier").replace("feed.xml", "0")),
        home.run("explain", "page.html", "--watchlist", "kremlin"),
        home.run("explain", "-", given=b"Rail\nThe Kremlin's view is known. The Director's is not."),
        home.run("explain", "-", given=b""),
    )
    assert [(ended.code, ended.err) for ended in (page, file, piped, nothing)] == [(0, "")] * 4
    for ended in (page, file, piped):
        assert "✔ kremlin  Kremlin" in ended.out
    assert "could not predict whether" in file.out
    assert "No query fires" in nothing.out


async def test_explain_refuses_a_private_address_in_one_line(home: Home) -> None:
    """The guard covers what a person types as well, and says nothing of what is there."""
    home.environ["NEWSWATCH_ALLOWED_NETWORKS"] = ""
    ended = await home.run("explain", "http://127.0.0.1:1/")
    assert (ended.code, ended.out) == (1, "")
    assert "not on the public internet" in one_line(ended.err)


async def test_the_bulk_verbs_answer_every_line_in_order(home: Home) -> None:
    """A broken line gets an error with its number, and the rest goes on; neither database nor network is touched."""
    home.environ["NEWSWATCH_DATABASE_URL"] = "postgresql://u@127.0.0.1:1/x"
    lines: list[Any] = [
        {"id": {"any": 1}, "title": "Kremlin says", "lead": "No summits.", "language": "en"},
        "not json",
        {"id": "html", "title": 5, "html": 5},
        {"title": "Rail", "html": PAGE, "url": "https://courier.example/1"},
    ]
    given = "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines).encode()
    explained, led = await asyncio.gather(
        home.run("explain", "--jsonl", given=given), home.run("lead", "--jsonl", given=given)
    )
    assert [(ended.code, ended.err) for ended in (explained, led)] == [(0, "")] * 2
    answers = [json.loads(line) for line in explained.out.splitlines()]
    assert [one["id"] for one in answers] == [{"any": 1}, None, "html", None]
    assert {match["query"] for match in answers[0]["matches"]} == {"Kremlin", "summit"}
    assert ["error" in one for one in answers] == [False, True, True, False]
    pages = [json.loads(line) for line in led.out.splitlines()]
    assert ["error" in one for one in pages] == [False, True, True, False]
    assert pages[3]["lead"].startswith("The Kremlin said on Friday")
    assert not (home.folder / "data" / "newswatch.db").exists()


async def test_whoever_stops_reading_is_no_failure(home: Home) -> None:
    """`| head` closes the pipe: the program ends without a word, and not as if something had gone wrong."""
    (home.folder / "page.html").write_text(PAGE)
    many = b'{"id": 1, "title": "Kremlin"}\n' * 3000
    ends = await asyncio.gather(
        home.unread("explain", "--jsonl", given=many), home.unread("explain", "page.html"), home.unread("check")
    )
    assert [(ended.code, ended.err) for ended in ends] == [(0, "")] * 3


async def test_doctor_says_what_to_do_about_each_red_line(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer, fault: Any
) -> None:
    """All well is 0; a refused chat, a broken source, a wrong file, a dead database are 1, each with its advice."""
    newsroom.publish("courier", piece("Rail fares rise", "x", ()))
    home.environ |= {
        "NEWSWATCH_TELEGRAM_TOKEN": telegram_server.token,
        "NEWSWATCH_TELEGRAM_API_URL": telegram_server.url,
        "NEWSWATCH_OWNERS": "500",
        "COLUMNS": "300",
    }
    well = await home.run("doctor")
    assert (well.code, well.err) == (0, ""), well
    assert well.out.count("✔") == 9
    assert "all is well" in well.out

    text = (home.folder / "watchlists.yaml").read_text()
    home.watch(text.replace("/wire/feed.xml", "/nothing-here?key=canary-key").replace("[77]", "[77, -1001]"))
    telegram_server.plan(fault(400, "Bad Request: chat not found"), method="getChat", chat=-1001)
    (home.folder / "wrong.yaml").write_text("sources: []\nnonsense: 1\n")
    other = type(home)(
        home.folder,
        home.environ
        | {
            "NEWSWATCH_WATCHLISTS": "wrong.yaml",
            "NEWSWATCH_TELEGRAM_TOKEN": "654321:canary-BBBBBBBBBBBBBBBBBBBBBBBBBBBB",
            "NEWSWATCH_DATABASE_URL": "postgresql://u:canary-word@127.0.0.1:1/x",
            "NEWSWATCH_OWNERS": "",
        },
        home.running,
    )
    ill, worse = await asyncio.gather(home.run("doctor"), other.run("doctor"))
    for ended in (ill, worse):
        assert ended.code == 1, ended
        assert "Traceback" not in ended.err
        assert "canary" not in ended.out + ended.err
    red = [line for line in ill.out.splitlines() if line.startswith("✘")]
    assert [line.split()[1] for line in red] == ["chat", "The"], ill.out
    assert "add the bot to the chat" in red[0]
    assert "404" in red[1]
    red = [line for line in worse.out.splitlines() if line.startswith("✘")]
    assert {line.split()[1] for line in red} == {"watchlists.yaml", "database", "token"}, worse.out
    assert "wrong.yaml:2:1" in worse.out
    assert "@BotFather" in worse.out


async def test_a_feed_is_explained_by_its_items(home: Home, newsroom: Newsroom, piece: type[Piece]) -> None:
    """A list is no article: that it is one is said, and what fires on which of its items."""
    newsroom.publish("courier", piece("Kremlin opens", "One.", ()), piece("Garden shuts", "Two.", ()))
    ended = await home.run("explain", newsroom.feed("courier"))
    assert (ended.code, ended.err) == (0, "")
    assert "is a feed of 2 items; queries fire on 1 of them" in ended.out
    assert "Kremlin opens" in ended.out
    assert "Garden shuts" not in ended.out


async def test_the_version_and_help_are_there_in_short(home: Home) -> None:
    """`--version` is one line, and `-h` works for every verb."""
    assert re.fullmatch(r"newswatch \S+\n", (await home.run("--version")).out)
    assert "--deadline" in (await home.run("once", "-h")).out
