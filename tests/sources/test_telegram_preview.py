"""The web preview of a public Telegram channel: its posts, without what they quote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import ParseError
from bot.sources import telegram_preview

URL = "https://t.me/s/courier"


def post(number: int, text: str, *, before: str = "", footer: str = "", at: str = "2026-11-23T10:00:00+00:00") -> str:
    """Return one post as the preview shows it."""
    body = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text else ""
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="courier/{number}">'
        '<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author">'
        f'<a class="tgme_widget_message_owner_name"><span>Daily Courier</span></a></div>{before}{body}{footer}'
        '<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">1.2K</span>'
        f'<a class="tgme_widget_message_date" href="https://t.me/courier/{number}">'
        f'<time datetime="{at}">10:00</time></a>'
        "</div></div></div></div>"
    )


def page(*posts: str, head: str = "") -> bytes:
    """Return a channel's page."""
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Daily Courier – Telegram</title></head><body>'
        f'<div class="tgme_channel_info">Daily Courier</div><main>{head}{"".join(posts)}</main></body></html>'
    ).encode()


def test_posts_come_newest_first_with_their_text_link_and_time() -> None:
    """The page is oldest first; the author, the views and the time are not the text."""
    reading = telegram_preview.read(page(post(1, "Old news"), post(2, "Kremlin <b>opens</b><br>a <i>garden</i>")), URL)
    assert [draft.guid for draft in reading.drafts] == ["courier/2", "courier/1"]
    newest = reading.drafts[0]
    assert newest.body == "Kremlin opens\na garden"
    assert newest.link == "https://t.me/courier/2"
    assert newest.published == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_what_a_post_quotes_is_not_its_text() -> None:
    """A reply shows what it answers, a forward whom it is from, a link what it leads to: none of it was said here."""
    reply = (
        '<a class="tgme_widget_message_reply" href="https://t.me/courier/1"><div class="tgme_widget_message_author">'
        'Courier</div><div class="tgme_widget_message_text js-message_reply_text">Peskov resigns</div></a>'
    )
    forward = '<div class="tgme_widget_message_forwarded_from">Forwarded from <a>Kremlin Pool</a></div>'
    preview = (
        '<a class="tgme_widget_message_link_preview" href="https://a.example/"><div class="link_preview_title">Summit'
        "</div></a>"
    )
    reading = telegram_preview.read(page(post(2, "No comment", before=reply + forward, footer=preview)), URL)
    assert [draft.body for draft in reading.drafts] == ["No comment"]


def test_a_text_within_a_text_is_read_once() -> None:
    """The preview nests the class of a text in itself."""
    inner = '<div class="tgme_widget_message_text js-message_text">Kremlin opens a garden</div>'
    assert [draft.body for draft in telegram_preview.read(page(post(3, inner)), URL).drafts] == [
        "Kremlin opens a garden"
    ]


def test_a_poll_is_its_question_and_a_picture_alone_is_no_item() -> None:
    """What has no words cannot match and is no headline."""
    poll = '<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Who wins?</div></div>'
    reading = telegram_preview.read(page(post(4, "", before=poll), post(5, "")), URL)
    assert [draft.body for draft in reading.drafts] == ["Who wins?"]


def test_the_page_before_is_named() -> None:
    """Whoever missed more than a page finds the rest there."""
    more = '<a href="/s/courier?before=2" class="tme_messages_more js-messages_more" data-before="2"></a>'
    assert telegram_preview.read(page(post(2, "x"), head=more), URL).further == ("https://t.me/s/courier?before=2",)


def test_a_channel_without_posts_is_empty_and_no_fault() -> None:
    """A new channel is waited for."""
    assert telegram_preview.read(page(), URL).drafts == ()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'<html><body><div class="tgme_page"><a>View in Telegram</a></div></body></html>', "no preview"),
        (b"<html><body><h1>Sign in</h1></body></html>", "not a channel"),
        (b"", "empty|not a channel"),
        (b"{}", "not a channel"),
    ],
)
def test_another_page_says_what_it_is(body: bytes, why: str) -> None:
    """A person or a group has no preview; a channel in another shape is a fault, not silence."""
    with pytest.raises(ParseError, match=why):
        telegram_preview.read(body, URL)


def test_a_date_that_is_none_and_a_deep_page_are_survived() -> None:
    """Posts are kept without a date; nesting costs no recursion."""
    deep = "<b>" * 200 + "Kremlin" + "</b>" * 200
    reading = telegram_preview.read(page(post(1, deep, at="yesterday")), URL)
    assert [(draft.body, draft.published) for draft in reading.drafts] == [("Kremlin", None)]
