"""NEWSWATCH_HTTP_LISTEN in all its spellings."""

from __future__ import annotations

import pytest

from bot.errors import ConfigError
from bot.web.address import address


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:9000", ("::1", 9000)),
        (":8080", ("", 8080)),
        ("localhost:0", ("localhost", 0)),
        (" off ", None),
        ("OFF", None),
    ],
)
def test_an_address_is_host_and_port_or_off(text: str, where: tuple[str, int] | None) -> None:
    """Host and port, IPv6 in brackets, every host by leaving it out, or off."""
    assert address(text) == where


@pytest.mark.parametrize("text", ["8080", "host:", "host:http", "::1:8080", "h:65536", "h:-1", "h:８０", ""])
def test_a_wrong_address_says_how_to_write_it(text: str) -> None:
    """What is no address is refused with the name of the setting and an example."""
    with pytest.raises(ConfigError, match=r"NEWSWATCH_HTTP_LISTEN.*127\.0\.0\.1:8080"):
        address(text)
