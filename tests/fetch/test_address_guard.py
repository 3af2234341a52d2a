"""The address guard: what may be connected to."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest

from bot.fetch.address_guard import REFUSAL, RefusedAddressError, guarded_socket, is_allowed

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.5",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2001:0:4136:e378::1",
    "2001:db8::1",
    "2001:10::1",
    "2620:4f:8000::1",
    "3fff::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "::7f00:1",
    "100::1",
    "5f00::1",
]
PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "198.20.0.1",
    "223.255.255.1",
    "2606:2800:220:1::1",
    "2a00:1450:4001::1",
    "2400:cb00::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
NOTHING = [
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "①②⑦.0.0.1",
    "8.8.8.8.",
    "1.2.3",
    "8.8.8.8:80",
]


@pytest.mark.parametrize("address", [*REFUSED, *NOTHING])
def test_case_97_what_is_not_public_is_refused(address: str) -> None:
    """Case 97: private, special and disguised addresses are refused, and so is what is no address."""
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_allowed(address: str) -> None:
    """Public addresses may be connected to, also through NAT64."""
    assert is_allowed(address, ())


def test_networks_of_the_operator_are_allowed() -> None:
    """What the operator lists is allowed, in any spelling of it, and nothing beside it."""
    networks = (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    assert is_allowed("127.9.9.9", networks)
    assert is_allowed("::ffff:127.9.9.9", networks)
    assert is_allowed("fd12::1", networks)
    assert not is_allowed("10.0.0.1", networks)
    assert not is_allowed("2002:7f00:1::", networks)


@pytest.mark.parametrize("port", [22, 25, 6379, 5432, 8080, 0])
def test_case_102_other_ports_are_refused(port: int) -> None:
    """Case 102: nobody scans ports through us."""
    make = guarded_socket((), frozenset({80, 443}))
    with pytest.raises(RefusedAddressError, match=REFUSAL):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port)))


def test_case_97_every_refusal_reads_the_same() -> None:
    """Case 97: a refusal does not tell a private address from a closed port."""
    make = guarded_socket((), frozenset({80}))
    texts = set()
    for target in (("127.0.0.1", 80), ("8.8.8.8", 22), ("10.0.0.1", 22)):
        with pytest.raises(RefusedAddressError) as caught:
            make((socket.AF_INET, socket.SOCK_STREAM, 6, "", target))
        texts.add(str(caught.value))
    assert texts == {REFUSAL}


def test_an_allowed_address_gets_its_socket() -> None:
    """The guard opens a socket of the right family for what it allows."""
    made = guarded_socket((), frozenset({443}))(
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2a00:1450::1", 443, 0, 0))
    )
    with made:
        assert made.family == socket.AF_INET6
