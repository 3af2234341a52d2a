"""Files that are read: regular ones only, up to a size."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config.environment import environment
from bot.config.regular_file import read_regular_file
from bot.config.reload import signature
from bot.config.settings import load_settings
from bot.config.watchlists.yaml_file import MOST_BYTES, read
from bot.errors import ConfigError


def irregular(folder: Path, kind: str) -> Path:
    """Return a path in the folder that names no regular file."""
    path = folder / "irregular"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    return path


@pytest.mark.parametrize("kind", ["pipe", "device", "directory"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    """A pipe without a writer and a device without an end are refused at once."""
    with pytest.raises(OSError, match=r"not a regular file|Is a directory"):
        read_regular_file(irregular(tmp_path, kind), 10)


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    """The caller names how much it takes at most."""
    file = tmp_path / "file"
    file.write_bytes(b"0123456789abc")
    assert read_regular_file(file, 10) == b"0123456789"


@pytest.mark.parametrize("kind", ["pipe", "device", "directory"])
def test_watchlists_yaml_that_is_no_regular_file_is_one_line(tmp_path: Path, kind: str) -> None:
    """Loading it ends at once, with the path in the line."""
    path = irregular(tmp_path, kind)
    with pytest.raises(ConfigError) as caught:
        read(path)
    (line,) = caught.value.problems
    assert line.startswith(f"{path}:1:1: ")
    assert "not a" in line


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_secret_in_no_regular_file_is_one_line(tmp_path: Path, kind: str) -> None:
    """The line names the setting."""
    path = irregular(tmp_path, kind)
    for name in ("NEWSWATCH_TELEGRAM_TOKEN_FILE", "NEWSWATCH_DATABASE_URL_FILE"):
        with pytest.raises(ConfigError) as caught:
            load_settings({name: str(path)})
        (line,) = caught.value.problems
        assert line.startswith(f"{name}: {path} cannot be read: it is a pipe, socket or device")


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_an_env_file_that_is_no_regular_file_is_one_line(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading it ends at once."""
    irregular(tmp_path, kind).rename(tmp_path / ".env")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        environment()
    (line,) = caught.value.problems
    assert line.startswith(".env: cannot be read: it is a pipe, socket or device")


def test_env_files_and_secrets_have_a_limit_of_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Larger ones are refused rather than cut."""
    (tmp_path / ".env").write_text("#" * 70_000, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="it is larger than 64 KB"):
        environment()
    with pytest.raises(ConfigError, match="it is larger than 64 KB"):
        load_settings({"NEWSWATCH_DATABASE_URL_FILE": str(tmp_path / ".env")})


def test_a_watched_file_is_read_no_further_than_one_that_is_loaded(tmp_path: Path) -> None:
    """A file that grows without end costs no more than the largest file that is accepted."""
    path = tmp_path / "w.yaml"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    known = signature(path)
    with path.open("ab") as file:
        file.truncate(1 << 40)
    assert signature(path) == known is not None
