"""Made-up sources as public reports describe them: documents of several polls, and the headlines that are to be told.

A number comes in, a `Script` goes out, always the same one. What is to be told is known by how the documents are made,
never by asking the code: a source publishes things, and shows them under marks, in windows, orders and charsets of all
sorts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random

EVERY = timedelta(minutes=10)  # between two polls
POLLS = 4
SYLLABLES = (
    "ba",
    "do",
    "ki",
    "lum",
    "ner",
    "pos",
    "rav",
    "sit",
    "tor",
    "vel",
    "zan",
    "mek",
    "gul",
    "fip",
    "hob",
    "jud",
)
CHARSETS = ("utf-8", "utf-8", "windows-1251", "koi8-r", "utf-16")


@dataclass(frozen=True)
class Entry:
    """One item as a document shows it; `date` is None where it has none."""

    guid: str
    link: str
    title: str
    date: datetime | None = None
    text: str = "Nothing more is known."


@dataclass(frozen=True)
class Script:
    """The documents of one source, poll by poll, and the headlines that each but the first is to tell."""

    name: str
    documents: tuple[tuple[bytes, str], ...]  # with their content types
    told: tuple[frozenset[str], ...]


class Newsroom:
    """A source that makes up what it publishes."""

    def __init__(self, number: int, start: datetime) -> None:
        self.random, self.number, self.start = Random(number), number, start
        self.made = 0
        self.dated = self.random.random() < 0.7
        self.site = f"https://s{number}.example"

    def headline(self, *, matching: bool | None = None) -> str:
        """Return a headline that no other one is like; half of them match."""
        if matching is None:
            matching = self.random.random() < 0.5
        words = ["".join(self.random.choices(SYLLABLES, k=3)) for _ in range(5)]
        who = self.random.choice(("Kremlin", "Кремль")) if matching else self.random.choice(("Harbour", "Порт"))
        return " ".join([who, *words])

    def entry(self, poll: int, *, title: str | None = None) -> Entry:
        """Return a new item, published since the poll before."""
        self.made += 1
        at = self.start + poll * EVERY - timedelta(seconds=self.random.randrange(5, 500)) if self.dated else None
        name = f"{self.number}-{self.made}"
        return Entry(f"tag:{name}", f"{self.site}/{name}", title or self.headline(), at)


def is_matching(title: str) -> bool:
    """Return whether the watchlist of these tests wants it."""
    return title.startswith(("Kremlin", "Кремль"))


Polls = list[tuple[list[Entry], list[str]]]  # what is shown, and the headlines that are news


def wire(room: Newsroom) -> Polls:
    """Windows, rates and orders: from one item to sixty, from one new one to all of them; undated, one stays."""
    size = room.random.choice((1, 2, 5, 19, 20, 30, 60))
    most = size + size // 2 if room.dated or size < 20 else size - 1
    order = room.random.choice(("newest", "oldest", "none"))
    shown: list[Entry] = []
    polls: Polls = []
    for poll in range(POLLS):
        fresh = [room.entry(poll) for _ in range(room.random.randint(0, most) if poll else size)]
        shown = [*fresh, *shown][:size]
        document = shown[::-1] if order == "oldest" else list(shown)
        if order == "none":
            room.random.shuffle(document)
        polls.append((document, [one.title for one in fresh if one in shown]))
    return polls


def one_page(room: Newsroom) -> Polls:
    """Show one address, each time under another guid and title, as a live blog does; sometimes many posts."""
    most = room.random.choice((1, 1, 5))
    shown: list[Entry] = []
    polls: Polls = []
    for poll in range(POLLS):
        fresh = [replace(room.entry(poll), link=f"{room.site}/live")]
        shown = [*fresh, *shown][:most]
        polls.append((list(shown), [one.title for one in fresh]))
    return polls


def used_again(room: Newsroom) -> Polls:
    """Let a guid name another item each time."""
    others = [room.entry(0, title=room.headline(matching=False)) for _ in range(room.random.choice((0, 1, 9)))]
    polls = []
    for poll in range(POLLS):
        fresh = replace(room.entry(poll), guid="again")
        polls.append(([fresh, *others], [fresh.title]))
    return polls


def status(room: Newsroom) -> Polls:
    """Two titles by turns, under new guids and links; the list shows the last one, or all."""
    titles, most = [room.headline(matching=True), room.headline()], room.random.choice((1, 9))
    shown: list[Entry] = []
    polls = []
    for poll in range(POLLS):
        fresh = room.entry(poll, title=titles[poll % 2])
        shown = [fresh, *shown][:most]
        polls.append((list(shown), [fresh.title]))
    return polls


def updated(room: Newsroom) -> Polls:
    """Items that match only once their headlines are changed; other changes tell nothing."""
    shown = [room.entry(0, title=room.headline(matching=False)) for _ in range(room.random.choice((1, 5, 30)))]
    polls: Polls = [(list(shown), [])]
    for _ in range(1, POLLS):
        at = room.random.randrange(len(shown))
        told = []
        if not is_matching(shown[at].title):
            shown[at] = replace(shown[at], title=room.headline(matching=True))
            told = [shown[at].title]
        polls.append((list(shown), told))
    return polls


def rewritten(room: Newsroom) -> Polls:
    """All guids, all links, both, or all dates are rewritten, and one item is news."""
    shown = [room.entry(0) for _ in range(room.random.choice((2, 10, 40)))]
    polls: Polls = [(list(shown), [])]
    for poll in range(1, POLLS):
        marks = room.random.choice((("guid",), ("link",), ("guid", "link"), ("date",), ("guid", "date")))
        for at, before in enumerate(shown):
            if "guid" in marks:
                shown[at] = replace(shown[at], guid=f"rewritten-{poll}-{at}")
            if "link" in marks:
                shown[at] = replace(shown[at], link=f"{room.site}/{poll}/{at}")
            if "date" in marks and before.date:
                shown[at] = replace(shown[at], date=room.start + poll * EVERY)
        fresh = room.entry(poll)
        shown = [fresh, *shown]
        polls.append((list(shown), [fresh.title]))
    return polls


KINDS = (wire, wire, one_page, used_again, status, updated, rewritten)


def make_script(number: int, start: datetime) -> Script:
    """Return the script of this number; its first poll is at `start`."""
    room = Newsroom(number, start)
    kind = KINDS[number % len(KINDS)]
    charset = room.random.choice(CHARSETS)
    said = room.random.choice(("document", "header", "both"))
    damaged = charset == "utf-8" and room.random.random() < 0.3
    polls = kind(room)
    documents = tuple(written(shown, charset, said, damaged=damaged) for shown, _ in polls)
    told = tuple(frozenset(filter(is_matching, news)) for _, news in polls)
    return Script(f"{kind.__name__} {number} ({charset})", documents, told)


def written(entries: list[Entry], charset: str, said: str, *, damaged: bool) -> tuple[bytes, str]:
    """Return a document and its content type; a damaged one has a byte too much in its descriptions."""
    declared = f' encoding="{charset}"' if said != "header" else ""
    items = "".join(
        f"<item><title>{one.title}</title><link>{one.link}</link><guid isPermaLink='false'>{one.guid}</guid>"
        + (f"<pubDate>{format_datetime(one.date)}</pubDate>" if one.date else "")
        + f"<description>{one.text}</description></item>"
        for one in entries
    )
    head = f'<?xml version="1.0"{declared}?><rss version="2.0">'
    body = f"{head}<channel><title>S</title>{items}</channel></rss>".encode(charset)
    if damaged:
        body = body.replace(b"Nothing more", b"Nothing \xe9 more", 1)
    return body, "application/rss+xml" + (f"; charset={charset}" if said != "document" else "")
