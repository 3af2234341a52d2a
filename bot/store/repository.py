"""The store as one object: a part for each consumer, over one database.

`open_store` is the only way in. It refuses, with one line that says what to do, whatever could not work later.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import false, text, update

from bot.errors import StoreError
from bot.store.chats.admissions import AdmissionRepository
from bot.store.chats.button_repository import ButtonRepository
from bot.store.chats.chat_repository import ChatRepository
from bot.store.chats.personal_queries import PersonalQueryRepository
from bot.store.chats.preference_repository import PreferenceRepository
from bot.store.database.connections import create_engine, sqlite_path
from bot.store.database.dialect import Dialect
from bot.store.database.schema_upgrade import ensure_schema
from bot.store.database.sqlite_file import prepare
from bot.store.database.transactions import Database
from bot.store.edit_repository import EditRepository
from bot.store.history import HistoryRepository
from bot.store.hubs.hub_repository import HubRepository
from bot.store.leases.process_identity import ProcessIdentity, this_process
from bot.store.outbox.delivery_results import DeliveryResults
from bot.store.outbox.outbox_repository import OutboxRepository
from bot.store.outbox.spike_repository import SpikeRepository
from bot.store.polling.poll_repository import PollRepository
from bot.store.retention import is_due, prune
from bot.store.tables import REVISIONS, VERSION_TABLE, sources

if TYPE_CHECKING:
    from bot.store.model_answers.line_repository import LineRepository
    from bot.store.model_answers.token_ledger import TokenLedgerRepository
    from bot.store.model_answers.verdict_repository import VerdictRepository
    from bot.store.outputs.output_repository import OutputRepository
    from bot.store.pages.feed_repository import FeedRepository
    from bot.store.pages.record_readings import RecordReadings
    from bot.store.pages.session_repository import SessionRepository
    from bot.store.pages.story_reader import StoryReader
    from bot.store.search.search_repository import SearchRepository


@dataclass(frozen=True, slots=True)
class Store:
    """What is on record. The parts fulfil the protocols of `bot.ports` and `bot.ports.history_store`."""

    database: Database
    polls: PollRepository
    outbox: OutboxRepository
    chats: ChatRepository
    items: HistoryRepository
    queries: PersonalQueryRepository
    preferences: PreferenceRepository
    admissions: AdmissionRepository
    buttons: ButtonRepository
    edits: EditRepository
    hubs: HubRepository
    spikes: SpikeRepository

    @property
    def search(self) -> SearchRepository:
        """The index over the items, imported where it is used."""
        from bot.store.search.search_repository import SearchRepository

        return SearchRepository(self.database)

    @property
    def readings(self) -> RecordReadings:
        """What the pages show, imported where it is used."""
        from bot.store.pages.record_readings import RecordReadings

        return RecordReadings(self.database)

    @property
    def outputs(self) -> OutputRepository:
        """What goes to outputs, imported where it is used."""
        from bot.store.outputs.output_repository import OutputRepository

        return OutputRepository(self.database)

    @property
    def record_reader(self) -> StoryReader:
        """Stories and chats as the pages show them, imported where it is used."""
        from bot.store.pages.story_reader import StoryReader

        return StoryReader(self.database)

    @property
    def feeds(self) -> FeedRepository:
        """Feeds of alerts, imported where it is used."""
        from bot.store.pages.feed_repository import FeedRepository

        return FeedRepository(self.database)

    @property
    def sessions(self) -> SessionRepository:
        """Who may see the pages, imported where it is used."""
        from bot.store.pages.session_repository import SessionRepository

        return SessionRepository(self.database)

    @property
    def tokens(self) -> TokenLedgerRepository:
        """The budget of a language model, imported where there is one."""
        from bot.store.model_answers.token_ledger import TokenLedgerRepository

        return TokenLedgerRepository(self.database)

    @property
    def verdicts(self) -> VerdictRepository:
        """What `only` asked a language model, imported where there is one, or where somebody looks."""
        from bot.store.model_answers.verdict_repository import VerdictRepository

        return VerdictRepository(self.database)

    @property
    def lines(self) -> LineRepository:
        """What a language model adds to alerts, imported where there is one."""
        from bot.store.model_answers.line_repository import LineRepository

        return LineRepository(self.database)

    async def tidy(self, now: datetime) -> bool:
        """Forget what is too old to matter, if that is due (once a day); return whether it was."""
        due = await is_due(self.database, now)
        if due:
            await self.prune(now)
        return due

    async def prune(self, now: datetime) -> int:
        """Forget what is too old to matter, within the share of one run; return how many rows."""
        return await prune(self.database, now) + await self.admissions.forget_gone_chats(now)

    async def require_ready(self) -> None:
        """Ask one question; StoreError where the database is away or has the schema of another version."""
        async with self.database.read() as connection:
            found = await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
        if found != REVISIONS[-1]:
            raise StoreError(f"the database has revision {found}, this program needs {REVISIONS[-1]}")

    async def require_writable(self) -> None:
        """Change nothing, as a transaction that may write; StoreError where it may not."""
        async with self.database.write() as connection:
            await connection.execute(update(sources).where(false()).values(name=sources.c.name))

    async def close(self) -> None:
        """Close every connection; the store is not used again."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def open_store(
    url: str, *, migrate: bool, holder: ProcessIdentity | None = None, schema: str | None = None
) -> Store:
    """Open the database of a URL, on PostgreSQL in a schema; make or upgrade it first when `migrate` says so.

    StoreError says what is wrong and what to do; it is lasting when trying again cannot help. `holder` is who takes
    leases: this process, unless a test plays another.
    """
    path = sqlite_path(url)
    if path is not None:
        await asyncio.to_thread(prepare, path, create=migrate)
    dialect = Dialect("postgresql" if path is None else "sqlite")
    database = Database(create_engine(url, schema), dialect, holder or this_process(), asyncio.Lock())
    try:
        await ensure_schema(database, migrate=migrate)
    except BaseException:
        await database.close()
        raise
    return Store(
        database,
        PollRepository(database),
        OutboxRepository(database, DeliveryResults(database)),
        ChatRepository(database),
        HistoryRepository(database),
        PersonalQueryRepository(database),
        PreferenceRepository(database),
        AdmissionRepository(database),
        ButtonRepository(database),
        EditRepository(database),
        HubRepository(database),
        SpikeRepository(database),
    )
