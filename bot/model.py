"""The words of the glossary as data: frozen, slotted, tuples only; datetimes aware and UTC, texts never markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Field = Literal["title", "lead", "body"]
FullText = Literal["matched", "always", "never"]
Follow = Literal["edits", "replies", "off"]
Priority = Literal["low", "normal", "urgent"]
Kind = Literal["auto", "feed", "sitemap", "page", "telegram"]
Layout = Literal["compact", "standard", "full"]
OutputLayout = Literal["brief", "full", "digest"]
Form = Literal["rich", "bare", "plain"]
Preview = Literal["auto", "small", "large", "above", "off"]  # of the article; auto: as Telegram sees fit
Doubt = Literal["resend", "hold"]  # what follows when nobody knows whether a message was accepted
LossSign = Literal["garbled", "stale", "unmatched", "braked"]  # that a source's news is lost in silence
Held = Literal["quiet", "digest", "pause"]
ModelChoice = Literal["off", "summary", "translation", "both"]  # what a language model adds to a chat's alerts
LineKind = Literal["summary", "translation"]


@dataclass(frozen=True, slots=True)
class Source:
    """A configured place to poll, every default already applied."""

    name: str
    url: str
    publisher: str  # the registrable domain of url, or what watchlists.yaml says
    kind: Kind = "auto"
    tags: tuple[str, ...] = ()
    every: timedelta = timedelta(minutes=10)
    backlog: int | None = 0  # items told at first sight; None = all
    full_text: FullText = "matched"
    select: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    proxy: str | None = field(default=None, repr=False)  # its address; "none" = direct, None = that of the settings
    # The registrable domain of url, looked up once; empty = not yet. Two sources of one url are the same without it.
    site: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Chat:
    """Where alerts go: a private chat, group or channel by its Telegram id, or one forum topic of it."""

    id: int
    topic: int | None = None  # None = the chat itself, or General in a forum


TERMINAL = Chat(10**18)  # the reader where there is no token; ids on Telegram have 52 bits at most


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Named queries and where they apply."""

    id: str
    title: str
    keywords: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # tags or names; empty = all
    languages: tuple[str, ...] = ()  # ISO 639-1; empty = all
    priority: Priority = "normal"
    confirm: int = 1
    urgent_at: int = 0
    spike: bool = False  # say when it is unusually busy
    follow: Follow = "edits"
    deliver_to: tuple[Chat, ...] = ()
    also_to: tuple[str, ...] = ()
    only: str = (
        ""  # what a story is to be about, for a language model to judge; empty = whatever matches  # ids of outputs
    )


@dataclass(frozen=True, slots=True)
class Output:
    """A way out besides Telegram. What its address means, and whether it needs a secret, its medium says."""

    id: str
    medium: str  # the folder of `notify` that sends it
    address: str = field(repr=False)  # often with a login in it
    secret: str | None = field(default=None, repr=False)
    layout: OutputLayout = "full"


@dataclass(frozen=True, slots=True)
class Config:
    """watchlists.yaml, valid and whole."""

    sources: tuple[Source, ...]
    watchlists: tuple[Watchlist, ...]
    max_per_hour: int = 30
    timezone: str = "UTC"
    language: str = "en"
    outputs: tuple[Output, ...] = ()
    warnings: tuple[str, ...] = ()  # lines `file:line:column: …` that `check` prints and nothing stops for
    fingerprint: str = field(default="", compare=False)  # tells one from another; empty = not made (as after a change)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request needs; the exact bytes that the server sent."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None  # of the decompressed body; equal hash = nothing to parse


@dataclass(frozen=True, slots=True)
class HeaderLink:
    """A link that the header of an answer names."""

    url: str  # absolute http or https
    relations: tuple[str, ...]  # in lower case
    type: str = ""  # the media type of what is there, as sent
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One HTTP answer."""

    url: str  # after redirects
    status: int
    body: bytes
    content_type: str  # as sent, with charset
    validators: Validators
    not_modified: bool = False  # 304, or the same body hash as last time
    fresh_for: timedelta | None = None  # Cache-Control: max-age, Expires
    moved_to: str | None = None  # the end of a chain of only permanent redirects (301, 308)
    date: datetime | None = None  # the server's clock, as it answered
    links: tuple[HeaderLink, ...] = ()  # of its Link headers


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says itself about how often it may be asked."""

    every: timedelta | None = None  # ttl, sy:updatePeriod
    skips: int = 0  # bits 0 … 23: hours of the day, 24 … 30: Monday … Sunday, all UTC; skipHours, skipDays


# Nobody saw it before; its guid, link or title named another item; it is on record, and matches only as it is now.
Sighting = Literal["first", "reused", "updated"]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a source."""

    keys: tuple[int, ...]  # identity: the entry is known when one of them is (bot.item_identity)
    url: str | None  # absolute http or https
    title: str
    lead: str = ""  # the feed's description
    body: str = ""  # the feed's full content, or the article's text once it was read
    published: datetime | None = None  # as published; never trusted for novelty
    language: str | None = None  # ISO 639-1 as the source says
    outlet: str | None = None  # who publishes it, of a source that only points to the news of others
    sighting: Sighting = "first"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a query fired: `text` is exactly `field[start:end]`, in characters of that field as given."""

    field: Field
    text: str
    start: int
    end: int
    sentence: str = ""  # the sentence it stands in


@dataclass(frozen=True, slots=True)
class Match:
    """A query that fired on an item."""

    watchlist: str  # its id
    query: str  # as written
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """An item's own page, reduced to text."""

    url: str | None
    title: str
    text: str  # paragraphs separated by newlines
    language: str | None = None
    published: datetime | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to the index: which reports share numbers with these? The bounds hold on any record."""

    keys: tuple[int, ...]
    each: int  # of one number, so many of the newest reports are looked at
    most: int  # so many come back, those that share most numbers first


@dataclass(frozen=True, slots=True)
class Signature:
    """What a report is compared by: `index` finds candidates, `sketch` decides. Made by `stories.assign.signature`."""

    index: tuple[int, ...]  # signed 64-bit numbers that the report is found under
    sketch: bytes  # opaque to everybody but bot.stories.assign
    probes: tuple[Probe, ...] = ()  # what to ask the index for candidates


@dataclass(frozen=True, slots=True)
class Report:
    """One publisher's item in a story."""

    source: str
    publisher: str
    headline: str
    url: str | None
    at: datetime  # when we saw it
    published: datetime | None = None
    watchlists: tuple[str, ...] = ()  # ids of those that matched it
    reason: str = ""  # why it stands in its story


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report on record that may tell the same event."""

    story: int
    report: Report
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Alert:
    """What one chat is to be told about one story. Rendered only at send time, in the medium."""

    chat: Chat
    story: int
    watchlists: tuple[tuple[str, str], ...]  # (id, title), the first gives the heading; none = a notice to an owner
    headline: str
    url: str | None
    lead: str
    evidence: tuple[Evidence, ...]
    priority: Priority = "normal"
    follow: Follow = "edits"  # off: later reports of the story never raise its revision
    part: int = 0  # 0 = the story's message; else a reply to it, which is never edited
    was: str | None = None  # of a reply: the headline before its publisher corrected it


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What answers a story's message, silently, in every chat that has it and follows it."""

    story: int
    part: int  # not 0; the same where the same is told again: it is told once
    headline: str
    url: str | None
    lead: str = ""
    was: str | None = None  # the headline before it was corrected; None = a new development


@dataclass(frozen=True, slots=True)
class PriorityRaise:
    """A story that has become urgent for chats that have, or are about to get, its message."""

    story: int
    chats: frozenset[Chat]


@dataclass(frozen=True, slots=True)
class DisplayPreferences:
    """How one chat wants its alerts. None = as the installation does."""

    timezone: str | None = None  # IANA
    language: str | None = None  # ISO 639-1, of the bot's own words
    layout: Layout = "standard"
    doubt: Doubt = "resend"
    model: ModelChoice = "off"
    preview: Preview = "auto"
    buttons: bool = True  # below alerts


@dataclass(frozen=True, slots=True)
class StoryLine:
    """What a language model adds to the alerts of a story: all of it was found in the reports."""

    kind: LineKind
    language: str  # ISO 639-1
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert on its way: what a sender holds under its lease."""

    id: int
    alert: Alert
    reports: tuple[Report, ...]  # of the story, oldest first, as of the claim
    revision: int  # what this attempt shows; later reports raise it
    attempts: int  # refused ones before this
    message: int | None = None  # the message to edit; None = not sent yet
    answers: int | None = None  # the message that it is a reply to
    folded: bool = False  # `message` is a rolling one, of which this is a line
    key: int | None = None  # of its buttons, if it has any
    look: DisplayPreferences = DisplayPreferences()  # the chat's, as of the claim
    form: Form = "rich"  # bare: without preview and extras, plain: without any markup; set by deliver, never stored
    doubts: int = 0  # attempts before this that may have been accepted
    held: Held | None = None  # it waited by the chat's wish: it comes with the others that did
    shown: int = 0  # the revision that its reader has
    is_probe: bool = False  # its chat is suspended, or its topic lost: this says whether it takes messages again
    to_general: bool = False  # its topic takes no messages: it is sent to General
    lines: tuple[StoryLine, ...] = ()  # of its story, in every language, where its chat wants any


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's tie to a watchlist."""

    chat: Chat
    watchlist: str
    priority: Priority | None = None  # that the chat wants; None = the watchlist's own
