"""`newswatch doctor`: checks everything that an installation depends on, and says what to do about each fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from bot import app, owner_notices
from bot.cli.doctor import start_checks
from bot.cli.doctor.findings import Finding, failed, join_unreached, passed
from bot.cli.doctor.model_check import ask_model
from bot.cli.plurals import count
from bot.config.environment import environment
from bot.config.settings import Settings, load_settings, telegram_proxy, unused_variables
from bot.errors import BotError, ConfigError, DeliveryError, FetchError
from bot.fetch.address_guard import REFUSAL
from bot.i18n import words
from bot.model import Chat, Config, Source
from bot.polling.retrieve import Retriever
from bot.polling.source_health.loss_signs import find_all_signs
from bot.ports.chat_store import Status
from bot.process.clock import wall
from bot.proxies.proxy_address import Proxy, parse_proxy
from bot.proxies.tunnel import probe
from bot.urls import redact_url

if TYPE_CHECKING:
    from bot.notify.telegram.bot_api import TelegramClient

_TELEGRAM = 60.0  # seconds of one request to Telegram
_PROXY = 20.0  # seconds for a proxy to connect to a host
_NAMED = 10  # paused sources
SKEW = timedelta(seconds=60)  # a clock that is off by more misleads people, and TLS in the end


async def examine() -> tuple[Finding, ...]:
    """Look at settings, watchlists.yaml, database, token, chats, every source and the clock, in this order."""
    environ = environment()
    try:
        settings = load_settings(environ)
    except ConfigError as error:
        return tuple(failed("settings", line, "correct it in the environment or in .env") for line in error.problems)
    unused = unused_variables(environ)
    found = [passed("settings", "understood" if unused else "all understood", "; ".join(unused))]
    found += await asyncio.to_thread(start_checks.find_limits)
    config: Config | None = None
    try:
        config = app.watchlists(settings, environ)
        many = f"{count(len(config.sources), 'source')}, {count(len(config.watchlists), 'watchlist')}"
        found.append(passed("watchlists.yaml", many, "; ".join(config.warnings)))
    except ConfigError as error:
        found += [failed("watchlists.yaml", line, "correct this line") for line in error.problems]
    known, findings, status = await _database(settings)
    found += findings
    if settings.http_listen is not None:
        found.append(await start_checks.look_at_listen_address(settings.http_listen))
    found += await _proxies(settings, config.sources if config else ())
    found += await ask_model(settings)
    found += [one async for one in _telegram(settings, (*known, *_configured_chats(config)))]
    if config is not None:
        found += await _sources(settings, config.sources)
        found += _signs(status, config)
    return join_unreached(tuple(found))


def _configured_chats(config: Config | None) -> tuple[Chat, ...]:
    return tuple(chat for one in config.watchlists for chat in one.deliver_to) if config else ()


async def _database(settings: Settings) -> tuple[tuple[Chat, ...], list[Finding], Status | None]:
    """Look into the database without making or changing it; return who is subscribed."""
    from bot.cli.doctor.record_checks import judge_backups, judge_hub, judge_output, judge_size
    from bot.store.database.connections import sqlite_path
    from bot.store.record_size import read_record_size
    from bot.store.repository import open_store

    url = settings.database_url.get_secret_value()
    try:
        path = sqlite_path(url)
        if path is not None and not await asyncio.to_thread(start_checks.look_at_sqlite_file, path):
            return (), [passed("database", f"{path} is not there yet", "`run`, `once` or `db upgrade` makes it")], None
        async with await open_store(url, migrate=False) as store:
            status = await store.chats.read_status(wall())
            readers = await store.chats.find_readers()
            await store.require_writable()
            size = await read_record_size(store.database, wall())
            hubs = await store.hubs.read_subscriptions() if settings.web_url else ()
    except BotError as error:
        return (), [failed("database", str(error), "the line says what to do")], None
    sources, alerts = count(len(status.sources), "source"), count(status.waiting, "alert")
    text = f"{sources} on record, {alerts} waiting, {status.sent} sent"
    dead = ", ".join(f"{count} × {reason}" for reason, count in status.dead)
    found = [passed("database", text, f"given up: {dead}" if dead else ""), Finding("record", *judge_size(size))]
    if paused := [one.name for one in status.sources if one.paused_at is not None]:
        names = ", ".join(paused[:_NAMED]) + (" …" if len(paused) > _NAMED else "")
        found.append(passed("paused", f"{count(len(paused), 'source')}: {names}", "/sources in the chat resumes them"))
    found += [Finding(f"hub of {hub.name}", *judge_hub(hub, wall())) for hub in hubs]
    found += [Finding(f"output {one.output}", *judge_output(one)) for one in status.outputs]
    return readers, [*found, Finding("backup", *judge_backups(settings, status.last_backup, wall()))], status


def _signs(status: Status | None, config: Config) -> Iterator[Finding]:
    """Yield a finding for each sign that a source loses news in silence."""
    stats = {one.name: one.stats for one in status.sources} if status else {}
    for name, signs in find_all_signs(stats, config, wall()).items():
        for sign in signs:
            text = owner_notices.loss_sign(words("en"), sign)
            yield replace(failed(name, text, owner_notices.how_to_look(words("en"), name)), source=True)


async def _proxies(settings: Settings, sources: Sequence[Source]) -> list[Finding]:
    """Try each proxy with a host that it is for; what it is for fails by itself as well, but not by this name."""
    tries = [
        (settings.telegram_proxy.get_secret_value() or settings.proxy.get_secret_value(), settings.telegram_api_url),
        *((source.proxy or settings.proxy.get_secret_value(), source.url) for source in sources),
    ]
    found: dict[str, Finding] = {}
    for address, url in tries:
        proxy = parse_proxy(address) if address else None
        if proxy and proxy.shown not in found:
            found[proxy.shown] = await _proxy(proxy, urlsplit(url))
    return list(found.values())


async def _proxy(proxy: Proxy, target: SplitResult) -> Finding:
    subject, host = f"proxy {proxy.shown}", target.hostname or ""
    try:
        async with asyncio.timeout(_PROXY):
            await probe(proxy, host, target.port or (443 if target.scheme == "https" else 80))
    except (FetchError, TimeoutError) as error:
        reason = str(error) or f"no answer within {_PROXY:g} s"
        return failed(subject, reason, "correct NEWSWATCH_PROXY, NEWSWATCH_TELEGRAM_PROXY or the source's proxy")
    return passed(subject, f"connects to {host}")


async def _telegram(settings: Settings, chats: Sequence[Chat]) -> AsyncIterator[Finding]:
    """Ask Telegram who we are, and what we may do in every chat that is to be told."""
    if settings.telegram_token is None:
        yield passed("token", "none is set: alerts are printed in the terminal", "set NEWSWATCH_TELEGRAM_TOKEN")
        return
    from bot.notify.telegram.answers import to_id
    from bot.notify.telegram.bot_api import TelegramClient

    token = settings.telegram_token.get_secret_value()
    client = TelegramClient(token, settings.telegram_api_url, deadline=_TELEGRAM, proxy=telegram_proxy(settings))
    try:
        try:
            me = await client.me()
        except DeliveryError as error:
            advice = (
                "get a new token from @BotFather" if error.verdict == "token" else "check the network, then try again"
            )
            yield replace(failed("token", str(error), advice), unreached=error.verdict in {"unsent", "unknown"})
            return
        yield replace(passed("token", f"this is @{me.get('username', '(no name)')}"), answered=True)
        if not settings.owners and settings.access == "closed":
            yield failed("owners", "nobody may command the bot", "put your user id into NEWSWATCH_OWNERS")
        for chat in sorted({chat.id for chat in chats}):
            yield await _chat(client, to_id(me.get("id")) or 0, chat)
    finally:
        await client.disconnect()


async def _chat(client: TelegramClient, me: int, chat: int) -> Finding:
    subject = f"chat {chat}"
    try:
        about = await client.chat(chat)
        if about.get("type") == "private":
            return passed(subject, f"private chat with {about.get('first_name') or 'somebody'}")
        member = await client.member(chat, me)
    except DeliveryError as error:
        return failed(subject, str(error), "add the bot to the chat, or take the chat out of watchlists.yaml")
    name, status = f"{about.get('type')} “{about.get('title')}”", member.get("status")
    if about.get("type") == "channel" and not member.get("can_post_messages"):
        return failed(subject, f"{name}: may not post", "make the bot an administrator that may post messages")
    if status in {"left", "kicked"} or member.get("can_send_messages", True) is False:
        return failed(subject, f"{name}: may not write ({status})", "let the bot in, and let it write")
    return passed(subject, f"{name}: {status}")


async def _sources(settings: Settings, sources: Sequence[Source]) -> list[Finding]:
    """Fetch and parse every source, many at once, as polite as a poll; and read the clock by their answers."""
    from bot.sources.parse import Parser

    async with app.fetcher(settings) as fetch, Parser() as parser:
        asking = Retriever(fetch, parser, wall)

        async def look(source: Source) -> tuple[Finding, timedelta | None]:
            try:
                asked = await asking.ask(source)
                fetched, document = asked.fetched, asked.document
                skew = fetched.date - wall() if fetched.date else None
            except BotError as error:
                unreached = isinstance(error, FetchError) and error.unreached
                wrong = failed(source.name, str(error), _remedy(error, source))
                return replace(wrong, source=True, unreached=unreached, answered=not unreached), None
            note, many = (document.note or "", len(document.identities)) if document else ("", 0)
            advice = f"moved for good: use {redact_url(fetched.moved_to)}" if fetched.moved_to else note
            return replace(passed(source.name, count(many, "item"), advice), answered=True), skew

        looks = await asyncio.gather(*map(look, sources))
    skews = sorted(skew for _, skew in looks if skew is not None)
    return [finding for finding, _ in looks] + ([_clock(skews[len(skews) // 2])] if skews else [])


def _remedy(error: BotError, source: Source) -> str:
    """Return what to do about a source that cannot be read."""
    if str(error) == REFUSAL:
        return "if you trust it, list it in NEWSWATCH_ALLOWED_NETWORKS, and its port in NEWSWATCH_ALLOWED_PORTS"
    if isinstance(error, FetchError) and error.status in {401, 403}:
        return "give its key under `headers`, or take another source"
    return f"look at {redact_url(source.url)}; correct its url, or wait"


def _clock(skew: timedelta) -> Finding:
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) <= SKEW:
        return passed("clock", f"within {max(seconds, 1)} s of the sources' clocks")
    side = "behind" if skew > timedelta() else "ahead of"
    return failed("clock", f"{seconds} s {side} the sources' clocks", "turn on time synchronisation (NTP)")
