"""What feeds say about how often they may be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from bot.model import Hints
from bot.sources.feeds.poll_hints import hints_of

MINUTE = timedelta(minutes=1)
SY = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"


def hints(inside: str) -> Hints:
    """Return the hints of an RSS channel with this in it."""
    return hints_of(etree.fromstring(f"<rss {SY}><channel><title>T</title>{inside}<item/></channel></rss>"))


@pytest.mark.parametrize(
    ("inside", "every"),
    [
        ("<ttl>30</ttl>", 30 * MINUTE),
        ("<ttl> 5 </ttl>", 5 * MINUTE),
        ("<ttl>0</ttl><ttl>9</ttl>", None),
        ("<ttl>-4</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>٣</ttl>", None),
        ("<ttl>99999999999999</ttl>", None),
        ("<ttl>9999</ttl>", timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 15 * MINUTE),
        ("<sy:updatePeriod>Daily </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", timedelta(hours=12)),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<ttl>10</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        ("", None),
    ],
)
def test_a_feed_says_how_often_it_is_renewed(inside: str, every: timedelta | None) -> None:
    """The ttl counts minutes, sy:updatePeriod is shared by sy:updateFrequency; the longer counts, a day at most."""
    assert hints(inside).every == every


def test_what_wordpress_says_of_every_feed_says_nothing() -> None:
    """`hourly` is WordPress's default: taken at its word, half of all outlets would be an hour late."""
    generator = "<generator>https://wordpress.org/?v=6.4</generator>"
    once = "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"
    assert hints(once + generator).every is None
    assert hints(once.replace("hourly", "daily") + generator).every == timedelta(days=1)


def test_hours_and_days_to_skip() -> None:
    """Hours from 0 to 24 and days by name; what is none is passed over, and skipping everything is no hint."""
    found = hints(
        "<skipHours><hour>0</hour><hour>1</hour><hour>24</hour><hour>x</hour><hour>77</hour></skipHours>"
        "<skipDays><day>Saturday</day><day>Sunday</day><day>Caturday</day></skipDays>"
    )
    assert found.skips == 0b11 | 1 << 29 | 1 << 30
    assert hints("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>").skips == 0


def test_rdf_and_atom_say_it_as_well() -> None:
    """The module belongs to RDF too; a feed without a channel has its hints at the root."""
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom' {SY}><sy:updatePeriod>daily</sy:updatePeriod></feed>"
    assert hints_of(etree.fromstring(atom)).every == timedelta(days=1)
