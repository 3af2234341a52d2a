"""The tokens of each day on record: reserved before a question, settled after it. Fulfils `TokenLedger`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from bot.store.database.transactions import Database
from bot.store.tables import model_usage

KEPT = 90  # days


@dataclass(frozen=True, slots=True)
class TokenLedgerRepository:
    """The ledger of one database; instances that ask at once take from one budget."""

    database: Database

    async def reserve_tokens(self, day: int, tokens: int, most: int) -> bool:
        if tokens > most:
            return False
        new = self.database.dialect.insert(model_usage).values(day=day, tokens=tokens)
        counted = model_usage.c.tokens + new.excluded.tokens
        reserved = new.on_conflict_do_update(
            index_elements=["day"], set_={"tokens": counted}, where=counted <= bindparam("most")
        ).returning(model_usage.c.tokens)
        async with self.database.write() as connection:
            left = (await connection.execute(reserved, {"most": most})).first()
            if left is not None and left.tokens == tokens:  # the first of its day
                await connection.execute(delete(model_usage).where(model_usage.c.day < day - KEPT))
        return left is not None

    async def settle_tokens(self, day: int, difference: int) -> None:
        if difference:
            changed = update(model_usage).where(model_usage.c.day == day)
            async with self.database.write() as connection:
                await connection.execute(changed.values(tokens=model_usage.c.tokens + difference))

    async def count_tokens(self, day: int) -> int:
        """Return how many tokens of a day are used, or reserved for what is under way."""
        async with self.database.read() as connection:
            used = await connection.scalar(select(model_usage.c.tokens).where(model_usage.c.day == day))
        return used or 0
