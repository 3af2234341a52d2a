"""`newswatch init` in a process of its own, with Telegram's stand-in and a site on loopback."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.config.settings import load_settings
from bot.config.watchlists.watchlists_file import load
from bot.model import Chat

if TYPE_CHECKING:
    from tests.plugins.home import Home
    from tests.plugins.rig import Rig
    from tests.plugins.telegram import TelegramServer

    Rss = Callable[..., bytes]

pytestmark = pytest.mark.e2e

OWNER = 4711


@pytest.fixture
async def empty(home: Home, rig: Rig, rss: Rss, telegram_server: TelegramServer) -> Home:
    """Give a folder without files, Telegram's stand-in, and the address of a feed in FEED."""
    site = await rig.site()
    site.pages["/feed"] = rss(("a", "Kremlin opens", "One."), site=site.url(""))
    (home.folder / "watchlists.yaml").unlink()
    home.environ |= {
        "NEWSWATCH_WATCHLISTS": "watchlists.yaml",
        "NEWSWATCH_ALLOWED_PORTS": str(site.port),
        "NEWSWATCH_TELEGRAM_API_URL": telegram_server.url,
        "FEED": site.url("/feed"),
    }
    return home


def options(home: Home, token: str) -> list[str]:
    """Return the options of a script."""
    words = (
        f"init --yes --token {token} --owner {OWNER} --timezone Berlin --language de --source {home.environ['FEED']}"
    )
    return [*words.split(), "--watch", "Kremlin", "--watch", '"peace talks"']


async def test_a_script_gets_both_files(empty: Home, bot_token: str) -> None:
    """`.env` is its owner's alone; watchlists.yaml says what was asked for, and the owner is told."""
    ended = await empty.run(*options(empty, bot_token))
    assert (ended.code, ended.err) == (0, "")
    assert bot_token not in ended.out
    env = empty.folder / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    written = dict(line.split("=", 1) for line in env.read_text().splitlines() if not line.startswith("#"))
    assert load_settings(written).owners == (OWNER,)
    config = load(empty.folder / "watchlists.yaml", {})
    (watchlist,) = config.watchlists
    assert (config.timezone, config.language) == ("Europe/Berlin", "de")
    assert [source.url for source in config.sources] == [empty.environ["FEED"]]
    assert (watchlist.keywords, watchlist.deliver_to) == (("Kremlin", '"peace talks"'), (Chat(OWNER),))
    assert (await empty.run("check")).code == 0


async def test_a_script_writes_over_nothing(empty: Home, bot_token: str) -> None:
    """Where a file is there it ends with 2 and names it; --force keeps what was there, and kept before, beside it."""
    env = empty.folder / ".env"
    env.write_text("NEWSWATCH_OWNERS=1\n")
    ended = await empty.run(*options(empty, bot_token))
    assert ended.code == 2
    assert ended.err == ".env is there already; --force replaces, and keeps the old as .bak\n"
    assert env.read_text() == "NEWSWATCH_OWNERS=1\n"
    assert not (empty.folder / "watchlists.yaml").exists()
    for spare in (".env.bak", ".env.bak2"):
        assert (await empty.run(*options(empty, bot_token), "--force")).code == 0
        assert stat.S_IMODE((empty.folder / spare).stat().st_mode) == 0o600
    assert (empty.folder / ".env.bak").read_text() == "NEWSWATCH_OWNERS=1\n"


async def test_a_token_that_telegram_refuses_writes_nothing(empty: Home) -> None:
    """The line says the cure, and does not repeat the token."""
    ended = await empty.run(*options(empty, "123:WRONG_TOKEN"))
    assert ended.code == 2
    assert "@BotFather" in ended.err
    assert "WRONG_TOKEN" not in ended.err + ended.out
    assert list(empty.folder.glob("[.w]*")) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--watch", "(Kremlin"], "^"),
        (["--timezone", "Nowhere"], "'Nowhere' is no time zone"),
        (["--timezone", "IST"], "say which one"),
        (["--language", "klingon"], "it speaks en, ru, uk, de, fr, es"),
        (["--owner", "@anna"], "is no user id"),
        (["--token", "abc"], "does not look like a bot's token"),
    ],
)
async def test_an_option_that_cannot_be_is_refused_in_words(empty: Home, words: list[str], said: str) -> None:
    """It ends with 2, and nothing is written."""
    ended = await empty.run("init", "--yes", *words)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert not (empty.folder / ".env").exists()


async def test_a_source_out_of_reach_is_written_as_given(empty: Home) -> None:
    """It may be a network that comes later: that is said, and `run` tries it."""
    ended = await empty.run("init", "--yes", "--source", "http://127.0.0.1:1/feed", "--watch", "Kremlin")
    assert ended.code == 0
    assert "http://127.0.0.1:1/feed" in ended.err
    assert load(empty.folder / "watchlists.yaml", {}).sources[0].url == "http://127.0.0.1:1/feed"


async def test_five_answers_set_it_up_and_the_first_alert_comes(
    empty: Home, rig: Rig, rss: Rss, telegram_server: TelegramServer, bot_token: str
) -> None:
    """From an empty folder to an alert in the owner's chat in no more than twelve inputs, wrong ones among them."""
    site = await rig.site()
    site.pages["/feed"] = rss(("a", "Garden opens", "One."), site=site.url(""))
    empty.environ["NEWSWATCH_ALLOWED_PORTS"] = str(site.port)
    inputs = [
        "123:WRONG_TOKEN",
        bot_token,
        "Nowhere",
        "Berlin",
        "Kremlin, (summit",
        "Kremlin, summit",
        site.url("/feed"),
        "",
    ]
    assert len(inputs) + len(["/start"]) <= 12
    telegram_server.say("/start", chat=-100500, user=OWNER)  # in a group: nobody's wish to own the bot
    telegram_server.say("hello", chat=12, user=12)
    telegram_server.say("/start", chat=OWNER, user=OWNER, name="Anna")
    ended = await empty.run("init", given="\n".join([*inputs, ""]).encode())
    assert (ended.code, ended.err) == (0, "")
    assert "This is @" in ended.out
    assert f"Anna ({OWNER}) is the owner." in ended.out
    assert "'Nowhere' is no time zone" in ended.out
    assert bot_token not in ended.out
    assert (await empty.run("once", "--force")).code == 0
    site.pages["/feed"] = rss(("b", "Kremlin opens", "Two."), ("a", "Garden opens", "One."), site=site.url(""))
    assert (await empty.run("once", "--force")).code == 0
    assert any("Kremlin opens" in told.text for told in telegram_server.sent(OWNER))
    assert telegram_server.violations == []


async def test_what_is_there_is_kept_unless_somebody_says_otherwise(
    empty: Home, telegram_server: TelegramServer
) -> None:
    """Both files may stay; without answers it ends with 2 and says how scripts do it."""
    before = "NEWSWATCH_OWNERS=1\n"
    (empty.folder / ".env").write_text(before)
    (empty.folder / "watchlists.yaml").write_text("sources: []\n")
    ended = await empty.run("init", given=b"n\n\n")
    assert ended.code == 0
    assert "Nothing was written" in ended.out
    assert (empty.folder / ".env").read_text() == before
    ended = await empty.run("init", given=b"")
    assert ended.code == 2
    assert "--yes" in ended.err
    assert telegram_server.requests == []
