"""The web preview of a public Telegram channel as drafts: its last posts, the newest first.

The bytes of a page of the shape of https://t.me/s/NAME come in, wherever it is kept (a mirror serves the same). A
post's own text is its body; what it quotes in a reply, and the name of whom it was forwarded from, are not its text.
Posts without words are left out. Nothing is fetched here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import ParseError
from bot.sources.content_sniffing import describe_body, is_challenge
from bot.sources.document import Draft
from bot.sources.feeds.feed_reader import BODY, Reading
from bot.sources.pages.list_page import LARGEST, parse_page
from bot.text.charset import decode, scrubbed
from bot.text.html_text import tidy
from bot.urls import absolute_url

if TYPE_CHECKING:
    from lxml.etree import _Element

_MESSAGE = "tgme_widget_message"
_TEXT = f"{_MESSAGE}_text"
_NOT_ITS_OWN = frozenset({f"{_MESSAGE}_reply", f"{_MESSAGE}_forwarded_from", f"{_MESSAGE}_link_preview"})
_WORDS = frozenset({f"{_MESSAGE}_poll_question", f"{_MESSAGE}_document_title"})  # of posts that have no text
_BREAKS = frozenset({"br", "p", "div", "blockquote", "pre", "li"})


def read(data: bytes, url: str, charset: str | None = None) -> Reading:
    """Read a channel's page. ParseError where it is another page, or that of a channel without a preview."""
    if is_challenge(data):
        raise ParseError(f"not a channel of Telegram but {describe_body(data)}")
    root = parse_page(scrubbed(decode(data[:LARGEST], label=charset)))
    posts = [element for element in root.iter("div") if element.get("data-post")]
    if not posts and not _is_channel(root):
        raise ParseError(_nothing(root, data))
    drafts = tuple(draft for post in reversed(posts) if (draft := _draft(post, url)))
    return Reading(drafts, url, "telegram", further=_earlier(root, url))


def _draft(post: _Element, url: str) -> Draft | None:
    text = tidy("\n".join(_own_texts(post)))[:BODY]
    if not text:
        return None
    name = post.get("data-post") or ""
    at = next((element for element in post.iter("a") if f"{_MESSAGE}_date" in _classes(element)), None)
    time = next(at.iter("time"), None) if at is not None else None
    link = absolute_url(url, at.get("href") or "") if at is not None else None
    return Draft(
        guid=name[:4096],
        link=link or f"https://t.me/{name}",
        body=text,
        published=_instant(time.get("datetime") or "") if time is not None else None,
    )


def _own_texts(post: _Element) -> list[str]:
    """Return the texts of a post, else the question of its poll or the names of its files."""
    return _texts_in(post, frozenset({_TEXT})) or _texts_in(post, _WORDS)


def _texts_in(post: _Element, wanted: frozenset[str]) -> list[str]:
    """Return the texts of the outermost elements of these classes that lie in nothing quoted."""
    found: list[str] = []
    waiting = [post]
    while waiting:
        element = waiting.pop()
        classes = _classes(element)
        if classes & _NOT_ITS_OWN:
            continue
        if classes & wanted:
            found.append(_text_of(element))
        else:
            waiting += reversed(element)
    return [text for text in found if text.strip()]


def _text_of(element: _Element) -> str:
    """Return the text of an element, its breaks as line breaks; without recursion, for pages may be deep."""
    pieces: list[str] = []
    for step, part in _walk(element):
        if step == "start":
            pieces.append("\n" if part.tag in _BREAKS else "")
            pieces.append(part.text or "")
        else:
            pieces.append("\n" if part.tag in _BREAKS and part.tag != "br" else "")
            pieces.append(part.tail or "" if part is not element else "")
    return "".join(pieces)


def _walk(element: _Element) -> list[tuple[str, _Element]]:
    steps: list[tuple[str, _Element]] = []
    waiting: list[tuple[str, _Element]] = [("start", element)]
    while waiting:
        step, part = waiting.pop()
        steps.append((step, part))
        if step == "start":
            waiting.append(("end", part))
            waiting += [("start", child) for child in reversed(part)]
    return steps


def _classes(element: _Element) -> set[str]:
    return set((element.get("class") or "").split())


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _earlier(root: _Element, url: str) -> tuple[str, ...]:
    """Return the page of the posts before these, which the preview names."""
    for element in root.iter("a"):
        if element.get("data-before") and (full := absolute_url(url, element.get("href") or "")):
            return (full,)
    return ()


def _is_channel(root: _Element) -> bool:
    """Return whether this is the preview of a channel that has no posts yet."""
    return any("tgme_channel_info" in _classes(element) for element in root.iter("div"))


def _nothing(root: _Element, data: bytes) -> str:
    if any("tgme_page" in _classes(element) for element in root.iter("div")):
        return (
            "Telegram shows no preview of this address on the web: it is no public channel, or its owner has "
            "switched the preview off, and without an account it cannot be read"
        )
    return f"not a channel of Telegram but {describe_body(data)}"
