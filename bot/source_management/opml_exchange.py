"""Plans the import of OPML into watchlists.yaml, and exports its sources as OPML.

A list comes in, the sources that are to be added go out, with why the others are not; sources come in, a list without
secrets goes out. Nothing is fetched.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from xml.sax.saxutils import quoteattr

from bot.config.edits.source_insertion import Entry
from bot.config.watchlists.checks import without_variables
from bot.errors import FetchError
from bot.fetch.address_guard import Network, is_allowed
from bot.fetch.addresses import host_of, web_address
from bot.model import Source
from bot.source_management.actions import free_name, names_of
from bot.text.opml_parser import Outlines
from bot.urls import HIDDEN, canonical_url, redact_url

NAME = 80  # characters of a source's name

_UNFIT = re.compile(r"[\s\\<>\"]")
_DIGIT = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)")


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import comes to."""

    entries: tuple[Entry, ...]
    known: tuple[str, ...]  # names of sources that are there already
    skipped: tuple[str, ...]  # a line for each other feed that is not added: which and why
    mended: tuple[str, ...]


def plan_import(outlines: Outlines, known: Sequence[Source], networks: Sequence[Network]) -> ImportPlan:
    """Return what of a list is new; `networks` are those that the operator allows besides the public internet."""
    reserved = names_of(known) | {folder for feed in outlines.feeds for folder in feed.folders}
    taken = {canonical_url(source.url): source.name for source in known}
    added: dict[str, dict[str, str | list[str]]] = {}  # by canonical address: a list may name a feed in two folders
    known_names: dict[str, None] = {}
    skipped: list[str] = []
    for written in outlines.feeds:
        feed = replace(written, url=without_variables(written.url))
        shown = f"{feed.title or 'a feed without a title'}: {redact_url(feed.url)}"
        try:
            host = host_of(web_address(feed.url))
        except FetchError as error:
            skipped.append(f"{shown}: {error}")
            continue
        if _UNFIT.search(feed.url):
            skipped.append(f"{shown}: its address has a quote, < or > in it; write %22, %3C or %3E")
            continue
        if HIDDEN in feed.url:
            skipped.append(f"{shown}: its key was left out when the list was made")
            continue
        if not _is_public(host, networks):
            skipped.append(f"{shown}: not on the public internet; NEWSWATCH_ALLOWED_NETWORKS would have to list it")
            continue
        if (again := added.get(canonical_url(feed.url))) is not None:
            again["tags"] = list(dict.fromkeys((*again.get("tags", ()), *feed.folders)))
            continue
        if (same := taken.get(canonical_url(feed.url))) is not None:
            known_names[same] = None
            continue
        name = free_name(feed.title[:NAME].strip() or host, reserved)
        reserved.add(name)
        entry: dict[str, str | list[str]] = {"name": name, "url": feed.url}
        if feed.folders:
            entry["tags"] = list(feed.folders)
        added[canonical_url(feed.url)] = entry
    return ImportPlan(tuple(_without_no_tags(added.values())), tuple(known_names), tuple(skipped), outlines.mended)


def export_opml(sources: Sequence[Source], *, keys: bool = False) -> tuple[str, int]:
    """Return the sources as OPML 2.0, by their first tag in folders, and how many addresses lack their secrets.

    `keys` leaves credentials and keys in the addresses, without which nobody else can read them. Headers stay here.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head>",
        "    <title>Newswatch</title>",
        "  </head>",
        "  <body>",
    ]
    hidden = 0
    by_folder = sorted(sources, key=lambda source: source.tags[:1])
    for folder, members in groupby(by_folder, key=lambda source: source.tags[:1]):
        indent = "    "
        if folder:
            lines.append(f"{indent}<outline text={_quoted(folder[0])}>")
            indent += "  "
        for source in members:
            url = source.url if keys else redact_url(source.url)
            hidden += url.count(HIDDEN) > source.url.count(HIDDEN)
            attributes = {"text": source.name, "title": source.name, "type": "rss", "xmlUrl": url}
            if source.tags[1:]:
                attributes["category"] = ",".join(tag.replace(",", " ").replace("/", " ") for tag in source.tags[1:])
            inside = " ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())
            lines.append(f"{indent}<outline {inside}/>")
        if folder:
            lines.append("    </outline>")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines), hidden


def as_dict(plan: ImportPlan) -> Mapping[str, object]:
    """Return the plan for machines."""
    added = [{**entry, "url": redact_url(str(entry["url"]))} for entry in plan.entries]
    return {"added": added, "known": list(plan.known), "skipped": list(plan.skipped), "mended": list(plan.mended)}


def _without_no_tags(entries: Iterable[dict[str, str | list[str]]]) -> Iterator[Entry]:
    """Give the entries, without tags where there are none."""
    for entry in entries:
        yield {key: value for key, value in entry.items() if value != []}


def _is_public(host: str, networks: Sequence[Network]) -> bool:
    """Return whether the host may be public: names are looked up when they are asked, and are refused then."""
    if host == "localhost" or host.endswith(".localhost"):
        return any(is_allowed(address, networks) for address in ("127.0.0.1", "::1"))
    try:
        return is_allowed(str(ipaddress.ip_address(host)), networks)
    except ValueError:
        return not _DIGIT.fullmatch(host.rpartition(".")[2])  # no name ends so: an address in another spelling


def _quoted(text: str) -> str:
    """Return the text as a value of XML, in quotes; what XML cannot hold becomes a space."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return quoteattr(clean)
