"""Links in the header of an answer: a feed, a hub, what the page is called there."""

from __future__ import annotations

import pytest

from bot.fetch.link_header import MOST, read_links
from bot.model import HeaderLink

BASE = "https://courier.example/news/"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('<feed>; rel="alternate"; type="application/rss+xml"', [("news/feed", "alternate", "application/rss+xml")]),
        ("</feed>; rel=alternate; type=application/rss+xml", [("feed", "alternate", "application/rss+xml")]),
        ('<https://courier.example/hub>;rel="hub", </f>; rel="self"', [("hub", "hub", ""), ("f", "self", "")]),
        ('</a,b;c>; title="x, <y>; z"; REL=Self', [("a,b;c", "self", "")]),
        ("</f>; rel=self; rel=hub", [("f", "self", "")]),
        ("</f>; crossorigin; rel=self", [("f", "self", "")]),
        ("</f>", []),
        ('</f>; rel="self', []),
        ('</f>; rel="self"; anchor="/another"', []),
        ("<javascript:alert(1)>; rel=self", []),
        ("<http://[>; rel=self, </f>; rel=hub", [("f", "hub", "")]),
        ("nonsense", []),
    ],
)
def test_a_link_is_its_address_its_relations_and_its_type(value: str, found: list[tuple[str, str, str]]) -> None:
    """Quoted or not, several in one value; what is written wrongly, or is another page's, is passed over."""
    expected = [HeaderLink(f"https://courier.example/{url}", tuple(rel.split()), kind) for url, rel, kind in found]
    assert [HeaderLink(link.url, link.relations, link.type) for link in read_links([value], BASE)] == expected


def test_several_values_are_one_list_and_a_thousand_links_are_few() -> None:
    """A server may send the header more than once; what nobody needs costs nothing."""
    assert [link.relations for link in read_links(["</a>; rel=hub", "</b>; rel=self"], BASE)] == [("hub",), ("self",)]
    assert len(read_links(["</a>; rel=hub"] * 1000, BASE)) == MOST
