"""What Prometheus reads: every name once, each source once, no label from outside; and what is built upon the names."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot import app
from bot.errors import DeliveryError
from bot.model import Alert, Chat, Delivery, Report
from bot.operations.exposition import Exposition, config_number
from bot.operations.observers import CountedNotifier, reason_of
from bot.process.clock import wall
from bot.process.heartbeat import Heartbeats
from bot.process.metrics import CATALOGUE, Metrics
from bot.store.copies.backup_log import note_backup

if TYPE_CHECKING:
    from tests.plugins.home import Home

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = re.compile(r"\b(newswatch_[a-z_]+)")
SUFFIX = re.compile(r"_(?:bucket|count|sum)$")


def expressions() -> Iterator[str]:
    """Yield every query of the rules and of the dashboard."""
    rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())
    for group in rules["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    dashboard = json.loads((DEPLOY / "grafana" / "newswatch.json").read_text())
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_rules_and_dashboard_use_only_names_that_are_there() -> None:
    """A name or label that nobody exports would never raise an alarm."""
    found = list(expressions())
    assert len(found) > 20
    for expression in found:
        names = [SUFFIX.sub("", name) for name in NAME.findall(expression)]
        assert set(names) <= set(CATALOGUE), expression
        labels = {label for name in names for label in CATALOGUE[name].labels} | {"le", "job", "instance"}
        asked = re.findall(r"by \(([^)]*)\)", expression) + re.findall(r"\{(\w+)[=!]", expression)
        assert {one.strip() for some in asked for one in some.split(",")} <= labels, expression


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_accepts_the_rules() -> None:
    """Their own tests included."""
    for words in (("check", "rules", "rules.yml"), ("test", "rules", "rules_test.yml")):
        subprocess.run(["promtool", *words], cwd=DEPLOY / "prometheus", check=True)  # noqa: S603, S607 - a tool of the machine


async def test_a_scrape_counts_each_configured_source_once(home: Home) -> None:
    """All states together are the sources of the file; numbers are numbers; a scrape is quick and off the loop."""
    async with app.opened(home.environ) as base:
        hearts, metrics = Heartbeats(time.monotonic), Metrics()
        hearts.expect("poller", 30.0)
        metrics.add("newswatch_polls_total", "new", by=3)
        metrics.observe("newswatch_poll_duration_seconds", 0.2, "feed")
        exposition = Exposition(metrics, hearts, base.store, base.current.config, clock=time.monotonic, wall=wall)
        texts = await asyncio.gather(*(exposition.render() for _ in range(5)))
        number = config_number(base.current.config())
    families = {family.name: family for family in text_string_to_metric_families(texts[-1].decode())}
    samples = {(one.name, *one.labels.values()): one.value for family in families.values() for one in family.samples}
    assert sum(value for name, value in samples.items() if name[0] == "newswatch_sources") == 3
    assert samples["newswatch_sources", "new"] == 3
    assert samples["newswatch_polls_total", "new"] == 3
    assert samples["newswatch_poll_duration_seconds_bucket", "feed", "0.25"] == 1
    assert samples["newswatch_config_hash",] == number
    assert samples["newswatch_database_size_bytes",] > 4096
    assert {name[1] for name in samples if name[0] == "newswatch_outbox"} == {
        *("due", "held", "waiting", "unknown", "dead")
    }
    assert any(name[0] == "process_resident_memory_bytes" for name in samples)
    text = texts[-1].decode()
    assert all(word not in text for word in ("Courier", "127.0.0.1", "Kremlin"))


async def test_sources_are_named_where_that_is_asked_for(home: Home) -> None:
    """Two series a source, by its name alone; whether the last backup was found whole is known where there is one."""
    async with app.opened(home.environ) as base:
        hearts, metrics = Heartbeats(time.monotonic), Metrics()
        config = base.current.config
        shown = Exposition(metrics, hearts, base.store, config, clock=time.monotonic, wall=wall, by_source=True)
        text = (await shown.render()).decode()
        name = config().sources[0].name
        assert f'newswatch_source_failing{{source="{name}"}} 0.0' in text
        assert "http://" not in text
        assert "\nnewswatch_backup_verified " not in text
        await note_backup(base.store.database, wall())
        again = Exposition(metrics, hearts, base.store, config, clock=time.monotonic, wall=wall)
        assert "newswatch_backup_verified 1.0" in (await again.render()).decode()
        metrics.set("newswatch_backup_verified", 0)
        failed = Exposition(metrics, hearts, base.store, config, clock=time.monotonic, wall=wall)
        assert "newswatch_backup_verified 0.0" in (await failed.render()).decode()


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        ("a.example has no such page (404)", 404, "404"),
        ("a.example answered 500 Internal Server Error", 500, "broken"),
        ("the name a.example was not found (DNS: no answer)", None, "dns"),
        ("TLS: the certificate of a.example is not valid: expired", None, "tls"),
        ("a.example refused the connection: no server runs there", None, "refused"),
        ("a.example: no answer within 20 s", None, "timeout"),
        ("not a feed but an HTML page", None, "not_a_feed"),
        ("the answer is empty", None, "empty"),
        ("internal error (KeyError), see the log", None, "ours"),
        ("whatever else", None, "broken"),
    ],
)
def test_a_failure_has_one_word_of_a_fixed_list(error: str, status: int | None, reason: str) -> None:
    """What a server says never becomes a label."""
    assert reason_of(error, status) == reason


class Medium:
    """A medium of a test: it takes what it is given, or refuses."""

    refusal: DeliveryError | None = None

    async def send(self, _delivery: Delivery) -> int:
        """See Notifier."""
        if self.refusal:
            raise self.refusal
        return 1

    async def fold(self, _deliveries: Any, _message: int | None) -> int:
        """See Notifier."""
        return await self.send(_deliveries[0])


async def test_messages_are_counted_as_sent_and_edits_apart() -> None:
    """`sent` are messages; a refusal counts by its verdict, with the seconds that were asked for."""
    now, metrics, medium = wall(), Metrics(), Medium()
    counted = CountedNotifier(medium, metrics, lambda: now)
    report = Report("s", "p", "h", None, now)
    alert = Alert(Chat(1), 1, (("w", "W"),), "h", None, "", ())
    delivery = Delivery(1, alert, (report,), 1, 0)
    await counted.send(delivery)
    await counted.send(replace(delivery, message=5))
    await counted.fold([delivery], None)
    medium.refusal = DeliveryError("Too Many Requests", "wait", retry_after=7)
    with pytest.raises(DeliveryError):
        await counted.send(delivery)
    values = {name: value for name, value in metrics.values.items() if "timestamp" not in name[0]}
    assert values == {
        ("newswatch_notifications_total", ("sent",)): 2,
        ("newswatch_notifications_total", ("edited",)): 1,
        ("newswatch_notifications_total", ("retried",)): 1,
        ("newswatch_notification_refusals_total", ("wait",)): 1,
        ("newswatch_telegram_retry_after_seconds_total", ()): 7,
    }
    assert metrics.distributions["newswatch_publish_to_message_seconds", ()].counts[0] == 1
