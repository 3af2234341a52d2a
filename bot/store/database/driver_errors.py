"""The errors of drivers, translated in one place into StoreError: what happened and what to do, in one line.

What is a bug of ours (a wrong statement, a broken constraint) passes untouched, with its traceback. Statements and
parameters never come out: the engine hides them, and only the driver's own message is repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import exc

from bot.errors import StoreError

BUGS = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)

# A part of the driver's message, in lower case, or an SQLSTATE -> what to tell, and whether trying again cannot help.
# The first that fits counts.
FULL_DISK = "the disk with the database is full: free some space, and it goes on by itself"
SQLITE = (
    ("disk is full", FULL_DISK, False),
    # Room for the index of the log, or of a larger file, could not be had: SQLite calls only data that (FULL).
    ("sqlite_ioerr_shmsize", FULL_DISK, False),
    ("disk i/o error", "the disk with the database reports errors: check its space, health and mount", False),
    ("locked", "another program has held the database locked for too long: end that backup or shell", False),
    ("malformed", "the database is damaged: restore a backup, or move the file away to start anew", True),
    ("not a database", "the file is not a database: check NEWSWATCH_DATABASE_URL", True),
    ("readonly", "the database cannot be written: make the file and its directory writable for this user", True),
    ("unable to open", "the database file cannot be opened: check NEWSWATCH_DATABASE_URL and the directory", False),
)
SQLITE_ELSE = "the database failed"
POSTGRES = (
    ("40001", "the database gave way to another worker; the same is tried again", False),
    ("40P01", "the database gave way to another worker; the same is tried again", False),
    ("53100", "the disk of the database server is full: free some space there", False),
    ("25006", "the database server only reads (a standby?): name the primary in NEWSWATCH_DATABASE_URL", False),
    ("no password supplied", "the database wants a password: put it into NEWSWATCH_DATABASE_URL or its _FILE", True),
    ("authentication failed", "the database refuses the user or password in NEWSWATCH_DATABASE_URL", True),
    ("pg_hba.conf", "the database server does not let this user or machine in (pg_hba.conf)", True),
    ('role "', "the database does not know, or does not admit, the user in NEWSWATCH_DATABASE_URL", True),
    ('database "', "the database of NEWSWATCH_DATABASE_URL is not there, or not ours: create it, or correct it", True),
    ("permission denied", "the database user lacks rights: make it the owner of its database", True),
)
HANGS = "the database hangs: look at its server or disk, or at a program that holds it locked"
POSTGRES_ELSE = "the database does not answer: is its server up and reachable?"


@asynccontextmanager
async def translated(seconds: float | None = None) -> AsyncIterator[None]:
    """Turn what the drivers raise inside into StoreError; let bugs, and everything else, pass.

    What is not over after so many seconds is cancelled, and is a StoreError too: the limits that a server or a file
    keeps do not help where that itself hangs.
    """
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except BUGS:
        raise
    except exc.DBAPIError as error:
        raise explain(error.orig) from error
    except exc.TimeoutError as error:
        raise StoreError("the database is busy: no connection came free in time") from error
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise StoreError(f"{HANGS} (no answer within {seconds:g} s)") from error


def explain(error: BaseException | None) -> StoreError:
    """Return the one line for an error of sqlite3 or psycopg."""
    said = " ".join(str(error or "no reason given").split())
    name: str = getattr(error, "sqlite_errorname", "")
    ours = type(error).__module__.startswith("psycopg")
    known, otherwise = (POSTGRES, POSTGRES_ELSE) if ours else (SQLITE, SQLITE_ELSE)
    state: str | None = getattr(error, "sqlstate", None)
    for sign, text, lasting in known:
        if sign == state or sign in said.lower() or sign == name.lower():
            return StoreError(f"{text} ({said})", lasting=lasting)
    return StoreError(f"{otherwise} ({said})")
