"""Commands for when alerts come and which do not, with a real store: what is said, what changes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.messages import Answer
from bot.chat.registry import COMMANDS
from bot.model import Alert, Chat, DisplayPreferences, Evidence
from bot.preferences import Mute, Window

OWNER, READER, ADMINISTRATOR, GROUP = 11, 22, 33, -1005550001
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HERE = Chat(READER)
MINUTE = timedelta(minutes=1)


def said(answer: Answer) -> str:
    """Return the text of the one reply, or the toast."""
    return answer.replies[0].text if answer.replies else answer.toast


def offered(answer: Answer) -> list[str]:
    """Return what the buttons mean."""
    return [button.data for button in answer.replies[0].buttons]


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


async def queue(desk: Any, *stories: int, chat: Chat = HERE, **changes: Any) -> None:
    """Put alerts into the outbox."""
    given = {"headline": "Hockey at the summit", "url": "https://one.example/1", "lead": "Lead"} | changes
    found = (Evidence("title", "summit", 14, 20, "Hockey at the summit"),)
    alerts = [Alert(chat, story, (("kremlin", "Kremlin"),), evidence=found, **given) for story in stories]
    await desk.store.polls.queue_notices(alerts, desk.now)


async def sent(desk: Any) -> list[int]:
    """Claim as a sender does; return the stories that may be told."""
    deliveries = desk.store.outbox
    epoch = await deliveries.take_role("sender", desk.now, MINUTE)
    return [one.alert.story for one in await deliveries.claim(epoch, desk.now, limit=50, ttl=MINUTE)]


# ---------------------------------------------------------------------------------------------- hours


async def test_quiet_hours_are_shown_set_and_ended(open_desk: Any) -> None:
    """Buttons say the usual, words say others; the zone in force is kept with them."""
    panel = await open_desk.ask("/quiet")
    assert "off" in said(panel)
    assert "quiet|23:00-07:00|" in offered(panel)
    pressed = await open_desk.press("quiet|23:00-07:00|")
    assert "23:00–07:00" in pressed.toast
    assert pressed.replies[0].edit == 5
    assert "quiet|off|" in offered(pressed)
    assert (await open_desk.store.preferences.read_display(READER)).timezone == "UTC"
    answer = await open_desk.ask("/quiet 22:30-06:45, sat-sun 22-10 kyiv")
    assert "Sat–Sun 22:00–10:00, 22:30–06:45, by the clock of Europe/Kyiv" in said(answer)
    wishes = await open_desk.store.preferences.read_preferences(HERE)
    assert (wishes.zone, len(wishes.quiet)) == ("Europe/Kyiv", 2)
    assert "no time zone" in said(await open_desk.ask("/quiet 1-2 Mars/Olympus"))
    assert "I do not understand" in said(await open_desk.ask("/quiet 99 <i>late</i>"))
    assert "No quiet hours" in said(await open_desk.ask("/quiet off"))
    assert (await open_desk.store.preferences.read_preferences(HERE)).quiet == ()


async def test_hours_that_may_mean_two_things_are_asked_about(open_desk: Any) -> None:
    """Nothing is set before a button has said which; zones that several countries have are asked about as well."""
    answer = await open_desk.ask("/quiet 11-7 CST")
    assert "several countries" in said(answer)
    assert offered(answer)[0] == "quiet|11-7 America/Chicago|"
    assert answer.replies[0].buttons[0].label == "Chicago (06:00 now)"
    answer = await open_desk.press(offered(answer)[0])
    assert offered(answer) == ["quiet|23:00-07:00 america/chicago|", "quiet|11:00-19:00 america/chicago|"]
    assert (await open_desk.store.preferences.read_preferences(HERE)).quiet == ()
    answer = await open_desk.press(offered(answer)[0])
    assert "23:00–07:00, by the clock of America/Chicago (06:00 now)" in answer.toast
    assert (await open_desk.store.preferences.read_preferences(HERE)).quiet == (Window(1380, 420),)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("/digest 8", ["digest|08:00|", "digest|20:00|"]),
        ("/pause until 6", ["pause|until 06:00|", "pause|until 18:00|"]),
        ("/mute hockey until 6", ["mute|word hockey until 06:00|", "mute|word hockey until 18:00|"]),
        ("/settings still 9", ["settings|still 09:00|", "settings|still 21:00|"]),
    ],
)
async def test_a_bare_hour_is_asked_about_wherever_one_is_said(open_desk: Any, text: str, questions: list[str]) -> None:
    """In the morning, or in the evening: the buttons say exactly that, and are understood."""
    answer = await open_desk.ask(text)
    assert offered(answer) == questions
    assert "❓" not in said(await open_desk.press(questions[0]))


async def test_a_zone_is_shown_with_the_time_there(open_desk: Any) -> None:
    """GMT+3 is three hours ahead of UTC, and whoever sets it sees that."""
    assert "UTC+3 (15:00 now)" in said(await open_desk.ask("/settings zone GMT+3"))
    assert (await open_desk.store.preferences.read_display(READER)).timezone == "Etc/GMT-3"
    assert "Europe/Berlin (13:00 now)" in said(await open_desk.ask("/digest daily 8:00 Berlin"))
    assert "UTC" not in said(await open_desk.ask("/quiet at night"))


async def test_a_topic_has_hours_of_its_own(open_desk: Any) -> None:
    """What is set in a topic holds for the topic."""
    who = {"chat": GROUP, "topic": 7, "user": ADMINISTRATOR}
    await open_desk.ask("/quiet 23-7", **who)
    assert (await open_desk.store.preferences.read_preferences(Chat(GROUP, 7))).quiet
    assert not (await open_desk.store.preferences.read_preferences(Chat(GROUP))).quiet
    assert "this topic" in said(await open_desk.ask("/settings", **who))


async def test_a_digest_is_set_and_says_when_it_comes(open_desk: Any) -> None:
    """The answer names the next time, in the chat's zone."""
    await open_desk.store.preferences.write_display(READER, DisplayPreferences("Europe/Berlin"))
    assert "24 Nov 08:00" in said(await open_desk.ask("/digest daily 08:00"))
    assert "14:00" in said(await open_desk.ask("/digest hourly"))
    assert "Mon 09:30" in said(await open_desk.ask("/digest weekly mon 9:30"))
    assert "✅ weekly, Mon 08:00" in (await open_desk.press("digest|weekly mon 08:00|")).replies[0].buttons[4].label
    assert "I do not understand" in said(await open_desk.ask("/digest whenever"))
    assert "No digest" in said(await open_desk.ask("/digest off"))


@pytest.mark.parametrize(
    ("choice", "follow", "left"),
    [("all", "2 alerts follow", [1, 2]), ("day", "1 alert follows", [2]), ("none", "2", [])],
)
async def test_a_pause_ends_with_a_question(open_desk: Any, choice: str, follow: str, left: list[int]) -> None:
    """Nothing comes in a pause, not even what is urgent; its end asks what becomes of it."""
    assert "Paused" in said(await open_desk.ask("/pause"))
    assert "already" in said(await open_desk.ask("/pause"))
    await queue(open_desk, 1, priority="urgent")
    assert await sent(open_desk) == []
    open_desk.now += timedelta(days=2)
    await queue(open_desk, 2)
    assert await sent(open_desk) == []
    question = await open_desk.ask("/resume")
    assert "2 alerts came in the pause" in said(question)
    assert offered(question) == ["resume|all|", "resume|day|", "resume|none|"]
    assert await sent(open_desk) == [], "still paused until the answer"
    assert follow in said(await open_desk.press(f"resume|{choice}|"))
    assert sorted(await sent(open_desk)) == left
    assert "no pause" in said(await open_desk.press(f"resume|{choice}|"))


@pytest.mark.parametrize("length", ["2h", "2 hours"])
async def test_a_pause_with_a_length_ends_by_itself(open_desk: Any, length: str) -> None:
    """Its end is said, nothing is told before, and what came meanwhile is told then, together, without a question."""
    await open_desk.ask("/settings zone Europe/Berlin")
    assert "15:00" in said(await open_desk.ask(f"/pause {length}"))
    assert "15:00" in said(await open_desk.ask("/settings"))
    await queue(open_desk, 1, 2)
    assert await sent(open_desk) == []
    open_desk.now += timedelta(hours=2)
    assert "no pause" in said(await open_desk.ask("/resume"))
    assert "Not paused" in said(await open_desk.ask("/settings"))
    assert await sent(open_desk) == [1, 2]


async def test_a_pause_can_be_made_longer_or_shorter_and_ended(open_desk: Any) -> None:
    """Words change a pause that there is, none leave it; what is no length changes nothing."""
    for words, then in (("", "/resume ends it and asks"), ("1h", "13:00"), ("", "13:00"), ("tomorrow", "24 Nov 08:00")):
        assert then in said(await open_desk.ask(f"/pause {words}"))
    assert "how long" in said(await open_desk.ask("/pause until the cows come home"))
    assert "24 Nov" in said(await open_desk.ask("/pause"))
    assert "come again" in said(await open_desk.ask("/resume"))


async def test_a_pause_in_which_nothing_came_just_ends(open_desk: Any) -> None:
    """There is nothing to ask."""
    await open_desk.ask("/pause")
    assert "come again" in said(await open_desk.ask("/resume"))
    assert "no pause" in said(await open_desk.ask("/resume"))


# ---------------------------------------------------------------------------------------------- mutes


@pytest.mark.parametrize(
    ("words", "mute"),
    [
        ("hockey 1h", ("word", "hockey", NOW + timedelta(hours=1))),
        ("word kremlin day", ("word", "kremlin", NOW + timedelta(days=1))),
        ('"peace talks"', ("word", "peace talks", None)),
        ("kremlin today", ("watchlist", "kremlin", datetime(2026, 11, 24, tzinfo=UTC))),
        ("Kremlin and summits week", ("watchlist", "kremlin", NOW + timedelta(weeks=1))),
        ("list oil", ("watchlist", "oil", None)),
        ("kremlin SITE forever", ("source", "Kremlin site", None)),
        ("和平 1h", ("word", "和平", NOW + timedelta(hours=1))),
    ],
)
async def test_words_lists_and_sources_are_muted(open_desk: Any, words: str, mute: tuple[Any, ...]) -> None:
    """What is meant is found by what it is called; the answer says it, with buttons for other lengths and the end."""
    answer = await open_desk.ask(f"/mute {words}")
    assert "🔇 Muted" in said(answer)
    (one,) = (await open_desk.store.preferences.read_preferences(HERE)).mutes
    assert (one.kind, one.what, one.until) == mute
    assert offered(answer)[-1] == f"mute|{one.kind} {one.what} off|"
    assert "told again" in (await open_desk.press(f"mute|{one.kind} {one.what} off|")).toast
    assert (await open_desk.store.preferences.read_preferences(HERE)).mutes == ()


async def test_a_muted_word_silences_all_its_forms(open_desk: Any) -> None:
    """«Песков» also silences «Пескова»; other alerts come."""
    await open_desk.ask("/mute Песков")
    await open_desk.ask("/mute summit 1h")
    await queue(open_desk, 1, headline="Заявление Пескова")
    await queue(open_desk, 2, headline="Both summits are over")
    found = (Evidence("title", "oil", 0, 3, "Oil is up"),)
    await open_desk.store.polls.queue_notices([Alert(HERE, 3, (("oil", "Oil"),), "Oil is up", None, "", found)], NOW)
    assert await sent(open_desk) == [3]


async def test_mutes_are_listed_and_taken_back(open_desk: Any) -> None:
    """Each with its end and a button; all at once as well; one too many is refused."""
    assert "Nothing is muted" in said(await open_desk.ask("/mute"))
    await open_desk.ask("/mute hockey 1h")
    await open_desk.ask("/mute <b>bold</b>")
    listed = await open_desk.ask("/mute")
    assert "the word “hockey” – until 13:00" in said(listed)
    assert "<b>bold" not in said(listed)
    assert offered(listed)[-2:] == ["mute|off|", "settings||"]
    assert "2 mutes are over" in (await open_desk.press("mute|off|")).toast
    for number in range(50):
        await open_desk.store.preferences.add_mute(HERE, Mute("source", f"s{number}"), NOW, most=50)
    assert "50 mutes" in said(await open_desk.ask("/mute hockey"))


async def test_what_of_a_story_to_mute_is_asked_under_its_alert(
    open_desk: Any, record: Callable[..., Awaitable[None]]
) -> None:
    """The button of an alert offers the story, its words, its watchlists, its source; each asks for how long."""
    await record("An item without a story")
    assert "no story" in said(await open_desk.press("mute|#77|new"))
    assert "no story" in said(await open_desk.ask("/mute https://nowhere.example/x"))
    panel = await open_desk.press("mute|word summit ?|new")
    assert panel.replies[0].edit is None, "the alert stays as it is"
    assert offered(panel)[:2] == ["mute|word summit 1h|", "mute|word summit today|"]
    assert [button.beside for button in panel.replies[0].buttons[:2]] == [False, True]


@pytest.mark.parametrize("words", ["a b c d e f g h", "x" * 200, "!!!", "story 12", "hockey 99999w"])
async def test_what_cannot_be_muted_is_refused(open_desk: Any, words: str) -> None:
    """With what can."""
    await open_desk.ask(f"/mute {words}")
    assert (await open_desk.store.preferences.read_preferences(HERE)).mutes == ()


# ---------------------------------------------------------------------------------------------- settings


async def test_settings_lead_to_everything(open_desk: Any) -> None:
    """From /start to every wish by buttons alone, and each button is a command that exists."""
    seen, ahead = set(), ["settings||", *offered(await open_desk.ask("/start"))]
    while ahead:
        one = ahead.pop()
        if one in seen or one.startswith(("forget|yes", "lists|")):
            continue
        seen.add(one)
        open_desk.clock.now += 60
        answer = await open_desk.press(one)
        assert answer.replies, one
        assert answer.replies[0].text
        ahead += offered(answer)
    verbs = {one.split("|")[0] for one in seen}
    assert verbs <= set(COMMANDS)
    assert {"quiet", "digest", "pause", "resume", "mute", "language", "forget", "latest", "mine", "help"} <= verbs


async def test_settings_are_chosen_by_words_too(open_desk: Any) -> None:
    """What a button says can be written."""
    await open_desk.ask("/settings layout FULL")
    await open_desk.ask("/settings zone Asia/Almaty")
    await open_desk.ask("/settings doubt hold")
    assert await open_desk.store.preferences.read_display(READER) == DisplayPreferences(
        "Asia/Almaty", None, "full", "hold"
    )
    assert "07:30" in said(await open_desk.ask("/settings still 7:30"))
    assert (await open_desk.store.preferences.read_preferences(HERE)).still == 450
    await open_desk.ask("/settings still off")
    assert (await open_desk.store.preferences.read_preferences(HERE)).still is None
    assert "no setting" in said(await open_desk.ask("/settings <b>colour</b> red"))
    assert "no time zone" in said(await open_desk.ask("/settings zone Atlantis"))


async def test_a_chat_chooses_how_loud_a_watchlist_is_for_it(open_desk: Any) -> None:
    """By buttons from /settings, or in words; it is kept with the subscription, and goes with it."""
    await open_desk.ask("/subscribe kremlin oil")
    assert "settings|loud|" in offered(await open_desk.ask("/settings"))
    assert offered(await open_desk.press("settings|loud|"))[:2] == ["settings|loud kremlin|", "settings|loud oil|"]
    one = offered(await open_desk.press("settings|loud kremlin|"))
    assert [meant.split()[-1] for meant in one[:4]] == ["low|", "normal|", "urgent|", "default|"]
    assert "Silently" in said(await open_desk.press(one[0]))
    assert "Urgent" in said(await open_desk.ask("/settings loud OIL urgent"))
    loudness = open_desk.store.chats.find_priorities
    assert await loudness(HERE) == {"kremlin": "low", "oil": "urgent"}
    await open_desk.ask("/settings loud oil default")
    await open_desk.ask("/subscribe kremlin")
    assert await loudness(HERE) == {"kremlin": "low"}
    await open_desk.ask("/unsubscribe kremlin")
    await open_desk.ask("/subscribe kremlin")
    assert await loudness(HERE) == {}
    open_desk.clock.now += 60
    for wrong in ("loud nothing low", "loud kremlin deafening", "loud <b> low"):
        assert "do not understand" in said(await open_desk.ask(f"/settings {wrong}"))


async def test_the_language_is_chosen_by_code_or_by_its_name(open_desk: Any) -> None:
    """The chat speaks it at once; another that we do not speak is refused with those that we do."""
    assert offered(await open_desk.ask("/language"))[:2] == ["language|en|", "language|ru|"]
    await open_desk.ask("/language Deutsch")
    assert (await open_desk.store.preferences.read_display(READER)).language == "de"
    assert "Deutsch" in said(await open_desk.ask("/language klingon"))
    assert "Deutsch" in said(await open_desk.ask("/settings"))


async def test_case_122_forgetting_asks_whom_it_was_asked_by(open_desk: Any) -> None:
    """Case 122: only who asked can confirm, by a button; then nothing is left."""
    who = {"chat": GROUP, "user": ADMINISTRATOR}
    open_desk.administrators.add((GROUP, READER))
    await open_desk.ask("/subscribe kremlin", **who)
    asked = await open_desk.ask("/forget", **who)
    yes, no = offered(asked)
    assert "Only who asked" in (await open_desk.press(yes, chat=GROUP, user=READER)).toast
    assert "Nothing was changed" in said(await open_desk.press(no, **who))
    assert "Forget this chat?" in said(await open_desk.ask(f"/forget yes {ADMINISTRATOR}", **who))
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ("kremlin",)
    assert "Forgotten" in said(await open_desk.press(yes, **who))
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ()


# ---------------------------------------------------------------------------------------------- the latest


async def test_the_latest_is_empty_or_of_a_list_that_exists(open_desk: Any) -> None:
    """Nothing yet is said as that, a watchlist that is none with the nearest."""
    assert "No story yet" in said(await open_desk.ask("/latest"))
    assert "Did you mean <code>kremlin</code>" in said(await open_desk.ask("/latest kremlim"))


# ---------------------------------------------------------------------------------------------- owners


async def test_owners_see_chats_and_sources(desk: Any, record: Callable[..., Awaitable[None]]) -> None:
    """Who asks has a button; a source says its last good answer and the next try; nobody else may see them."""
    await record("An item")
    await desk.ask("/start", chat=GROUP, user=READER)
    desk.clock.now += 60
    chats = await desk.ask("/chats", user=OWNER)
    assert f"<b>Newsroom</b> · <code>{GROUP}</code>" in said(chats)
    assert offered(chats) == [f"admit|{GROUP}|"]
    await desk.press(f"admit|{GROUP}|", user=OWNER)
    assert "Let in" in said(await desk.ask("/chats", user=OWNER))
    assert "Kremlin site" in said(await desk.ask("/sources", user=OWNER))
    assert "last good" in said(await desk.ask("/sources", user=OWNER))
    for verb in ("chats", "sources", "reload", "for -1 subscribe kremlin", "decline -5"):
        assert "Only the owners" in said(await desk.ask(f"/{verb}", chat=GROUP, user=ADMINISTRATOR))
        desk.clock.now += 60


async def test_owners_read_the_file_anew(desk: Any) -> None:
    """What has changed is said, or what is wrong with it, as inert text."""
    assert "+ oil" in said(await desk.ask("/reload", user=OWNER))
    desk.problems = ("watchlists.yaml:3:1: unknown key <b>",)
    assert "old one stays" in said(await desk.ask("/reload", user=OWNER))
    assert "&lt;b&gt;" in said(await desk.ask("/reload", user=OWNER))


async def test_owners_act_for_a_channel(desk: Any) -> None:
    """A channel is subscribed and set up from the owner's private chat, a topic of a group as well."""
    answer = await desk.ask("/for -100777 /subscribe kremlin", user=OWNER)
    assert "Subscribed" in said(answer)
    assert answer.replies[0].chat == Chat(OWNER)
    assert "<code>-100777</code>" in said(answer)
    assert await desk.store.chats.find_subscriptions(Chat(-100777)) == ("kremlin",)
    assert await desk.store.chats.is_admitted(-100777)
    await desk.ask(f"/for {GROUP}/7 quiet 23-7", user=OWNER)
    assert (await desk.store.preferences.read_preferences(Chat(GROUP, 7))).quiet
    for wrong in ("", "-100777", "kremlin subscribe", "-100777 admit 5", "-100777 nonsense", "-100777 for -5 start"):
        assert "Write /for" in said(await desk.ask(f"/for {wrong}", user=OWNER))


async def test_buttons_under_what_an_owner_does_for_a_channel_act_for_it_again(desk: Any) -> None:
    """A question asked for a channel is answered by its buttons, by owners alone; the message is edited in place."""
    channel = Chat(-100777)
    await desk.ask("/for -100777 pause", user=OWNER)
    await queue(desk, 1, chat=channel)
    assert await sent(desk) == []
    asked = await desk.ask("/for -100777 resume", user=OWNER)
    catch_up = offered(asked)[0]
    assert catch_up == "for|-100777 resume all|"
    assert "owners" in (await desk.press(catch_up, user=READER)).toast or not await desk.store.chats.is_admitted(READER)
    (reply,) = (await desk.press(catch_up, user=OWNER)).replies
    assert (reply.chat, reply.edit) == (Chat(OWNER), 5)
    assert "1 alert follows" in reply.text
    assert await sent(desk) == [1]
    lists = offered(await desk.ask("/for -100777/7 lists", user=OWNER))
    page, told = (await desk.press(lists[0], user=OWNER)).replies
    assert told.chat == Chat(-100777, 7)
    assert "✅ <b>Kremlin and summits</b>" in page.text
    assert await desk.store.chats.find_subscriptions(Chat(-100777, 7)) == ("kremlin",)


async def test_case_104_a_group_that_is_declined_is_left(desk: Any) -> None:
    """Case 104: the owner's button ends it; the group may come back once it is let in."""
    await desk.ask("/start", chat=GROUP, user=READER)
    answer = await desk.press(f"decline|{GROUP}|", user=OWNER)
    assert answer.leave == (GROUP,)
    assert await desk.store.admissions.find_chats() == ()
    assert (await desk.press("decline|22|", user=OWNER)).leave == ()


# ---------------------------------------------------------------------------------------------- bad input

WORDS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "off", "?", "# ", "#1", "#-9" * 9, "x" * 4000, "-100 subscribe", "zone", "yes", "yes 22", "0", "<b>&"]
    ),
    st.lists(
        st.sampled_from(
            ["word", "story", "kremlin", "1h", "off", "23-7", "mon", "daily", "|", "%s", "\x00", "\ud800", "~1"]
        ),
        max_size=5,
    ).map(" ".join),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(COMMANDS)), WORDS, st.booleans(), st.booleans(), st.sampled_from([OWNER, READER]))
async def test_case_110_no_command_raises_or_echoes_markup(
    open_desk: Any,
    verb: str,
    words: str,
    pressed: bool,
    group: bool,
    user: int,
) -> None:
    """Case 110: whatever follows a command, written or in a button, is answered, within limits, and stays inert."""
    open_desk.clock.now += 60
    where = {"chat": GROUP if group else user, "user": ADMINISTRATOR if group else user}
    if verb in {"test", "watch"}:
        words = words[:10]
    if pressed:
        answer = await open_desk.press(
            f"{verb}|{words.replace('|', '').encode('utf-8', 'ignore').decode()[:90]}|", **where
        )
    else:
        answer = await open_desk.ask(f"/{verb} {words}", **where)
    for reply in answer.replies:
        assert len(reply.text.encode("utf-16-le", "surrogatepass")) // 2 <= 4096
        assert set(re.findall(r"</?([a-z]+)", reply.text)) <= {"b", "i", "code", "a", "pre"}
        assert all(button.label for button in reply.buttons)
