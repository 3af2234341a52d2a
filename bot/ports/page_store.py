"""What the pages need on record: who may see them. Tokens go in as they are, and are kept as hashes alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

LINK_FOR: Final = timedelta(minutes=5)  # that a link lets somebody in
SESSION_FOR: Final = timedelta(days=30)  # that a browser stays let in
LinkState = Literal["good", "used", "old", "unknown"]


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that was let in. `owner` is None where the link was made on the command line."""

    id: int
    owner: int | None
    created_at: datetime
    seen_at: datetime  # to some minutes
    until: datetime
    address: str  # where it came from, as far as we see
    browser: str  # what it calls itself


class SessionStore(Protocol):
    """One-time links and sessions on record."""

    async def create_link(self, owner: int | None, now: datetime) -> str:
        """Make a link that lets one browser in within LINK_FOR; return its token."""
        ...

    async def check_link(self, token: str, now: datetime) -> LinkState:
        """Return what a link is good for; changes nothing."""
        ...

    async def open_session(self, token: str, now: datetime, address: str, browser: str) -> str | None:
        """Use a link up and return the secret of a new session; None where the link is good no more."""
        ...

    async def find_session(self, secret: str, now: datetime) -> Session | None:
        """Return the session of a secret, None where there is none or it is over; notes that it was seen."""
        ...

    async def list_sessions(self, now: datetime) -> tuple[Session, ...]:
        """Return the sessions that are not over, the one seen last first."""
        ...

    async def end_session(self, number: int) -> bool:
        """End a session by its id; False where there was none."""
        ...
