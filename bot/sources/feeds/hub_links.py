"""The WebSub hub of a feed: by the links in its body, and by those in the header of its answer, which come first.

Links come in, the hub and the feed's name there go out. A feed without an address of its own (rel=self) is not
subscribed: the one that it was asked by may hold a key.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import HeaderLink
from bot.ports.hub_store import HubLink
from bot.urls import absolute_url

LONGEST = 2_000  # characters of an address


def find_hub(links: Sequence[tuple[str, str]], base: str) -> HubLink | None:
    """Return the first hub among links given as (relation, address), if the feed says its own address too."""
    found: dict[str, str] = {}
    for relations, address in links:
        for relation in set(relations.lower().split()) & {"hub", "self"}:
            full = absolute_url(base, address.strip())
            if full and len(full) <= LONGEST:
                found.setdefault(relation, full)
    return HubLink(found["hub"], found["self"]) if len(found) == 2 else None  # noqa: PLR2004 - both


def choose_hub(header: Sequence[HeaderLink], of_body: HubLink | None, url: str) -> HubLink | None:
    """Return the hub of an answer from `url`: that of its header; what the header leaves out, the body may say."""
    links = [(" ".join(link.relations), link.url) for link in header]
    if of_body is not None:
        links += [("hub", of_body.hub), ("self", of_body.topic)]
    return find_hub(links, url)
