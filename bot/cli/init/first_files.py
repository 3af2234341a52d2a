"""What `init` writes: `.env` and a first watchlists.yaml, made of the answers.

Answers come in, whole files go out, watchlists.yaml checked before anything is written. A file that is there is never
written over: it is moved aside to `.bak` first, by a number more where one of that name is there too. `.env` holds the
token, so it and what it was before are readable by its owner alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.config.edits.source_insertion import Entry, block
from bot.config.watchlists.watchlists_file import checked
from bot.config.watchlists.yaml_file import compose
from bot.errors import ConfigError

WATCHLIST = "news"  # the id of the first watchlist
_SCHEMA = Path("watchlists.schema.json")
_TITLE = 40  # characters of a heading of alerts
_PRIVATE, _PUBLIC = 0o600, 0o644


@dataclass(frozen=True, slots=True)
class Answers:
    """What the installation is to be."""

    token: str = ""  # "" = alerts are printed in the terminal
    owners: tuple[int, ...] = ()
    timezone: str = "UTC"
    language: str = "en"
    keywords: tuple[str, ...] = ()
    sources: tuple[Entry, ...] = ()


def render_env(answers: Answers) -> str:
    """Return `.env`: the two settings that everybody needs."""
    return (
        "# Written by `newswatch init`. What else may stand here: docs/settings.md, or .env.example.\n"
        "# Whoever has the token is your bot: keep it to yourself.\n"
        f"NEWSWATCH_TELEGRAM_TOKEN={answers.token}\n"
        "# Who may command the bot: Telegram user ids, with commas.\n"
        f"NEWSWATCH_OWNERS={','.join(map(str, answers.owners))}\n"
    )


def render_watchlists(answers: Answers) -> str:
    """Return watchlists.yaml: the sources, and one watchlist that its owners are told of."""
    lines = ["# yaml-language-server: $schema=watchlists.schema.json\n"] if _SCHEMA.exists() else []
    lines += [
        "# Written by `newswatch init`. Change it as you like: a running bot notices within seconds.\n",
        "# `newswatch check` names every mistake, `newswatch sources add URL` adds a source.\n\n",
        f"defaults:\n  timezone: {_quoted(answers.timezone)}\n  language: {_quoted(answers.language)}\n\n",
        f"sources:\n{block(answers.sources)}\n" if answers.sources else "sources: []\n\n",
    ]
    if answers.keywords:
        lines += [
            f"watchlists:\n  {WATCHLIST}:\n    title: {_quoted(_title(answers.keywords))}\n    keywords:\n",
            *(f"      - {_quoted(keyword)}\n" for keyword in answers.keywords),
        ]
        if answers.owners:
            chats = ", ".join(map(str, answers.owners))
            lines.append(f"    deliver_to: [{chats}]  # you; others write /subscribe {WATCHLIST} to the bot\n")
    else:
        lines.append("watchlists: {}\n")
    return "".join(lines)


def check_watchlists(text: str, path: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the warnings of what would be written; ConfigError holds its mistakes."""
    return checked(compose(text.encode(), f"as it would be, {path}"), environ, folder=path.parent).warnings


def write_files(files: Mapping[Path, str], private: Path) -> tuple[tuple[Path, Path], ...]:
    """Write the files, `private` for its owner alone; return what was moved aside, and to where."""
    moved = []
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(path):
                spare = _free_name(path)
                path.rename(spare)
                if path == private:
                    spare.chmod(_PRIVATE)
                moved.append((path, spare))
            mode = _PRIVATE if path == private else _PUBLIC
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}; check who may write there") from None
    return tuple(moved)


def find_existing(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return those that are there."""
    return tuple(path for path in paths if os.path.lexists(path))


def _free_name(path: Path) -> Path:
    spare, number = path.with_name(f"{path.name}.bak"), 1
    while os.path.lexists(spare):
        number += 1
        spare = path.with_name(f"{path.name}.bak{number}")
    return spare


def _title(keywords: Sequence[str]) -> str:
    title = ", ".join(keyword.strip('"=~*') for keyword in keywords)
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1].rstrip(' ,')}…"


def _quoted(text: str) -> str:
    """Return a text as a value of YAML on one line, quoted where YAML would read something else."""
    dumped: str = yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=10_000)
    return dumped.strip()[1:-1]
