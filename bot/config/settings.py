"""The settings: NEWSWATCH_… of the environment and of `.env`, and files that hold a secret.

In: names and texts. Out: a frozen `Settings`, or a ConfigError with a line for each mistake. A misspelt name is a
mistake like any other, for silence would leave a default in force. The value of a secret is never in a line or a repr.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr, ValidationError

from bot.config import setting_values as values
from bot.config.environment import environment, find_unused, read_secret, unwrap
from bot.errors import ConfigError

PREFIX: Final = "NEWSWATCH_"
SECRETS: Final = (
    *("telegram_token", "database_url", "proxy", "telegram_proxy", "metrics_token", "ping_url", "model_key"),
)
_SHORTEST_TOKEN: Final = 40  # characters; Telegram's have 43 to 46, and half a token is a common slip of the mouse
# Kubernetes sets these for every Service of the namespace; those of one called newswatch… have our prefix.
_OF_KUBERNETES: Final = re.compile(r"\w+_SERVICE_(?:HOST|PORT\w*)|\w+_PORT_[0-9]+_(?:TCP|UDP|SCTP)\w*")
_AT_KUBERNETES: Final = re.compile(r"(?:tcp|udp|sctp)://\S+:[0-9]+")

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseModel):
    """Every setting with its default: `Settings()` is an installation that nobody has configured."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, protected_namespaces=())

    telegram_token: Annotated[SecretStr | None, BeforeValidator(values.token)] = None
    telegram_api_url: Annotated[str, BeforeValidator(values.api_url)] = values.TELEGRAM
    database_url: Annotated[SecretStr, BeforeValidator(values.database)] = SecretStr("sqlite:///data/newswatch.db")
    watchlists: Annotated[Path, BeforeValidator(values.path)] = Path("watchlists.yaml")
    owners: Annotated[tuple[int, ...], BeforeValidator(values.owners)] = ()
    access: Annotated[Literal["closed", "open"], BeforeValidator(values.lower)] = "closed"
    allowed_networks: Annotated[tuple[values.Network, ...], BeforeValidator(values.networks)] = ()
    allowed_ports: Annotated[frozenset[int], BeforeValidator(values.ports)] = frozenset({80, 443})
    host_spacing: Annotated[float, BeforeValidator(values.seconds)] = 1.0  # seconds; 0 = none
    semantic: Annotated[Literal["auto", "off"], BeforeValidator(values.lower)] = "auto"
    http_listen: Annotated[tuple[str, int] | None, BeforeValidator(values.listen)] = ("127.0.0.1", 8080)
    web: Annotated[Literal["on", "off"], BeforeValidator(values.lower)] = "on"
    web_url: Annotated[str | None, BeforeValidator(values.web_url)] = None  # of the pages, as readers reach them
    metrics_token: Annotated[SecretStr | None, BeforeValidator(values.metrics_token)] = None
    metrics_sources: Annotated[Literal["on", "off"], BeforeValidator(values.lower)] = "off"  # each by its name
    ping_url: Annotated[SecretStr | None, BeforeValidator(values.ping_url)] = None
    backup: Annotated[Path | None, BeforeValidator(values.path)] = None  # a folder; None = no scheduled backups
    backup_every: Annotated[timedelta, BeforeValidator(values.span)] = timedelta(days=1)
    backup_keep: Annotated[int, BeforeValidator(values.count)] = 7
    log_format: Annotated[Literal["text", "json"], BeforeValidator(values.lower)] = "text"
    log_level: Annotated[LogLevel, BeforeValidator(values.upper)] = "INFO"
    proxy: Annotated[SecretStr, BeforeValidator(values.proxy)] = SecretStr("")  # empty: none
    telegram_proxy: Annotated[SecretStr, BeforeValidator(values.proxy)] = SecretStr("")  # empty: as `proxy`
    model_url: Annotated[str, BeforeValidator(values.model_url)] = ""  # empty: no model
    model: str = ""  # its name there
    model_key: Annotated[SecretStr | None, BeforeValidator(values.model_key)] = None
    model_tokens_per_day: Annotated[int, BeforeValidator(values.tokens_per_day)] = 200_000
    user_agent: Annotated[str, BeforeValidator(values.user_agent)] = ""  # empty: what bot.fetch.client calls itself


def telegram_proxy(settings: Settings) -> str:
    """Return the address of the proxy that Telegram is reached through, "" or `none` without one."""
    return settings.telegram_proxy.get_secret_value() or settings.proxy.get_secret_value()


def pages_address(settings: Settings) -> str | None:
    """Return the address of the pages as readers reach them, None where they are off."""
    if settings.web == "off" or settings.http_listen is None:
        return None
    host, port = settings.http_listen
    here = "localhost" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - recognised
    return settings.web_url or f"http://{here}:{port}"


NAMES: Final = tuple(PREFIX + field.upper() for field in Settings.model_fields)
_FILES: Final = {f"{PREFIX}{field.upper()}_FILE": field for field in SECRETS}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the mapping, by default of `environment()`; an empty value counts as unset.

    ConfigError has a line for each mistake: the setting's name, what is wrong, what to do.
    """
    given = {name: text for name, text in (environment() if environ is None else environ).items() if unwrap(text)}
    texts = {field: unwrap(given[_name(field)]) for field in Settings.model_fields if _name(field) in given}
    problems = [*_unknown(given), *_read_files(given, texts), *_cut_token(texts), *_half_a_model(texts)]
    settings = Settings()
    try:
        settings = Settings.model_validate(texts)
    except ValidationError as error:
        problems += _said(error)
    if problems:
        raise ConfigError(*problems)
    return settings


def unused_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return a line for each variable that somebody may have meant for us and that is not read."""
    fields = [name.removeprefix(PREFIX) for name in (*NAMES, *_FILES)]
    return find_unused(environ, fields, PREFIX)


def _name(field: str) -> str:
    return PREFIX + field.upper()


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    known = {name.removeprefix(PREFIX): name for name in (*NAMES, *_FILES)}
    for name, text in sorted(given.items()):
        if not name.upper().startswith(PREFIX) or name in known.values():
            continue
        if _OF_KUBERNETES.fullmatch(name) or (name.endswith("_PORT") and _AT_KUBERNETES.fullmatch(text)):
            continue
        close = get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
        hint = f"did you mean {known[close[0]]}?" if close else f"known are {', '.join(NAMES)}"
        shown = name if name.isprintable() else ascii(name)
        yield f"{shown}: there is no such setting; {hint}"


def _read_files(given: Mapping[str, str], texts: dict[str, str]) -> Iterator[str]:
    """Put secrets that stand in files among the texts; yield what is wrong with the files."""
    for name, field in _FILES.items():
        if name in given and field in texts:
            yield f"{name}: {_name(field)} is set as well; keep one of the two"
        elif name in given:
            try:
                texts[field] = read_secret(Path(unwrap(given[name])), _name(field))
            except ValueError as error:
                yield f"{name}: {error}"


def _said(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_input=False):
        field, context = str(one["loc"][0]), one.get("ctx", {})
        message = f"{context['error']}" if "error" in context else f"must be {context.get('expected', one['msg'])}"
        yield f"{_name(field)}: {message}"


def _cut_token(texts: dict[str, str]) -> Iterator[str]:
    """Take the token out of what it was pasted with, and find one that was not copied whole.

    Servers of one's own, as in tests, may have shorter ones.
    """
    if "telegram_token" not in texts:
        return
    token = texts["telegram_token"] = values.bare_token(texts["telegram_token"])
    if "telegram_api_url" not in texts and ":" in token and len(token) < _SHORTEST_TOKEN:
        yield f"{_name('telegram_token')}: this token is not whole; copy all of what @BotFather gave you, digits first"


def _half_a_model(texts: Mapping[str, str]) -> Iterator[str]:
    """Find a model without an address, and an address without a model."""
    if "model_url" in texts and "model" not in texts:
        yield f"{_name('model')}: not set, but {_name('model_url')} is; write the name of the model, such as qwen3:4b"
    elif "model_url" not in texts and ("model" in texts or "model_key" in texts):
        given = "model" if "model" in texts else "model_key"
        yield f"{_name('model_url')}: not set, but {_name(given)} is; write where the model is, or unset both"
