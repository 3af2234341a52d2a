"""Mail by SMTP, to addresses that Apprise reads: a message with a plain and an HTML part, whose thread is the story.

Apprise's own mail chooses its Message-ID by itself and says nothing of why a server refused; both are needed here.
Headers are set by the standard library, which refuses a line break in one. Blocking: it runs in a process of its own.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Final

from bot.notify.apprise.address import read_address
from bot.proxies.proxy_address import Proxy, parse_proxy

TIMEOUT: Final = 20.0  # seconds of each step
_APPLICATION: Final = "Newswatch"


class _ThroughProxy(smtplib.SMTP):
    """SMTP whose connection goes through a proxy; `encrypted` from the first byte where there is a context."""

    proxy: Proxy
    encrypted: ssl.SSLContext | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        from python_socks import ProxyType
        from python_socks.sync import Proxy as Tunnel

        kind = ProxyType.HTTP if self.proxy.scheme in {"http", "https"} else ProxyType.SOCKS5
        tunnel = Tunnel(kind, self.proxy.host, self.proxy.port, self.proxy.user, self.proxy.password, rdns=True)
        connected: socket.socket = tunnel.connect(dest_host=host, dest_port=port, timeout=timeout)
        return connected if self.encrypted is None else self.encrypted.wrap_socket(connected, server_hostname=host)


def send_mail(
    address: str, subject: str, text: str, mail: dict[str, Any], proxy: str
) -> tuple[smtplib.SMTPResponseException, ...]:
    """Send to all who stand in the address; return the answers to those of them who were refused.

    Raises what the library does where nobody was taken. Once somebody has the mail, all of it again would be a flood.

    `mail` holds `html`, `id` (the local part of the Message-ID) and `answers` (that of the mail it answers, or None).
    """
    plugin: Any = read_address(address)
    if plugin is None:
        raise ValueError("the address is none that Apprise knows")
    message = write_mail(plugin, subject, text, mail)
    to = [one for _, one in plugin.targets] + [*plugin.cc, *plugin.bcc]
    with _connect(plugin, parse_proxy(proxy) if proxy else None) as server:
        if plugin.user and plugin.password:
            server.login(plugin.user, plugin.password)
        refused = server.send_message(message, plugin.from_addr[1], to)
    return tuple(smtplib.SMTPResponseException(code, said) for code, said in refused.values())


def write_mail(plugin: Any, subject: str, text: str, mail: dict[str, Any]) -> EmailMessage:
    """Return the message."""
    name, sender = plugin.from_addr
    domain = sender.rpartition("@")[2]
    message = EmailMessage()
    for header, value in plugin.headers.items():
        message[header] = value
    message["From"] = Address(name or _APPLICATION, addr_spec=sender)
    message["To"] = tuple(Address(one or "", addr_spec=to) for one, to in plugin.targets)
    if plugin.cc:
        message["Cc"] = tuple(Address(plugin.names.get(one) or "", addr_spec=one) for one in sorted(plugin.cc))
    if plugin.reply_to:
        message["Reply-To"] = ", ".join(sorted(plugin.reply_to))
    message["Subject"] = f"Re: {subject}" if mail["answers"] else subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = f"<{mail['id']}@{domain}>"
    if mail["answers"]:
        message["In-Reply-To"] = message["References"] = f"<{mail['answers']}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(mail["html"], subtype="html")
    return message


def _connect(plugin: Any, proxy: Proxy | None) -> smtplib.SMTP:
    """Return a connection, encrypted where the address says so."""
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = plugin.port or {"ssl": 465, "starttls": 587}.get(plugin.secure_mode, 25)
    if plugin.secure_mode == "ssl" and proxy is None:
        return smtplib.SMTP_SSL(plugin.smtp_host, port, timeout=TIMEOUT, context=context)
    if proxy is None:
        server = smtplib.SMTP(plugin.smtp_host, port, timeout=TIMEOUT)
    else:
        server = _ThroughProxy(timeout=TIMEOUT)
        server.proxy = proxy
        server.encrypted = context if plugin.secure_mode == "ssl" else None
        server.connect(plugin.smtp_host, port)
    if plugin.secure_mode == "starttls":
        server.starttls(context=context)
    return server
