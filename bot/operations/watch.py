"""The loop that looks after the service itself: the token at the start, and trouble that the database cannot carry.

A full disk takes no notice into the outbox, so owners hear of it by a message that is sent at once, one for each time
of trouble. Of several instances the sender's tells.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bot import owner_notices
from bot.app import Base
from bot.config.settings import telegram_proxy
from bot.errors import DeliveryError, StoreError
from bot.i18n import Say, words
from bot.model import Chat, DisplayPreferences
from bot.notify.telegram.bot_api import Outgoing, TelegramClient
from bot.operations.database_trouble import DatabaseTrouble
from bot.operations.token_check import check_token

log = logging.getLogger(__name__)

DEADLINE = 15.0  # seconds of a request to Telegram
LOOK = 2.0  # seconds between two looks
AGAIN = 30.0  # seconds until a message that could not be sent is tried again


def make_watch(base: Base, token: str) -> Watch:
    """Return the watch of this process, told of every write that fails from now on."""
    observed, alone = base.store.database.observed, base.store.database.dialect.name == "sqlite"
    found = Watch(
        TelegramClient(token, base.settings.telegram_api_url, deadline=DEADLINE, proxy=telegram_proxy(base.settings)),
        base.settings.owners,
        base.store.preferences.read_display,
        base.home,
        lambda: observed.roles.get("sender", alone),
    )
    observed.failed = found.record_failure
    return found


class Watch:
    """Tells the owners directly; make one for a process."""

    def __init__(
        self,
        client: TelegramClient,
        owners: Sequence[int],
        read_display: Callable[[int], Awaitable[DisplayPreferences]],
        home: Callable[[], DisplayPreferences],
        speaks: Callable[[], bool],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take whom to tell; `speaks` says whether this process is the one that tells."""
        self._client = client
        self._owners = owners
        self._read_display = read_display
        self._home = home
        self._speaks = speaks
        self._clock = clock
        self._trouble = DatabaseTrouble()
        self._next_try = 0.0

    def record_failure(self, reason: str) -> None:
        """Note that a write failed."""
        self._trouble.record_failure(reason, self._clock())

    async def run(self, stop: asyncio.Event, beat: Callable[[], None], look: float = LOOK) -> None:
        """Look until `stop`; ConfigError when Telegram does not know the token at the start."""
        token = asyncio.create_task(check_token(self._client.me, stop, self._clock))
        try:
            while not stop.is_set():
                beat()
                if token.done():
                    token.result()
                await self.tell_news()
                try:
                    async with asyncio.timeout(look):
                        await stop.wait()
                except TimeoutError:
                    continue
        finally:
            token.cancel()
            await asyncio.gather(token, return_exceptions=True)
            await self._client.disconnect()

    async def tell_news(self) -> None:
        """Tell what owners do not know yet; what cannot be sent now is tried again."""
        now, news = self._clock(), self._trouble.news(self._clock())
        if news is None or now < self._next_try or not self._speaks():
            return
        reason = self._trouble.reason
        say: Say = owner_notices.database_works if news == "over" else lambda _: owner_notices.database_fails(_, reason)
        told = [await self._tell(owner, say) for owner in self._owners]
        if not self._owners or any(told):
            log.log(logging.ERROR if news == "began" else logging.INFO, say(words("en")))
            self._trouble.mark_told(news)
        else:
            self._next_try = now + AGAIN

    async def _tell(self, owner: int, say: Say) -> bool:
        try:
            language = (await self._read_display(owner)).language
        except StoreError:
            language = None
        try:
            await self._client.send(Outgoing(Chat(owner), say(words(language or self._home().language))))
        except DeliveryError as error:
            log.warning("an owner could not be told", extra={"reason": str(error)})
            return error.verdict not in {"unsent", "unknown", "wait"}  # asking again would change nothing
        return True
