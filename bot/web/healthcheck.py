"""`python -m bot.web.healthcheck`: what a container's HEALTHCHECK runs. Exit 0 when /healthz says so, else 1.

Asks the bot's own health endpoint, named by NEWSWATCH_HTTP_LISTEN, on this machine and nothing else; the standard
library only, since it is started every few seconds.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

from bot.config.setting_values import listen as read

DEFAULT = "127.0.0.1:8080"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound
_PATIENCE = 4.0  # seconds: HEALTHCHECK's own time-out is five
_OK = 200
_LONGEST = 4096  # bytes of the answer that are shown


def healthcheck(listen: str) -> tuple[bool, str]:
    """Return whether the bot that listens there is healthy, and what it says."""
    try:
        where = read(listen.strip())
    except ValueError as error:
        return False, f"NEWSWATCH_HTTP_LISTEN: {error}"
    if where is None:
        return True, "NEWSWATCH_HTTP_LISTEN is off: nothing to ask"
    host, port = where
    connection = HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status == _OK, answer.read(_LONGEST).decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return False, f"no answer from http://{listen}/healthz: {error}"
    finally:
        connection.close()


def main() -> int:
    """Print what the bot says of itself; return the exit code."""
    healthy, words = healthcheck(os.environ.get("NEWSWATCH_HTTP_LISTEN", "").strip() or DEFAULT)
    sys.stdout.write(f"{words}\n")
    return 0 if healthy else 1


if __name__ == "__main__":
    raise SystemExit(main())
