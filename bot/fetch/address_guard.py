"""Which addresses may be connected to: the public internet, and what the operator has listed.

Asked with the address itself, after the name was resolved and just before each connection, so neither a name that
changes its mind nor a redirect gets past. Every refusal reads the same: it tells a stranger nothing of our network.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Sequence

from bot.errors import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]

REFUSAL = "the address is not on the public internet, or its port is not one that may be asked"

# IANA's special-purpose registries: everything that is not somebody's public server.
_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)")  # the end of no name, but of an address in some spelling
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedAddressError(OSError):
    """This address may not be connected to."""

    def __init__(self) -> None:
        super().__init__(REFUSAL)


def is_allowed(address: str, networks: Sequence[Network]) -> bool:
    """Return whether this address, as resolved, may be connected to; `networks` are those the operator allows."""
    try:
        found = _unwrapped(ipaddress.ip_address(address))
    except ValueError:
        return False
    if any(found in network for network in networks if network.version == found.version):
        return True
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _REFUSED_V4)
    return found in _GLOBAL_V6 and not any(found in network for network in _REFUSED_V6)


def guarded_socket(
    networks: Sequence[Network], ports: Collection[int], made: Callable[[socket.socket], None] = lambda _: None
) -> Callable[[AddressInfo], socket.socket]:
    """Return a maker of sockets that raises RefusedAddressError for what may not be connected to.

    `made` is shown every socket that is about to be connected.
    """

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, (address, port, *_) = info
        if port not in ports or not is_allowed(str(address), networks):
            raise RefusedAddressError
        one = socket.socket(family=family, type=kind, proto=protocol)
        made(one)
        return one

    return make


def permitted_targets(
    targets: Sequence[tuple[str, int]], networks: Sequence[Network], ports: Collection[int]
) -> list[tuple[str, int]]:
    """Return those of (host, port) that a proxy may be asked for; FetchError where none may.

    A name stands here only where the proxy alone resolves; a name that means an address of its own machine is refused.
    """
    permitted = [(host, port) for host, port in targets if port in ports and _is_permitted(host, networks)]
    if not permitted:
        raise FetchError(REFUSAL)
    return permitted


def _is_permitted(host: str, networks: Sequence[Network]) -> bool:
    try:
        return is_allowed(str(ipaddress.ip_address(host)), networks)
    except ValueError:
        name = host.rstrip(".").lower()
        inward = name == "localhost" or name.endswith(".localhost") or _NUMERIC.fullmatch(name.rpartition(".")[2])
        return bool(name) and not inward


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that the connection would reach. 6to4 and Teredo are refused as they stand."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
