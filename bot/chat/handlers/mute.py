"""`/mute`: stories, words, watchlists and sources that a chat does not want to hear of, for a while or for ever.

In comes a request, out goes an Answer; what changes is committed before the answer exists. What a mute silences
is decided at the moment of sending (`bot.alerts.policy`); here it is only understood and kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from bot.alerts.calendar import zone_of
from bot.alerts.policy import live
from bot.chat.arguments import time_words
from bot.chat.arguments.durations import is_length, is_until, names_day_last, parse_until, split_length
from bot.chat.arguments.names import find_watchlist, parse_story_number, split_names
from bot.chat.arguments.stories import ask_which_story, find_alerts
from bot.chat.arguments.times_of_day import normalise
from bot.chat.arguments.unclear import Unclear
from bot.chat.context import Request, Services, reply
from bot.chat.handlers.schedule import answer_unclear, back_button, load_preferences, show_panel
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import mute as texts
from bot.inflection.word_forms import inflect
from bot.preferences import Mute, Muted
from bot.text.tokens import fold, tokens, unspaced

MOST = 50  # mutes of a chat
_BUTTONS = 20  # under the list
_WORDS, _LETTERS = 5, 60  # of a phrase
_LABEL = 40  # characters of a name on a button
_OF_STORY = 4  # words of one story that buttons offer
# In which words inflect besides the languages of the chat and of the watchlists: all there are would take seconds.
_ALWAYS = frozenset({"en", "ru", "uk"})
_KINDS: dict[str, Muted] = {
    "story": "story",
    "word": "word",
    "list": "watchlist",
    "watchlist": "watchlist",
    "source": "source",
}


async def mute(services: Services, request: Request) -> Answer:
    """Show the mutes, ask what of a story or for how long, mute, or take a mute back."""
    words = request.command.words.strip()
    if request.command.answers is not None and (not words or is_length(words)):
        return await _answered(services, request, words)
    if not words or is_length(words):
        return await _listed(services, request)
    if words.lower() in {"off", "all off"}:
        return await _end_all(services, request)
    if question := _ask_all(request, words) or _ask_day(request, words):
        return question
    if words.startswith("#"):
        return await _of_story(services, request, words[1:])
    what, length = _parted(words)
    meant = await _meant(services, request, what)
    return reply(request.command, meant) if isinstance(meant, str) else await _obey(services, request, meant, length)


async def unmute(services: Services, request: Request) -> Answer:
    """Show the mutes with buttons that end them, or end the one that is named: by its words, as it is listed."""
    words = request.command.words.strip()
    if not words:
        return await _listed(services, request)
    if normalise(words) in time_words.ALL.split("|"):
        return await _end_all(services, request)
    if words.startswith("#"):
        words = f"story {words[1:]}"
    preferences, _display = await load_preferences(services, request)
    named = {words.casefold(), words.strip("\"“”«»'").casefold()}
    for one in live(preferences.mutes, services.now()):
        if named & {one.what.casefold(), one.label.casefold(), f"{one.kind} {one.what}".casefold()}:
            return await _obey(services, request, one, "off")
    meant = await _meant(services, request, words)
    return reply(request.command, meant) if isinstance(meant, str) else await _obey(services, request, meant, "off")


async def _end_all(services: Services, request: Request) -> Answer:
    many = await services.preferences.remove_mutes(request.command.chat, None)
    return await _listed(services, request, texts.all_unmuted(request.translator, many))


def _ask_all(request: Request, words: str) -> Answer | None:
    """Ask whether a pause is meant where somebody mutes "all", with the length that was said."""
    what, length = split_length(words)
    if normalise(what) not in time_words.ALL.split("|"):
        return None
    _ = request.translator
    buttons = (
        Button(_("⏸ Pause everything"), data("pause", length)),
        _button(texts.label_word(_, basics_texts.label(what, _LABEL)), f"word {what} {length or 'forever'}"),
        Button(_("Cancel"), data("mute")),
    )
    return reply(request.command, texts.ask_all(_, what), buttons)


def _ask_day(request: Request, words: str) -> Answer | None:
    """Ask whether a day at the end is a time or a part of a name: `hockey friday`, `Black Friday`, `Fashion Week`."""
    *before, last = words.split()
    titled = before and last in {"Day", "Week", "Hour"}
    if not (titled or names_day_last(words)) or before[0].lower() in _KINDS or words[0] in '"“«„' or is_until(words):
        return None
    _, what = request.translator, " ".join(before)
    until = last.lower() if titled else f"until {last.lower()}"
    buttons = (
        _button(texts.label_until(_, basics_texts.label(what, _LABEL), last, until=not titled), f"word {what} {until}"),
        _button(texts.label_word(_, basics_texts.label(words, _LABEL)), f"word {words} forever"),
    )
    return reply(request.command, texts.ask_day(_, words), tuple(_fitting(buttons)))


async def _answered(services: Services, request: Request, length: str) -> Answer:
    """Mute the story of the message that was answered, or ask what of it; of several, ask which."""
    alerts = await find_alerts(services, request, "")
    if len(alerts) > 1:
        return ask_which_story(request, "mute", alerts)
    if not alerts:
        return await _listed(services, request)
    if not length:
        return await _of_story(services, request, str(alerts[0].story))
    meant = await _story(services, request, str(alerts[0].story))
    return reply(request.command, meant) if isinstance(meant, str) else await _mute(services, request, meant, length)


async def _obey(services: Services, request: Request, meant: Mute, length: str) -> Answer:
    if length == "?":
        return reply(request.command, texts.ask(request.translator, meant), _lengths(request, meant))
    if length != "off":
        return await _mute(services, request, meant, length)
    had = await services.preferences.remove_mutes(request.command.chat, meant.kind, meant.what)
    return await _listed(services, request, texts.unmuted(request.translator, had=bool(had)))


def _parted(words: str) -> tuple[str, str]:
    """Return what is meant, and for how long: the last words where they say that, else `forever`."""
    what, _space, last = words.rpartition(" ")
    if what and last.lower() in {"off", "?"}:
        return what.strip(), last.lower()
    what, length = split_length(words)
    return what, length or "forever"


async def _mute(services: Services, request: Request, meant: Mute, length: str) -> Answer:
    command, _, now = request.command, request.translator, services.now()
    preferences, _look = await load_preferences(services, request)
    zone = zone_of(preferences.zone)
    try:
        wanted = replace(meant, until=parse_until(length, now, zone))
    except Unclear as error:
        return answer_unclear(services, request, error, "mute", f"{meant.kind} {meant.what} ")
    if wanted.kind == "word":
        named_ones = {language for one in services.config().watchlists for language in one.languages}
        languages = tuple(sorted(_ALWAYS | named_ones | {_.language}))
        wanted = replace(wanted, forms=await asyncio.to_thread(_forms, wanted.what, languages))
    if not await services.preferences.add_mute(command.chat, wanted, now, most=MOST):
        return reply(command, texts.too_many(_, MOST))
    done = texts.muted(_, wanted, now, zone)
    return replace(
        reply(command, done, _lengths(request, wanted)), toast=basics_texts.bare(done) if command.press else ""
    )


def _forms(what: str, languages: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the folded forms of each word; none for scripts without spaces, where a word may stand anywhere."""
    if unspaced(what):
        return ()
    found = inflect([(word, languages) for word in tokens(what).words])
    return tuple(tuple(sorted({*found[word, languages], fold(word)})) for word in tokens(what).words)


# ---------------------------------------------------------------------------------------------- what is meant


async def _meant(services: Services, request: Request, what: str) -> Mute | str:
    """Return what somebody wants muted, or why that cannot be."""
    first, _space, rest = what.partition(" ")
    kind = _KINDS.get(first.lower()) if rest else None
    name = rest.strip() if kind else what
    if kind == "story" or name.startswith(("http://", "https://")):
        return await _story(services, request, name)
    if kind in {None, "watchlist"} and (chosen := _watchlist(services, name)):
        return chosen
    if kind in {None, "source"} and (chosen := _source(services, name)):
        return chosen
    word = name.strip("\"“”«»'=~ ")
    size = len(tokens(word).words)
    if size > _WORDS or len(word) > _LETTERS or not (size or unspaced(word)):
        return texts.too_long(request.translator)
    return Mute("word", word)


async def _story(services: Services, request: Request, name: str) -> Mute | str:
    number = parse_story_number(name)
    if number is None and name.startswith("http"):
        traces = await services.queries.items.trace_item(name.split(maxsplit=1)[0], request.command.chat)
        number = next((trace.found.story for trace in traces if trace.found.story is not None), None)
    story = None if number is None else await services.preferences.find_story(request.command.chat, number)
    return Mute("story", str(story.story), label=story.headline) if story else texts.no_story(request.translator)


def _watchlist(services: Services, name: str) -> Mute | None:
    ids = split_names(services.config(), name)
    one = find_watchlist(services.config(), ids[0]) if len(ids) == 1 else None
    return Mute("watchlist", one.id, label=one.title) if one else None


def _source(services: Services, name: str) -> Mute | None:
    found = next((one.name for one in services.config().sources if one.name.casefold() == name.casefold()), None)
    return Mute("source", found) if found else None


# ---------------------------------------------------------------------------------------------- what is shown


async def _listed(services: Services, request: Request, done: str = "") -> Answer:
    _, now = request.translator, services.now()
    preferences, _look = await load_preferences(services, request)
    mutes = live(preferences.mutes, now)
    buttons = [_button(texts.label_end(_, _name(one)), _key(one, "off")) for one in mutes[:_BUTTONS]]
    if len(mutes) > 1:
        buttons.append(Button(_("🔔 Unmute all"), data("mute", "off")))
    text = texts.listed(_, mutes, now, zone_of(preferences.zone))
    return show_panel(request, text, (*_fitting(buttons), back_button(_)), done)


async def _of_story(services: Services, request: Request, number: str) -> Answer:
    """Offer what of a story may be muted: itself, its words, watchlists and source."""
    _ = request.translator
    meant = await _story(services, request, number)
    if isinstance(meant, str):
        return reply(request.command, meant)
    buttons = [_button(_("🔇 This story"), _key(meant, "?"))]
    alert = await services.preferences.find_alert(request.command.chat, int(meant.what))
    if alert is not None:
        words = {fold(one.text): one.text for one in alert.evidence if one.text.strip()}
        buttons += [
            _button(texts.label_word(_, basics_texts.label(word, _LABEL)), f"word {word} ?")
            for word in list(words.values())[:_OF_STORY]
        ]
        buttons += [
            _button(texts.label_list(_, basics_texts.label(title, _LABEL)), f"watchlist {name} ?")
            for name, title in alert.watchlists[:2]
            if find_watchlist(services.config(), name)
        ]
    story = await services.preferences.find_story(request.command.chat, int(meant.what))
    buttons += [
        _button(texts.label_source(_, basics_texts.label(source, _LABEL)), f"source {source} ?")
        for source in (story.sources[:1] if story else ())
    ]
    return reply(request.command, texts.of_story(_, meant.label), tuple(_fitting(buttons)))


def _lengths(request: Request, meant: Mute) -> tuple[Button, ...]:
    """Return buttons that say for how long, and one that takes it back."""
    _ = request.translator
    buttons = [
        replace(_button(label, _key(meant, length)), beside=place > 0)
        for place, (length, label) in enumerate(texts.lengths(_))
    ]
    return tuple(_fitting([*buttons, _button(texts.label_end(_, _name(meant)), _key(meant, "off"))]))


def _button(label: str, words: str) -> Button:
    return Button(label, data("mute", words))


def _fitting(buttons: Iterable[Button]) -> list[Button]:
    """Return the buttons that Telegram takes: what a very long name would make of one can still be written."""
    return [one for one in buttons if len(one.data.encode()) <= BUTTON_BYTES]


def _key(one: Mute, length: str) -> str:
    return f"{one.kind} {one.what} {length}"


def _name(one: Mute) -> str:
    return basics_texts.label(one.label or one.what, _LABEL)
