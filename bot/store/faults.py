"""The errors of drivers, translated in one place into StoreError: what happened and what to do, in one line.

What is a bug of ours (a wrong statement, a broken constraint) passes untouched, with its traceback. Texts of statements and
parameters never come out: the engine hides them, and only the driver's own message is repeated.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import exc

from bot.errors import StoreError

BUGS = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)

# Part of the driver's message, in lower case -> what to tell, and whether trying again cannot help.
SQLITE = (
    ("disk is full", "the disk with the database is full: free some space, and it goes on by itself", False),
    ("disk i/o error", "the disk with the database reports errors: check it (free space, health, mounts)", False),
    (
        "database is locked",
        "another program has held the database locked for too long: end that backup or shell",
        False,
    ),
    ("database table is locked", "another program has held the database locked for too long", False),
    ("malformed", "the database is corrupt: restore a backup, or move the file away to start anew", True),
    ("not a database", "the file is not a database: check NEWSWATCH_DATABASE_URL", True),
    ("readonly", "the database cannot be written: make the file and its directory writable for this user", True),
    ("unable to open", "the database file cannot be opened: check NEWSWATCH_DATABASE_URL and the directory", False),
)
POSTGRES = (
    ("password authentication failed", "the database refuses the user or password in NEWSWATCH_DATABASE_URL", True),
    ("no password supplied", "the database wants a password: put it into NEWSWATCH_DATABASE_URL or its _FILE", True),
    ("authentication failed", "the database refuses the user in NEWSWATCH_DATABASE_URL", True),
    ("pg_hba.conf", "the database server does not let this user or machine in (pg_hba.conf)", True),
    ("permission denied", "the database user lacks rights: grant it the database, or create it as its owner", True),
)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn what the drivers raise inside into StoreError; let bugs pass."""
    try:
        yield
    except BUGS:
        raise
    except exc.DBAPIError as error:
        raise explain(error.orig) from error
    except exc.TimeoutError as error:
        raise StoreError("the database is busy: no connection came free in time") from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) or "no active connection" in str(error).lower():
            raise StoreError(f"the database cannot be reached: {error}") from error
        raise


def explain(error: BaseException | None) -> StoreError:
    """Return the one line for an error of sqlite3 or psycopg."""
    said = " ".join(str(error or "no reason given").split())
    lower = said.lower()
    state: str | None = getattr(error, "sqlstate", None)
    if not type(error).__module__.startswith("psycopg"):
        for part, text, lasting in SQLITE:
            if part in lower:
                return StoreError(f"{text} ({said})", lasting=lasting)
        return StoreError(f"the database failed: {said}")
    for part, text, lasting in POSTGRES:
        if part in lower:
            return StoreError(f"{text} ({said})", lasting=lasting)
    if state == "3D000" or ("database" in lower and "does not exist" in lower):
        return StoreError(
            f"there is no such database: create it, or correct NEWSWATCH_DATABASE_URL ({said})", lasting=True
        )
    if "role" in lower and "does not exist" in lower:
        return StoreError(f"the database does not know the user in NEWSWATCH_DATABASE_URL ({said})", lasting=True)
    if state in {"40001", "40P01"}:
        return StoreError(f"the database gave way to another worker, the same is tried again ({said})")
    if state == "53100":
        return StoreError(f"the disk of the database server is full: free some space there ({said})")
    return StoreError(f"the database does not answer: is the server up and reachable? ({said})")
