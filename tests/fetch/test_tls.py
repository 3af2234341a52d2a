"""Case 48: what is wrong with a server's TLS is refused and named; real servers, with certificates of our own."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.plugins.proxies import StandInProxy, run_proxy

HOST = "127.0.11.1"
HTTP = "it is overloaded, or the address is http rather than https"
CONFIG = """
[ca]
default_ca = ours
[ours]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
certificate = ca.pem
private_key = ca.key
unique_subject = no
[any]
commonName = supplied
"""
ASK = """
import asyncio, ipaddress, json, sys
from bot.errors import FetchError
from bot.fetch.client import WebClient

async def main():
    networks = [ipaddress.ip_network("127.0.0.0/8")]
    async with WebClient(allowed_networks=networks, allowed_ports=range(1, 65536), host_spacing=0,
                         deadline=2, proxy=sys.argv[2]) as fetch:
        said = {}
        for name, url in json.loads(sys.argv[1]).items():
            try:
                said[name] = str((await fetch.get(url)).status)
            except FetchError as error:
                said[name] = str(error)
        print(json.dumps(said))

asyncio.run(main())
"""

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by the openssl command")


@dataclass(slots=True)
class Authority:
    """Certificates of our own making."""

    folder: Path

    def run(self, *words: str) -> None:
        """Run openssl in the folder."""
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)  # noqa: S603, S607 - our own words

    def start(self) -> None:
        """Make the authority itself."""
        for name, text in (("ca.cnf", CONFIG), ("index.txt", ""), ("serial", "01\n")):
            (self.folder / name).write_text(text, encoding="ascii")
        self.run(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *("-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority"),
        )

    def issue(self, name: str, address: str, until: str = "20991231000000Z") -> tuple[Path, Path]:
        """Make a certificate for an address, valid from 2020 on."""
        self.run(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        (self.folder / f"{name}.ext").write_text(f"subjectAltName=IP:{address}\n", encoding="utf-8")
        self.run(
            *("ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext"),
            *("-extfile", f"{name}.ext", "-startdate", "20200101000000Z", "-enddate", until),
        )
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return an authority that clients may be told to trust."""
    authority = Authority(tmp_path)
    authority.start()
    return authority


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Return what servers are closed by."""
    async with AsyncExitStack() as made:
        yield made


async def serve(stack: AsyncExitStack, context: ssl.SSLContext | None, answer: bytes | None = b"") -> str:
    """Answer every connection with an empty page; with None, say nothing at all; or hang up."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if answer is not None:
                await reader.read(1) if answer else await reader.readline()
                if answer:
                    writer.transport.abort()
                    return
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
            await reader.read()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, HOST, 0, ssl=context)
    stack.callback(server.close)
    return f"https://{HOST}:{server.sockets[0].getsockname()[1]}/"


def context(files: tuple[Path, Path], *, old: bool = False) -> ssl.SSLContext:
    """Return a server's side of TLS; an old one speaks TLS 1.0 alone."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.load_cert_chain(*files)
    return made


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_case_48_what_is_wrong_with_tls_is_refused_and_named(authority: Authority, stack: AsyncExitStack) -> None:
    """Case 48: expired, self-signed, for another host, too old, none at all, and a handshake that stalls."""
    good = authority.issue("good", HOST)
    urls = {
        "good": await serve(stack, context(good)),
        "wrong host": await serve(stack, context(authority.issue("other", "127.0.11.2"))),
        "old": await serve(stack, context(good, old=True)),
        "plain": await serve(stack, None),
        "stalls": await serve(stack, None, None),
        "hangs up": await serve(stack, None, b"hang up"),
    }
    urls["expired"] = await serve(stack, context(authority.issue("expired", HOST, "20200102000000Z")))
    said = await ask(urls, authority.folder / "ca.pem")
    assert said["good"] == "200"
    assert said["wrong host"] == (
        f"TLS: the certificate of {HOST} is not valid: IP address mismatch, certificate is not valid for '{HOST}'."
    )
    assert said["expired"] == f"TLS: the certificate of {HOST} is not valid: certificate has expired"
    assert said["old"] in {  # the server's alert and its end may come in either order
        f"TLS: {HOST} and we cannot agree: it speaks only old versions of TLS, which are not safe",
        f"{HOST} cut the connection before TLS was agreed: it speaks only old TLS, or http rather than https",
    }
    assert "it does not speak TLS at this port" in said["plain"]
    assert said["stalls"] == f"{HOST}: connected, but no answer to TLS within 2 s: {HTTP}"
    assert said["hangs up"] == (
        f"{HOST} cut the connection before TLS was agreed: it speaks only old TLS, or http rather than https"
    )
    nobodys = await ask({"self-signed": urls["good"]}, None)
    assert "TLS: the certificate of" in nobodys["self-signed"]
    assert "self-signed" in nobodys["self-signed"] or "local issuer" in nobodys["self-signed"]


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_through_a_proxy_tls_is_agreed_with_the_site(
    kind: Literal["http", "socks5"], authority: Authority, stack: AsyncExitStack
) -> None:
    """The certificate has to be the site's, whoever carries the bytes."""
    good, other = authority.issue("good", HOST), authority.issue("other", "127.0.11.2")
    urls = {"good": await serve(stack, context(good)), "wrong host": await serve(stack, context(other))}
    urls["hangs up"] = await serve(stack, None, b"hang up")
    async with run_proxy(StandInProxy(kind)) as proxy:
        said = await ask(urls, authority.folder / "ca.pem", proxy.url)
    assert said["good"] == "200"
    assert said["wrong host"].startswith(f"TLS: the certificate of {HOST} is not valid")
    assert said["hangs up"].startswith(f"{HOST} cut the connection")
    assert len(proxy.asked) == len(urls)


async def ask(urls: dict[str, str], trusted: Path | None, proxy: str = "") -> dict[str, str]:
    """Fetch addresses by a process of its own: whom it trusts is settled when it starts."""
    environ = {"SSL_CERT_FILE": str(trusted)} if trusted else {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASK, json.dumps(urls), proxy), env=environ, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    answers: dict[str, str] = json.loads(out)
    return answers
