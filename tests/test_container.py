"""The container without a container engine: the steps of the Dockerfile are run, and their outcome is used."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
UID = 10001
UNCHECKED = (1).to_bytes(4, "little")  # the flags of bytecode that is never compared with its source (PEP 552)
QUIET = """\
sources:
  - {name: Nobody, url: "http://127.0.0.1/feed", every: 24h} # the address guard refuses it: no network is touched
watchlists:
  nothing: {title: Nothing, keywords: [Kremlin]}
"""


def dockerfile() -> list[list[tuple[str, str]]]:
    """Read the Dockerfile: its stages, each a list of instructions and their arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    stages: list[list[tuple[str, str]]] = []
    for row in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = row.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append((name, rest.strip()))
    return stages


def final(name: str) -> list[str]:
    """Return the arguments of one kind of instruction in the stage that ships."""
    return [rest for kind, rest in dockerfile()[-1] if kind == name]


@pytest.fixture
def workshop() -> Iterator[Path]:
    """Give a folder that every user may enter: pytest's own folders admit only their owner."""
    path = Path(tempfile.mkdtemp(prefix="newswatch-image-"))
    path.chmod(0o755)
    yield path
    for folder, _, _ in os.walk(path):
        Path(folder).chmod(0o755)
    shutil.rmtree(path)


def interpreter(workshop: Path) -> dict[str, str]:
    """Return variables by which everybody finds a Python: this one, or a copy where it lies in a closed home."""
    base = Path(sys.base_prefix)
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in (base, *base.parents)):
        return {"PATH": f"{BIN}:/usr/bin:/bin"}
    left_out = shutil.ignore_patterns("site-packages", "test", "config-*", "__pycache__", "idlelib", "tkinter")
    shutil.copytree(base / "lib", workshop / "python" / "lib", symlinks=True, ignore=left_out)
    (workshop / "python" / "bin").mkdir()
    shutil.copy(base / "bin" / f"python3.{sys.version_info.minor}", workshop / "python" / "bin" / "python")
    return {"PATH": f"{workshop}/python/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": f"{workshop}/python/lib"}


def build(workshop: Path, python: dict[str, str]) -> None:
    """Run the steps of the build stage, with the folders of the image under `workshop`."""
    (workshop / "build").mkdir()
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    variables |= python
    for name, rest in dockerfile()[0]:
        if name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                assert f"!{source}" in allowed, f"{source} never reaches the builder"
                destination = workshop / "build" / target / ("" if (ROOT / source).is_dir() else source)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, destination, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, destination)
        elif name == "RUN":
            command = re.sub(r"(?<![\w./])/(venv|tools)\b", rf"{workshop}/\1", rest)
            done = subprocess.run(  # noqa: S603 - our own Dockerfile
                ["/bin/sh", "-euc", command],
                cwd=workshop / "build",
                env=variables,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def ship(workshop: Path) -> Path:
    """Lay out the final stage: /venv and /app without a writable bit, /app/data for its owner."""
    app = workshop / "app"
    (app / "data").mkdir(parents=True)
    (app / "watchlists.yaml").write_text(QUIET, encoding="utf-8")
    shutil.rmtree(workshop / "tools")
    shutil.rmtree(workshop / "build")
    for folder, _, files in os.walk(workshop / "venv"):
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
        Path(folder).chmod(0o555)
    (app / "watchlists.yaml").chmod(0o444)
    app.chmod(0o555)
    if os.geteuid() == 0:
        os.chown(app / "data", UID, UID)
    return app


class Inside:
    """Run things as the container would: uid 10001 where we may choose, no way to write but /app/data and /tmp."""

    def __init__(self, workshop: Path, app: Path, python: dict[str, str]) -> None:
        self.app = app
        self.bin = workshop / "venv" / "bin"
        (workshop / "tmp").mkdir(mode=0o777)
        (workshop / "tmp").chmod(0o1777)
        self.environment = python | {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(app),
            "TMPDIR": str(workshop / "tmp"),
            "NEWSWATCH_HTTP_LISTEN": f"127.0.0.1:{free_port()}",
        }
        self.environment |= {
            name: value
            for name, value in (row.split("=", 1) for row in shlex.split(" ".join(final("ENV"))))
            if name != "PATH"
        }

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command of the image in its working directory."""
        user = UID if os.geteuid() == 0 else None
        return subprocess.Popen(  # noqa: S603 - our own commands
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.app,
            env=self.environment,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command to its end; return its exit code and everything it said."""
        with self.start(*command) as process:
            said, _ = process.communicate(timeout=60)
        return process.returncode, said

    def can_start(self) -> bool:
        """Say whether another user may use this machine's Python at all (it may lie in a closed home)."""
        try:
            return self.run("python", "-c", "")[0] == 0
        except PermissionError:
            return False


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def files(folder: Path) -> set[str]:
    """Name every file below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_hadolint_finds_nothing() -> None:
    """The Dockerfile follows the rules of the trade."""
    lint = [str(BIN / "hadolint"), str(ROOT / "Dockerfile")]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    assert done.returncode == 0, done.stdout


@pytest.mark.integration
def test_case_117_the_image_works_without_root_on_a_read_only_tree(workshop: Path) -> None:
    """The steps of the Dockerfile make an installation that an unprivileged user runs without writing to it."""
    python = interpreter(workshop)
    build(workshop, python)
    inside = Inside(workshop, ship(workshop), python)
    if not inside.can_start():
        pytest.skip("this machine's Python cannot be run by another user")
    before = files(workshop / "venv") | files(inside.app)

    assert all(
        path.read_bytes()[4:8] == UNCHECKED for path in (workshop / "venv").glob("lib/*/site-packages/bot/**/*.pyc")
    )
    healthcheck = json.loads(final("HEALTHCHECK")[0].partition("CMD")[2])
    entrypoint = json.loads(final("ENTRYPOINT")[0])
    command = json.loads(final("CMD")[0])
    code, said = inside.run(*entrypoint, "check")
    assert code == 0, said
    code, said = inside.run(*healthcheck)
    assert code == 1, "healthy although nothing runs"
    assert "Traceback" not in said
    code, said = inside.run(*entrypoint, "db", "upgrade")
    assert code == 0, said
    with inside.start(*entrypoint, *command) as service:
        healthy = any(service.poll() is None and inside.run(*healthcheck)[0] == 0 for _ in range(100))
        service.send_signal(signal.Signals[final("STOPSIGNAL")[0]])
        said, _ = service.communicate(timeout=10)
    assert healthy, said
    assert service.returncode == 0, said
    after = files(workshop / "venv") | files(inside.app)
    assert {name for name in after - before if not name.startswith("data/")} == set()
    assert (inside.app / "data" / "newswatch.db").is_file()


def test_case_117_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    """No root, a fixed uid that volumes can be given to, a volume for the data, and a health check."""
    assert final("USER") == [f"{UID}:{UID}"]
    assert final("WORKDIR") == ["/app"]
    assert final("VOLUME") == ["/app/data"]
    assert json.loads(final("HEALTHCHECK")[0].partition("CMD")[2]) == ["python", "-m", "bot.web.healthcheck"]
    assert not any("pip" in rest for rest in final("RUN"))


def test_case_103_no_secret_can_reach_the_builder() -> None:
    """What is sent to the builder is named file by file; everything else is left out, `.env` first of all."""
    rows = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    allowed = {row.removeprefix("!") for row in rows if row.startswith("!")}
    assert "*" in rows
    copied = {
        source
        for stage in dockerfile()
        for name, rest in stage
        if name == "COPY" and "--from" not in rest
        for source in [part for part in rest.split() if not part.startswith("--")][:-1]
    }
    assert copied == allowed


def test_the_image_is_built_from_the_lock_alone() -> None:
    """Every library that gets into the image has its hash in a lock file."""
    installs = [rest for name, rest in dockerfile()[0] if name == "RUN" and " install " in rest]
    assert installs
    for command in installs:
        for step in command.split("&&"):
            if "pip" in step and " install " in step:
                assert "--require-hashes" in step or "--no-index" in step, step
