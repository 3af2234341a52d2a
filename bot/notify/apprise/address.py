"""Addresses of Apprise: text in, what is wrong with it or the plugin that sends there out.

The library is an extra, and is imported here only. What it logs is left out: it may hold the address.
"""

from __future__ import annotations

import logging
from difflib import get_close_matches
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from apprise import NotifyBase

NAME: Final = "apprise"
_INSTALL = "the library is not installed; pip install 'newswatch[outputs]'"


def find_mistake(address: str) -> str | None:
    """Return what is wrong with an address, None where messages can be sent there."""
    if find_spec(NAME) is None:
        return _INSTALL
    return None if read_address(address) else _explain(address)


def is_mail(address: str) -> bool:
    """Return whether messages to an address are mail that we write ourselves, by SMTP."""
    return address.partition("://")[0].lower() in {"mailto", "mailtos"}


def longest_message(address: str) -> int | None:
    """Return how many characters of a text the service of an address takes; None where it is not known."""
    plugin = read_address(address)
    return plugin.body_maxlen if plugin else None


def read_address(address: str) -> NotifyBase | None:
    """Return the plugin for an address, one that follows no redirect; None where there is none.

    The library takes half a second when it is first needed.
    """
    logging.getLogger(NAME).disabled = True
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="Newswatch", app_desc="Newswatch", http_redirects=False)
    plugin = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if plugin is None:
        return None
    plugin.redirects = False  # also where the address asks for it: a redirect may lead anywhere
    return plugin


def _explain(address: str) -> str:
    """Say what is wrong, without the address: it holds a token or password as a rule."""
    scheme, sign, _ = address.partition("://")
    if not sign:
        return "not an address; write one such as mailto://user:password@example.org?to=desk@example.org"
    if scheme.lower() in {"http", "https"}:
        return f"{scheme.lower()}:// is no service of Apprise; for a receiver of signed JSON write webhook: …"
    from apprise.manager_plugins import NotificationManager

    manager: Any = NotificationManager  # it has no types
    plugins = manager()
    known: list[str] = sorted(plugins.schemas())
    if scheme.lower() not in known:
        near = get_close_matches(scheme.lower(), known, n=1)
        hint = f"did you mean {near[0]}://?" if near else "appriseit.com/services lists those that there are"
        return f"Apprise knows no service of this name; {hint}"
    plugin = plugins[scheme.lower()]
    form = plugin.templates[0].replace("{schema}", scheme.lower())
    return f"not a whole address of {plugin.service_name}; it looks like {form}, see {plugin.setup_url}"
