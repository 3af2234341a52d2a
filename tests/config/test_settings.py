"""Settings: every name, every default, every mistake, and no secret in any line."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.environment import environment
from bot.config.settings import NAMES, PREFIX, SECRETS, Settings, load_settings, unused_variables
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAF" + "x" * 32


def load(**texts: str) -> Settings:
    """Load from nothing but these."""
    return load_settings({PREFIX + name: text for name, text in texts.items()})


def problems(**texts: str) -> tuple[str, ...]:
    """Return the lines of a mistake."""
    with pytest.raises(ConfigError) as caught:
        load(**texts)
    return caught.value.problems


def mistakes(texts: dict[str, str]) -> tuple[str, ...] | None:
    """Return the lines, or None when there is no mistake."""
    try:
        load_settings(texts)
    except ConfigError as error:
        return error.problems
    return None


def test_nothing_set_gives_the_defaults() -> None:
    """An installation that nobody has configured watches with the specified defaults."""
    nothing = load_settings({})
    assert nothing == Settings()
    assert nothing.telegram_token is None
    assert nothing.telegram_api_url == "https://api.telegram.org"
    assert nothing.database_url.get_secret_value() == "sqlite:///data/newswatch.db"
    assert nothing.watchlists == Path("watchlists.yaml")
    assert (nothing.owners, nothing.access, nothing.allowed_networks) == ((), "closed", ())
    assert nothing.allowed_ports == {80, 443}
    assert (nothing.host_spacing, nothing.semantic, nothing.http_listen) == (1.0, "auto", ("127.0.0.1", 8080))
    assert (nothing.log_format, nothing.log_level, nothing.user_agent) == ("text", "INFO", "")


def test_an_empty_value_counts_as_unset() -> None:
    """Container engines set what a file leaves empty, and that must change nothing."""
    assert load_settings(dict.fromkeys(NAMES, " ")) == Settings()


def test_everything_can_be_set() -> None:
    """Each setting is read into its type."""
    given_ = load(
        TELEGRAM_TOKEN=f" {TOKEN}\n",
        TELEGRAM_API_URL="http://127.0.0.1:8081/",
        DATABASE_URL="postgresql://user@/db?host=/run/postgresql",
        WATCHLISTS="/etc/newswatch/lists.yaml",
        OWNERS="7, 8,7",
        ACCESS="Open",
        ALLOWED_NETWORKS="10.0.0.0/8,::1",
        ALLOWED_PORTS="80, 8000-8002",
        HOST_SPACING="0.5",
        SEMANTIC="OFF",
        HTTP_LISTEN="[::1]:0",
        LOG_FORMAT="json",
        LOG_LEVEL="warning",
        USER_AGENT="Courier/1.0 (desk@courier.example)",
    )
    assert given_.telegram_token is not None
    assert given_.telegram_token.get_secret_value() == TOKEN
    assert given_.telegram_api_url == "http://127.0.0.1:8081"
    assert given_.database_url.get_secret_value() == "postgresql://user@/db?host=/run/postgresql"
    assert given_.watchlists == Path("/etc/newswatch/lists.yaml")
    assert (given_.owners, given_.access) == ((7, 8), "open")
    assert given_.allowed_networks == (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))
    assert given_.allowed_ports == {80, 8000, 8001, 8002}
    assert (given_.host_spacing, given_.semantic, given_.http_listen) == (0.5, "off", ("::1", 0))
    assert (given_.log_format, given_.log_level) == ("json", "WARNING")
    assert given_.user_agent == "Courier/1.0 (desk@courier.example)"
    assert load(HTTP_LISTEN="off").http_listen is None


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("TELEGRAM_TOKEN", "my-token", "BotFather"),
        ("TELEGRAM_TOKEN", "123456789:AAFxxx", "not whole"),
        ("TELEGRAM_API_URL", "api.telegram.org", "http or https"),
        ("TELEGRAM_API_URL", "https://[::1", "http or https"),
        ("TELEGRAM_API_URL", "https://host/bot", "without /bot"),
        ("TELEGRAM_API_URL", "https://host/bot1:x/", "without /bot"),
        ("DATABASE_URL", "mysql://host/db", "sqlite:///data/newswatch.db, or postgresql://"),
        ("DATABASE_URL", "postgresql+psycopg://host/db", "postgresql://"),
        ("DATABASE_URL", "data.db", "sqlite:///"),
        ("DATABASE_URL", "sqlite://data.db", "four slashes"),
        ("DATABASE_URL", "sqlite:///", "path of a file"),
        ("OWNERS", "@alice", "no user id"),
        ("OWNERS", "0", "no user id"),
        ("OWNERS", "1;2", "no user id"),
        ("ACCESS", "everyone", "'closed' or 'open'"),
        ("ALLOWED_NETWORKS", "10.0.0.1/8", "host bits"),
        ("ALLOWED_NETWORKS", "intranet", "no network"),
        ("ALLOWED_PORTS", "0", "no port"),
        ("ALLOWED_PORTS", "80,65536", "no port"),
        ("ALLOWED_PORTS", "90-80", "80-90"),
        ("ALLOWED_PORTS", "80-", "no port"),
        ("HOST_SPACING", "-1", "no number of seconds"),
        ("HOST_SPACING", "nan", "no number of seconds"),
        ("HOST_SPACING", "1e9", "no number of seconds"),
        ("SEMANTIC", "on", "'auto' or 'off'"),
        ("HTTP_LISTEN", "8080", "host:port"),
        ("HTTP_LISTEN", "127.0.0.1:99999", "host:port"),
        ("HTTP_LISTEN", "::1:8080", "host:port"),
        ("HTTP_LISTEN", ":8080", "host:port"),
        ("HTTP_LISTEN", "h:-1", "host:port"),
        ("HTTP_LISTEN", "h:８０", "host:port"),
        ("LOG_FORMAT", "xml", "'text' or 'json'"),
        ("LOG_LEVEL", "loud", "'INFO'"),
        ("USER_AGENT", "a\nb", "one line"),
    ],
)
def test_a_mistake_names_its_setting_and_says_what_to_do(name: str, text: str, says: str) -> None:
    """One wrong value is one line that begins with its name."""
    (line,) = problems(**{name: text})
    assert line.startswith(f"{PREFIX}{name}: ")
    assert says in line
    assert "\n" not in line


@pytest.mark.parametrize("owner", ["777000", "1087968824", "136817688", "-1001234567890"])
def test_case_106_ids_that_stand_for_many_cannot_own_the_bot(owner: str) -> None:
    """Case 106: service accounts, anonymous administrators, channels and groups are refused as owners."""
    (line,) = problems(OWNERS=f"42,{owner}")
    assert owner in line
    assert "your own user id" in line


def test_all_mistakes_come_at_once() -> None:
    """Values, misspelt names and unreadable files are said together."""
    lines = problems(ACCESS="x", OWNER="1", DATABASE_URL_FILE="/nowhere/secret", LOG_LEVEL="x")
    assert [line.split(":")[0].removeprefix(PREFIX) for line in lines] == [
        "OWNER",
        "DATABASE_URL_FILE",
        "ACCESS",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("NEWSWATCH_OWNER", "NEWSWATCH_OWNERS"), ("NEWSWATCH_TELEGRAM_TOKEN_FIEL", "NEWSWATCH_TELEGRAM_TOKEN_FILE")],
)
def test_a_misspelt_name_is_a_mistake_with_the_nearest_known_one(name: str, meant: str) -> None:
    """A typo would leave a default in force, so it is never silent."""
    with pytest.raises(ConfigError, match=f"^{name}: there is no such setting; did you mean {meant}[?]$"):
        load_settings({name: "1"})


def test_a_name_in_small_letters_is_a_mistake_too() -> None:
    """The environment knows case, people do not."""
    with pytest.raises(ConfigError, match="did you mean NEWSWATCH_OWNERS"):
        load_settings({"newswatch_owners": "1"})


def test_what_kubernetes_sets_for_a_service_of_our_name_is_no_mistake() -> None:
    """A Service called newswatch or newswatch-web gives every pod of its namespace variables with our prefix."""
    of_kubernetes = {
        "NEWSWATCH_SERVICE_HOST": "10.0.0.1",
        "NEWSWATCH_SERVICE_PORT": "80",
        "NEWSWATCH_SERVICE_PORT_HTTP": "80",
        "NEWSWATCH_PORT": "tcp://10.0.0.1:80",
        "NEWSWATCH_PORT_80_TCP": "tcp://10.0.0.1:80",
        "NEWSWATCH_PORT_80_TCP_ADDR": "10.0.0.1",
        "NEWSWATCH_WEB_SERVICE_HOST": "10.0.0.1",
        "NEWSWATCH_WEB_PORT": "tcp://10.0.0.1:80",
    }
    assert load_settings(of_kubernetes) == Settings()
    with pytest.raises(ConfigError, match="did you mean NEWSWATCH_ALLOWED_PORTS"):
        load_settings({"NEWSWATCH_ALLOWED_PORT": "80"})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """The line end that editors leave does not belong to the secret."""
    (tmp_path / "token").write_text(TOKEN + "\n", encoding="utf-8")
    (tmp_path / "database").write_text("postgresql://u:p@h/d\n", encoding="utf-8")
    both = load(TELEGRAM_TOKEN_FILE=str(tmp_path / "token"), DATABASE_URL_FILE=str(tmp_path / "database"))
    assert both.telegram_token is not None
    assert both.telegram_token.get_secret_value() == TOKEN
    assert both.database_url.get_secret_value() == "postgresql://u:p@h/d"


def test_a_secret_file_that_cannot_be_used_is_said_with_its_path(tmp_path: Path) -> None:
    """Missing, empty, a directory, not text, or set beside the plain setting."""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "bytes").write_bytes(b"\xff\x80")
    for name, says in (("missing", "No such file"), ("empty", "is empty"), (".", "directory"), ("bytes", "UTF-8")):
        (line,) = problems(TELEGRAM_TOKEN_FILE=str(tmp_path / name))
        assert line.startswith(f"NEWSWATCH_TELEGRAM_TOKEN_FILE: {tmp_path / name}")
        assert says in line
    (line,) = problems(DATABASE_URL_FILE=str(tmp_path / "empty"), DATABASE_URL="sqlite:///x.db")
    assert "keep one of the two" in line


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + TOKEN.encode() + b"\r\n",
        TOKEN.encode("utf-16"),  # Notepad's "Unicode"
        b"\xfe\xff" + TOKEN.encode("utf-16-be"),
        (TOKEN + "\r\n").encode("utf-16-le"),
        f'"{TOKEN}"'.encode(),
        f"\u201c{TOKEN}\u201d \n".encode(),
        f" '{TOKEN}'  \r\n\r\n".encode(),
        f"`{TOKEN}`".encode(),
        f"Bearer {TOKEN}".encode(),
        f"Authorization: Bearer {TOKEN}".encode(),
        f"bot{TOKEN}".encode(),
        f"https://api.telegram.org/bot{TOKEN}/getMe".encode(),
        f'NEWSWATCH_TELEGRAM_TOKEN="{TOKEN}"\n'.encode(),
        f"\u200b{TOKEN}\u00a0".encode(),
    ],
)
def test_a_token_counts_however_an_editor_saved_it(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte-order mark, UTF-16, CRLF, quotes and what it was pasted with do not belong to the token."""
    (tmp_path / "token").write_bytes(data)
    found = load(TELEGRAM_TOKEN_FILE=f'"{tmp_path / "token"}" ').telegram_token
    assert found is not None
    assert found.get_secret_value() == TOKEN
    if b"NEWSWATCH" not in data:
        text = data.decode("utf-16" if data[:1] in b"\xff\xfe" else "utf-16-le" if b"\0" in data else "utf-8-sig")
        again = load(TELEGRAM_TOKEN=text).telegram_token
        assert again == found
        monkeypatch.chdir(tmp_path)
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        (tmp_path / ".env").write_text(f"\ufeffNEWSWATCH_TELEGRAM_TOKEN={text.strip()}\r\n", encoding="utf-16")
        assert load_settings().telegram_token == found


def test_a_secret_file_of_several_lines_is_refused_without_showing_them(tmp_path: Path) -> None:
    """What a messenger says around a token is not guessed at."""
    (tmp_path / "token").write_text(f"Use this token:\n{TOKEN}\n", encoding="utf-8")
    (line,) = problems(TELEGRAM_TOKEN_FILE=str(tmp_path / "token"))
    assert "several lines" in line
    assert TOKEN not in line


def test_quotes_that_no_shell_took_away_are_dropped_from_every_setting() -> None:
    """`docker --env-file` and systemd pass quotes on as they stand."""
    assert load(OWNERS='"5"', ACCESS="'open'", HTTP_LISTEN="“off”", WATCHLISTS='"a b.yaml"') == load(
        OWNERS="5", ACCESS="open", HTTP_LISTEN="off", WATCHLISTS="a b.yaml"
    )
    assert load(OWNERS='""') == Settings()


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"TELEGRAM_TOKEN": "1:canary"}, ("TELEGRAM_TOKEN is set and not used: only NEWSWATCH_TELEGRAM_TOKEN",)),
        ({"telegram_bot_token": "1:canary"}, ("only NEWSWATCH_TELEGRAM_TOKEN is read",)),
        ({"NEWS_WATCH_OWNERS": "1", "BOT_DATABASE_URL": "x"}, ("NEWSWATCH_DATABASE_URL", "NEWSWATCH_OWNERS")),
        ({"TELEGRAM_TOKEN_FILE": "/x"}, ("only NEWSWATCH_TELEGRAM_TOKEN_FILE is read",)),
        ({"https_proxy": "http://u:canary@h", "HTTP_PROXY": "x"}, ("HTTP_PROXY, https_proxy are set and not used",)),
        ({"TELEGRAM_TOKEN": "1:x", "NEWSWATCH_TELEGRAM_TOKEN": "1:x"}, ()),
        ({"PATH": "/bin", "HOME": "/", "OWNERS": " ", "no_proxy": "*"}, ()),
    ],
)
def test_variables_that_only_look_like_settings_are_named(environ: dict[str, str], says: tuple[str, ...]) -> None:
    """Without the prefix nothing is read, and neither is a proxy of the environment: a line each, without values."""
    lines = unused_variables(environ)
    assert len(lines) == len(says)
    assert all(word in line for word, line in zip(says, lines, strict=True))
    assert "canary" not in " ".join(lines)


def test_a_server_of_ones_own_may_have_shorter_tokens() -> None:
    """How long a token is, is an affair of Telegram's server."""
    assert load(TELEGRAM_TOKEN="1:test", TELEGRAM_API_URL="http://127.0.0.1:9").telegram_token is not None


def test_case_103_no_secret_shows_in_a_repr_or_a_mistake() -> None:
    """Case 103: the token and the database's password are in no text that is made of the settings."""
    good = load(TELEGRAM_TOKEN=TOKEN, DATABASE_URL="postgresql://u:canary@h/d")
    shown = f"{good!r} {good} {good.model_dump()}"
    assert TOKEN not in shown
    assert "canary" not in shown
    for wrong in (
        {"TELEGRAM_TOKEN": "canary secret"},
        {"TELEGRAM_TOKEN": "123:canary"},
        {"DATABASE_URL": "mysql://u:canary@h/d"},
        {"DATABASE_URL": "sqlite:///canary?x"},
        {"TELEGRAM_API_URL": "http://h/bot1:canary"},
    ):
        assert "canary" not in " ".join(problems(**wrong))


@pytest.mark.parametrize("field", SECRETS)
def test_every_secret_has_a_file_setting(field: str, tmp_path: Path) -> None:
    """NAME_FILE is known for each secret."""
    assert f"{tmp_path}" in problems(**{f"{field.upper()}_FILE": str(tmp_path)})[0]


def test_dotenv_stands_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` of the working directory is read, quotes and comments included, and the environment wins."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text(
        "\ufeff# comment\nexport NEWSWATCH_OWNERS='5'\nNEWSWATCH_ACCESS=open # why\nCOURIER_KEY=\"k $x\"\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("NEWSWATCH_ACCESS", "closed")
    assert (load_settings().owners, load_settings().access) == ((5,), "closed")
    assert environment()["COURIER_KEY"] == "k $x"


@pytest.mark.parametrize(
    ("data", "says"), [(b"NEWSWATCH_ACCESS=open\n\n= broken\n", ".env:3: "), (b"A=\xff\n", ".env: cannot be read")]
)
def test_a_broken_dotenv_is_a_mistake(data: bytes, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that cannot be read might have been the one that closes the bot."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert caught.value.problems[0].startswith(says)


def test_the_shipped_example_names_every_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env.example` is loadable as it is, and holds each setting and each file setting once."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = [line.lstrip("#").split("=")[0] for line in text.splitlines() if line.lstrip("#").startswith(PREFIX)]
    assert sorted(names) == sorted([*NAMES, *(f"{PREFIX}{field.upper()}_FILE" for field in SECRETS)])
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    plain = "".join(line.lstrip("#") + "\n" for line in text.splitlines() if PREFIX in line and "_FILE" not in line)
    for content in (text, plain):
        (tmp_path / ".env").write_text(content, encoding="utf-8")
        assert load_settings() == Settings()


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from([*NAMES, "NEWSWATCH_X"]), st.text(max_size=30), max_size=4))
def test_any_text_gives_settings_or_one_line_for_each_mistake(texts: dict[str, str]) -> None:
    """Nothing that stands in an environment can raise anything else, or break a line."""
    lines = mistakes(texts)
    assert lines is None or lines
    assert all(line.startswith(PREFIX) and line.splitlines() == [line] for line in lines or ())


def test_importing_the_settings_is_cheap() -> None:
    """A tick that a scheduler starts pays for imports each time: nothing heavy comes with the settings."""
    code = "import sys, bot.config.settings; print(*sys.modules)"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT, env=dict(os.environ)
    ).stdout.split()
    assert not {"telegram", "aiohttp", "sqlalchemy", "yaml", "pydantic_settings", "dotenv", "asyncio"} & set(loaded)


def test_an_empty_variable_hides_nothing_in_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Empty means unset, as compose files leave variables empty; what is set goes before .env."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("NEWSWATCH_OWNERS=7\nNEWSWATCH_ACCESS=open\n", encoding="utf-8")
    monkeypatch.setenv("NEWSWATCH_OWNERS", " ")
    monkeypatch.setenv("NEWSWATCH_ACCESS", "closed")
    assert environment()["NEWSWATCH_OWNERS"] == "7"
    assert load_settings().access == "closed"


def test_a_home_that_nobody_has_is_a_mistake_of_one_line() -> None:
    """A path in the home of a user who is not there is refused with a hint."""
    (line,) = problems(WATCHLISTS="~nobody-of-that-name/x")
    assert "write the path in full" in line


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("https://api.example/openai/v1/chat/completions/", "https://api.example/openai/v1"),
    ],
)
def test_the_address_of_a_model_is_taken_as_people_paste_it(given: str, url: str) -> None:
    """With the path of a request, with /v1, or without any."""
    assert load_settings({f"{PREFIX}MODEL_URL": given, f"{PREFIX}MODEL": "small"}).model_url == url


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"MODEL_URL": "http://localhost:11434/v1"}, "MODEL: not set"),
        ({"MODEL": "small"}, "MODEL_URL: not set"),
        ({"MODEL_KEY": "sk-1"}, "MODEL_URL: not set"),
        ({"MODEL_URL": "localhost:11434", "MODEL": "small"}, "MODEL_URL: not an http"),
        ({"MODEL_URL": "http://me:sk-1@host/v1", "MODEL": "small"}, "NEWSWATCH_MODEL_KEY"),
        ({"MODEL_TOKENS_PER_DAY": "0"}, "MODEL_TOKENS_PER_DAY: '0' is no number"),
    ],
)
def test_half_a_model_is_a_mistake(texts: dict[str, str], says: str) -> None:
    """Who sets one part of it means to use it; no key is repeated."""
    (line,) = problems(**texts)
    assert says in line
    assert "sk-1" not in line
