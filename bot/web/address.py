"""What NEWSWATCH_HTTP_LISTEN says: `host:port`, `[::1]:port`, `:port` or `off`."""

from __future__ import annotations

from bot.errors import ConfigError

EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound
_PORTS = range(65536)


def address(listen: str) -> tuple[str, int] | None:
    """Return the host and port to listen on, or None for `off`; ConfigError when it is neither."""
    text = listen.strip()
    if text.lower() == "off":
        return None
    host, colon, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if (
        not colon
        or not (port.isascii() and port.isdigit())
        or int(port) not in _PORTS
        or (":" in bare and bare == host)
    ):
        raise ConfigError(
            f"NEWSWATCH_HTTP_LISTEN: {listen!r} is no address to listen on; write it as 127.0.0.1:8080, or off"
        )
    return bare, int(port)
