"""The Link headers of an answer (RFC 8288), as links: what a page or feed says of itself beside its body.

Values of the header come in, links go out; what is written wrongly is passed over. Nothing is fetched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.model import HeaderLink
from bot.urls import absolute_url

MOST = 40  # links of one answer; WordPress sends three
LONGEST = 8_192  # characters of all values together that are read

_LINK = re.compile(
    r"<([^<>\s]{1,2000})>"  # the target, then ;name, ;name=value and ;name="value"
    r"""((?:[ \t]*+;[ \t]*+[\w!#$%&'*+.^`|~-]{1,40}+[ \t]*+(?:=[ \t]*+(?:"[^"]*+"|[^\s";,]*+))?+)*+)"""
)
_PARAMETER = re.compile(r""";[ \t]*+([\w!#$%&'*+.^`|~-]{1,40}+)[ \t]*+=[ \t]*+(?:"([^"]*+)"|([^\s";,]*+))""")


def read_links(values: Iterable[str], base: str) -> tuple[HeaderLink, ...]:
    """Return the links that lead to the web and say what they are; `base` is the address of the answer."""
    links: list[HeaderLink] = []
    for target, said in _LINK.findall(", ".join(values)[:LONGEST]):
        parameters: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(said):
            parameters.setdefault(name.lower(), quoted or bare)
        url = absolute_url(base, target)
        if url and parameters.get("rel") and "anchor" not in parameters:  # a link of another page says nothing here
            relations = tuple(parameters["rel"].lower().split())
            links.append(HeaderLink(url, relations, parameters.get("type", ""), parameters.get("title", "")))
    return tuple(links[:MOST])
