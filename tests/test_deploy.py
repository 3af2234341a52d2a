"""Compose, Kubernetes and systemd: what the files promise, and that they name nothing that does not exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.cli.main import cli
from bot.config.settings import Settings

ROOT = Path(__file__).parent.parent
KUBERNETES = ROOT / "deploy" / "kubernetes"
SYSTEMD = ROOT / "deploy" / "systemd"
PODS = ("deployment", "cronjob")
FILES = (ROOT / "compose.yaml", ROOT / "Dockerfile", *KUBERNETES.iterdir(), *SYSTEMD.iterdir())


def compose() -> dict[str, Any]:
    """Read compose.yaml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def manifest(name: str) -> dict[str, Any]:
    """Read a Kubernetes manifest."""
    found: dict[str, Any] = yaml.safe_load((KUBERNETES / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def pod(name: str) -> dict[str, Any]:
    """Find the pod that a manifest starts."""
    spec = manifest(name)["spec"]
    found: dict[str, Any] = spec.get("jobTemplate", {}).get("spec", spec)["template"]["spec"]
    return found


def unit(name: str) -> dict[str, list[str]]:
    """Read a systemd unit: every key with all its values."""
    found: dict[str, list[str]] = {}
    for row in (SYSTEMD / name).read_text(encoding="utf-8").splitlines():
        key, equals, value = row.partition("=")
        if equals and not row.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def understood(words: list[str]) -> bool:
    """Ask the command line whether it knows this verb with these options."""
    command: Any = typer.main.get_command(cli)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context("newswatch", words)
    return True


@pytest.mark.parametrize("service", ["newswatch", "once"])
def test_case_117_the_bot_in_compose_has_no_more_rights_than_it_needs(service: str) -> None:
    """Read-only, no capabilities, no new privileges, a volume for the data and memory for the rest."""
    bot = compose()["services"][service]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in bot["security_opt"]
    assert bot["tmpfs"][0].startswith("/tmp")
    assert "data:/app/data" in bot["volumes"]
    assert "./watchlists.yaml:/app/watchlists.yaml:ro" in bot["volumes"]
    assert "privileged" not in bot
    assert "user" not in bot, "the image knows who it is"


def test_compose_runs_the_service_and_offers_the_rest_as_profiles() -> None:
    """`up` starts one bot; a tick and PostgreSQL are asked for by profile, and never make it two."""
    services = compose()["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["newswatch"]
    assert services["once"]["profiles"] == ["once"]
    assert services["once"]["command"][0] == "once"
    assert services["once"]["restart"] == "no"
    assert services["newswatch"]["restart"] == "unless-stopped"
    assert services["newswatch"]["stop_grace_period"] == "15s"
    assert services["postgres"]["profiles"] == ["postgres"]
    waits = services["newswatch"]["depends_on"]["postgres"]
    assert waits == {"condition": "service_healthy", "required": False}


def test_compose_keeps_passwords_out_of_the_environment() -> None:
    """Token, database address and PostgreSQL's password come as files; `.env` may be missing."""
    whole = compose()
    services = whole["services"]
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres_password"
    assert "POSTGRES_PASSWORD" not in services["postgres"]["environment"]
    assert services["newswatch"]["env_file"] == [{"path": ".env", "required": False}]
    for service in services.values():
        assert set(service.get("secrets", ())) <= set(whole["secrets"])


def test_a_model_in_compose_starts_only_where_it_is_asked_for() -> None:
    """Its port is open to the bot alone, and what it downloaded is kept."""
    ollama = compose()["services"]["ollama"]
    assert ollama["profiles"] == ["ollama"]
    assert "ports" not in ollama
    assert ollama["volumes"] == ["ollama:/root/.ollama"]


def test_postgres_in_compose_is_healthy_only_when_it_serves() -> None:
    """The bot waits for the real server, not for the one that prepares an empty database on a socket."""
    postgres = compose()["services"]["postgres"]
    assert "--host=127.0.0.1" in postgres["healthcheck"]["test"]
    assert postgres["volumes"] == ["postgres:/var/lib/postgresql"]


@pytest.mark.parametrize("name", PODS)
def test_case_117_a_pod_has_no_more_rights_than_it_needs(name: str) -> None:
    """Kubernetes runs it as uid 10001 on a read-only tree, without capabilities and without a token of its own."""
    spec = pod(name)
    (bot,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["fsGroup"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert bot["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert bot["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", PODS)
def test_a_pod_mounts_what_it_names(name: str) -> None:
    """Every mount has its volume; the watchlists are a folder, so that an edited ConfigMap arrives."""
    spec = pod(name)
    (bot,) = spec["containers"]
    mounts = {mount["name"]: mount for mount in bot["volumeMounts"]}
    assert mounts.keys() == {volume["name"] for volume in spec["volumes"]}
    assert "subPath" not in mounts["config"]
    assert mounts["data"]["mountPath"] == "/app/data"
    claims = [v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if "persistentVolumeClaim" in v]
    assert claims == [manifest("storage")["metadata"]["name"]]
    environment = {variable["name"]: variable.get("value") for variable in bot["env"]}
    assert Path(str(environment["NEWSWATCH_WATCHLISTS"])).parent == Path(mounts["config"]["mountPath"])
    assert Path(str(environment["NEWSWATCH_TELEGRAM_TOKEN_FILE"])).parent == Path(mounts["token"]["mountPath"])


def test_case_88_ticks_do_not_pile_up_on_kubernetes() -> None:
    """One tick at a time, one that is late is skipped, and one that hangs is ended, after its own deadline."""
    spec = manifest("cronjob")["spec"]
    job = spec["jobTemplate"]["spec"]
    (bot,) = pod("cronjob")["containers"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert 10 < spec["startingDeadlineSeconds"] <= 60
    assert bot["args"] == ["once", "--deadline", "50s"]
    assert job["activeDeadlineSeconds"] > 50
    assert job["backoffLimit"] == 0
    assert pod("cronjob")["restartPolicy"] == "Never"


def test_the_deployment_never_opens_one_sqlite_file_twice_and_is_probed() -> None:
    """One replica, the old pod gone before the new one comes, and a probe that reaches the health page."""
    spec = manifest("deployment")["spec"]
    (bot,) = pod("deployment")["containers"]
    assert spec["replicas"] == 1
    assert spec["strategy"]["type"] == "Recreate"
    (listen,) = [variable["value"] for variable in bot["env"] if variable["name"] == "NEWSWATCH_HTTP_LISTEN"]
    (port,) = bot["ports"]
    assert listen == f"0.0.0.0:{port['containerPort']}"
    for probe in ("startupProbe", "livenessProbe"):
        assert bot[probe]["httpGet"] == {"path": "/livez", "port": port["name"]}


@pytest.mark.parametrize("name", ["newswatch.service", "newswatch-once.service"])
def test_case_117_a_unit_has_no_more_rights_than_it_needs(name: str) -> None:
    """Under systemd it is a user of the moment with one folder to write to."""
    service = unit(name)
    for key, value in {
        "DynamicUser": "yes",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "StateDirectory": "newswatch",
        "UMask": "0077",
    }.items():
        assert service[key] == [value]
    assert service["LoadCredential"] == ["telegram_token:/etc/newswatch/telegram_token"]


def test_the_timer_starts_its_tick_and_a_late_one_is_no_failure() -> None:
    """A tick is never started twice, and exit code 4 says that the next one goes on."""
    assert unit("newswatch-once.timer")["OnCalendar"] == ["*-*-* *:*:00"]
    tick = unit("newswatch-once.service")
    assert tick["Type"] == ["oneshot"]
    assert tick["SuccessExitStatus"] == ["4"]
    assert unit("newswatch.service")["RestartPreventExitStatus"] == ["2"]


@pytest.mark.parametrize("path", sorted(SYSTEMD.iterdir()), ids=lambda path: path.name)
def test_systemd_understands_the_units(path: Path) -> None:
    """Every key and value is one that systemd knows."""
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        pytest.skip("systemd-analyze is not on this machine")
    done = subprocess.run([verifier, "verify", str(path)], capture_output=True, text=True, check=False)  # noqa: S603 - our own files
    complaints = [row for row in done.stderr.splitlines() if path.name in row and "is not executable" not in row]
    assert complaints == []


def test_every_verb_and_option_that_a_file_starts_exists() -> None:
    """What the manifests start, the command line understands."""
    for service in compose()["services"].values():
        if "command" in service:
            assert understood(list(service["command"]))
    for name in PODS:
        assert understood(list(pod(name)["containers"][0]["args"]))
    for name in ("newswatch.service", "newswatch-once.service"):
        (start,) = unit(name)["ExecStart"]
        assert understood(shlex.split(start)[1:])


def test_every_setting_that_a_file_names_exists() -> None:
    """A misspelt NEWSWATCH_ variable would be ignored in silence: none of ours is."""
    known = {f"NEWSWATCH_{name.upper()}" for name in Settings.model_fields}
    for path in FILES:
        named = set(re.findall(r"NEWSWATCH_[A-Z_]+\b", path.read_text(encoding="utf-8")))
        assert {name for name in named if name.removesuffix("_FILE") not in known} <= {"NEWSWATCH_"}, path.name
