"""Whatever is told, and however: Telegram's own parser reads the text and the spans that we meant (cases 69, 110)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import owner_notices
from bot.i18n import LANGUAGES, words
from bot.model import Alert, Chat, Delivery, DisplayPreferences, Form, Held, Layout
from bot.notify.digest_message import fold
from bot.notify.render import render
from tests.notify.test_render import ALERT, DELIVERY, FIRST, HOME, WILD, agrees, titles, told

LOOKS: Final = st.builds(
    DisplayPreferences, st.just("Europe/Kyiv"), st.sampled_from(tuple(LANGUAGES)), st.sampled_from(get_args(Layout))
)
FORMS: Final = st.sampled_from(get_args(Form))
HELD: Final = (None, *get_args(Held))


def tellings(title: str, other: str) -> tuple[Delivery, ...]:
    """Return everything that is told with these words: a story, all replies to it, and notices."""
    reports = (replace(FIRST, headline=title), told(other or "Reuters", 7, headline=other))
    alert = replace(ALERT, headline=title, lead=other, watchlists=(("k", title),))
    story = replace(DELIVERY, alert=alert, reports=reports)
    changed = replace(story, alert=replace(alert, part=1, was=other))
    news = replace(story, alert=replace(alert, part=2))
    urgent = replace(story, alert=replace(alert, part=3, priority="urgent"))
    return (story, changed, news, urgent, notice(title, other, "en"))


def notice(name: str, reason: str, language: str) -> Delivery:
    """Return a notice to an owner about a source of this name."""
    _ = words(language)
    told_of = owner_notices.fails(_, name, reason), owner_notices.rebuilt(_, name, 40, 50)
    return Delivery(1, Alert(Chat(1), 7, (), told_of[0], None, told_of[1], ()), (), 1, 0)


@settings(max_examples=40, deadline=None)
@given(WILD, WILD, LOOKS, FORMS)
def test_case_69_any_words_in_any_message_are_inert(
    title: str, other: str, look: DisplayPreferences, form: Form
) -> None:
    """Alerts, corrections, developments, what became urgent, and notices, in every layout, form and language."""
    for delivery in (*tellings(title, other), notice(title, other, look.language or "")):
        agrees(render(replace(delivery, look=look, form=form), HOME))


@settings(max_examples=60, deadline=None)
@given(st.lists(WILD, min_size=1, max_size=4), st.sampled_from(HELD), LOOKS, FORMS)
def test_case_69_any_words_in_any_list_are_inert(
    names: list[str], held: Held | None, look: DisplayPreferences, form: Form
) -> None:
    """Digests, what came while it was quiet or paused, and rolling messages."""
    for title in names:
        lines = tuple(replace(one, look=look, form=form, held=held) for one in tellings(title, names[0]))
        message = fold(lines, HOME)
        assert message is not None
        agrees(message)


@pytest.mark.parametrize("layout", get_args(Layout))
def test_case_69_titles_of_real_feeds_in_every_message(layout: Layout) -> None:
    """As feeds write them: the parser reads each as it stands, in messages and lists of all kinds."""
    found = titles()
    languages = itertools.cycle(LANGUAGES)
    for title, other, held in zip(found, reversed(found), itertools.cycle(HELD), strict=False):
        look = DisplayPreferences(language=next(languages), layout=layout)
        told_of = tuple(replace(one, look=look, held=held) for one in tellings(title, other))
        listed = fold(told_of, HOME)
        assert listed is not None
        for message in (*(render(one, HOME) for one in told_of), listed):
            agrees(message)
