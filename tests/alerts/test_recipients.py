"""Who is told what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.recipients import counting, due, join, risen, speaking
from bot.model import Alert, Chat, Evidence, Match, Report, Subscription, Watchlist

AT = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
ANNA, BORIS, GROUP = Chat(1), Chat(2), Chat(-100, 7)


def report(publisher: str = "courier", *watchlists: str, headline: str = "Kremlin says no") -> Report:
    """Return a report of one publisher that these watchlists matched."""
    return Report(
        publisher, publisher, headline, f"https://{publisher}.example/1", AT, None, watchlists or ("kremlin",)
    )


def match(watchlist: str = "kremlin", word: str = "Kremlin") -> Match:
    """Return a match of one word in the title."""
    return Match(watchlist, word, (Evidence("title", word, 0, len(word)),))


def alerts(
    *watchlists: Watchlist,
    now: Report | None = None,
    matches: tuple[Match, ...] | None = None,
    ties: tuple[tuple[Chat, str], ...] = ((ANNA, "kremlin"),),
    earlier: tuple[Report, ...] = (),
    told: frozenset[Chat] = frozenset(),
) -> dict[Chat, Alert]:
    """Return the alerts that are due, by chat; one for each at most."""
    made = due(
        9,
        now or report(),
        (match(),) if matches is None else matches,
        "The lead.",
        watchlists={one.id: one for one in watchlists},
        subscribers=[Subscription(chat, name) for chat, name in ties],
        voices=len({one.publisher for one in (*earlier, now or report())}),
        earlier=earlier,
        told=told,
    )
    by_chat = {one.chat: one for one in made}
    assert len(by_chat) == len(made)
    return by_chat


def kremlin(**changes: object) -> Watchlist:
    """Return the watchlist of most tests."""
    return Watchlist("kremlin", "Kremlin and summits", ("Kremlin",), **changes)  # type: ignore[arg-type]  # a table of changes


def test_a_subscriber_is_told() -> None:
    """A subscriber of a matching watchlist gets the headline, the lead, the link and the evidence."""
    (alert,) = alerts(kremlin()).values()
    assert alert.chat == ANNA
    assert alert.story == 9
    assert alert.watchlists == (("kremlin", "Kremlin and summits"),)
    assert (alert.headline, alert.url, alert.lead) == ("Kremlin says no", "https://courier.example/1", "The lead.")
    assert [one.text for one in alert.evidence] == ["Kremlin"]


def test_several_watchlists_make_one_alert() -> None:
    """A chat whose watchlists all fire gets one alert that lists them, as loud as the loudest, in the file's order."""
    now = report("courier", "sport", "kremlin")
    made = alerts(
        kremlin(priority="low", follow="off"),
        Watchlist("sport", "Sport", ("x",), priority="urgent"),
        now=now,
        matches=(match("sport", "hockey"), match()),
        ties=((ANNA, "sport"), (ANNA, "kremlin"), (BORIS, "kremlin")),
    )
    assert [name for name, _ in made[ANNA].watchlists] == ["kremlin", "sport"]
    assert made[ANNA].priority == "urgent"
    assert made[ANNA].follow == "edits"
    assert {one.text for one in made[ANNA].evidence} == {"hockey", "Kremlin"}
    assert made[BORIS].priority == "low"
    assert made[BORIS].follow == "off"
    assert {one.text for one in made[BORIS].evidence} == {"Kremlin"}


def test_fixed_readers_are_told_once() -> None:
    """A chat in deliver_to that also subscribed gets one alert; a topic is a reader of its own."""
    made = alerts(kremlin(deliver_to=(ANNA, GROUP, Chat(-100))))
    assert set(made) == {ANNA, GROUP, Chat(-100)}


def test_who_was_told_is_not_told_again() -> None:
    """A chat that has the story's message gets none; one that came later gets the latest headline."""
    made = alerts(
        kremlin(deliver_to=(BORIS,)),
        now=report("reuters", headline="Later headline"),
        earlier=(report(),),
        told=frozenset({ANNA}),
    )
    assert set(made) == {BORIS}
    assert made[BORIS].headline == "Later headline"


def test_what_waits_is_joined_by_other_watchlists_only() -> None:
    """Once the message is sent, nothing joins it; what two watchlists want of it, the closer one gets."""
    both = (kremlin(), Watchlist("summit", "Summit", ("Kremlin",), follow="replies", priority="urgent"))
    said = {
        "watchlists": {one.id: one for one in both},
        "subscribers": [Subscription(chat, one.id) for chat in (ANNA, BORIS) for one in both],
        "voices": 1,
        "told": frozenset({ANNA, BORIS}),
    }
    asked = (9, report("courier", "kremlin", "summit"), (match(), match("summit")), "The lead.")
    (new,) = due(*asked, **said, waiting={ANNA: frozenset({"kremlin"})})  # type: ignore[arg-type]  # by name
    assert (new.chat, new.watchlists) == (ANNA, (("summit", "Summit"),))
    assert due(*asked, **said, waiting={ANNA: frozenset({"kremlin", "summit"})}) == ()  # type: ignore[arg-type]
    old = replace(new, watchlists=(("kremlin", "Kremlin"),), priority="low", follow="off", headline="First")
    joined = join(old, new)
    assert joined.watchlists == (("kremlin", "Kremlin"), ("summit", "Summit"))
    assert (joined.headline, joined.priority, joined.follow) == ("First", "low", "replies")


def test_a_watchlist_waits_for_confirmation() -> None:
    """With confirm: 2 nothing is said before a second publisher reports; two reports of one are one voice."""
    careful = kremlin(confirm=2)
    assert alerts(careful) == {}
    assert alerts(careful, now=report("courier"), earlier=(report("courier"),)) == {}
    assert set(alerts(careful, now=report("tass"), earlier=(report("courier"),))) == {ANNA}


def test_confirmation_by_a_report_that_others_matched() -> None:
    """The second publisher confirms the story even where only another watchlist matched its report."""
    now = report("tass", "sport")
    made = alerts(
        kremlin(confirm=2),
        Watchlist("sport", "Sport", ("x",)),
        now=now,
        matches=(match("sport", "hockey"),),
        earlier=(report("courier", "kremlin"),),
    )
    assert made[ANNA].watchlists == (("kremlin", "Kremlin and summits"),)
    assert [one.text for one in made[ANNA].evidence] == ["hockey"], "what tells why the story is told at all"


def test_a_report_that_a_watchlist_did_not_match_tells_its_readers_nothing() -> None:
    """Without confirmation to wait for, only the report's own watchlists speak."""
    now = report("tass", "sport")
    assert alerts(kremlin(), now=now, matches=(), earlier=(report("courier", "kremlin"),)) == {}


def test_urgent_at_so_many_publishers() -> None:
    """The priority rises when urgent_at publishers report; 0 never raises it."""
    earlier = (report("reuters"),)
    assert alerts(kremlin(urgent_at=2), earlier=earlier)[ANNA].priority == "urgent"
    assert alerts(kremlin(urgent_at=3), earlier=earlier)[ANNA].priority == "normal"
    assert alerts(kremlin(urgent_at=0), earlier=earlier)[ANNA].priority == "normal"


def test_a_story_becomes_urgent_for_those_who_have_it() -> None:
    """By a watchlist that reaches urgent_at, matched now or before, or by an urgent one that speaks now."""
    lists = {
        "kremlin": kremlin(urgent_at=2),
        "sport": Watchlist("sport", "Sport", ("x",), priority="urgent", deliver_to=(GROUP,)),
    }

    def rises(now: Report, voices: int, told: frozenset[Chat]) -> frozenset[Chat]:
        ties = [Subscription(ANNA, "kremlin"), Subscription(BORIS, "kremlin")]
        return risen(now, (report("courier"),), watchlists=lists, subscribers=ties, voices=voices, told=told)

    everybody = frozenset({ANNA, GROUP})
    assert rises(report("tass"), 1, everybody) == frozenset()
    assert rises(report("tass"), 2, everybody) == {ANNA}, "Boris gets an urgent alert of his own"
    assert rises(report("tass", "other"), 2, everybody) == {ANNA}
    assert rises(report("tass", "sport"), 1, everybody) == {GROUP}


def test_a_chat_says_how_loud_a_watchlist_is_for_it() -> None:
    """Its word counts for it alone, louder or more silent than the watchlist's own, whatever the number of voices."""
    ties = [
        Subscription(ANNA, "kremlin", "low"),
        Subscription(BORIS, "kremlin", "urgent"),
        Subscription(GROUP, "kremlin"),
    ]
    lists = {"kremlin": kremlin(urgent_at=2)}

    def told(voices: int) -> dict[Chat, str]:
        made = due(9, report(), (match(),), "", watchlists=lists, subscribers=ties, voices=voices)
        return {one.chat: one.priority for one in made}

    assert told(1) == {ANNA: "low", BORIS: "urgent", GROUP: "normal"}
    assert told(2) == {ANNA: "low", BORIS: "urgent", GROUP: "urgent"}
    everybody = frozenset({ANNA, BORIS, GROUP})
    rises = risen(report("tass"), (report(),), watchlists=lists, subscribers=ties, voices=2, told=everybody)
    assert rises == {BORIS, GROUP}


def test_voices_are_counted_only_where_somebody_asks() -> None:
    """Comparing all texts of a story is dear."""
    now = report("courier")
    assert not counting(now, (), {"kremlin": kremlin()})
    assert not counting(now, (), {})
    assert counting(now, (), {"kremlin": kremlin(confirm=2)})
    assert counting(report("tass", "sport"), (now,), {"kremlin": kremlin(urgent_at=3)})


def test_a_watchlist_that_was_removed_is_silent() -> None:
    """A subscription to an id that the file does not know any more tells nothing."""
    assert alerts() == {}
    assert speaking(report("courier", "gone"), (), {}, 1) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.permutations([(ANNA, "kremlin"), (BORIS, "sport"), (ANNA, "sport"), (GROUP, "kremlin")]),
    st.sets(st.sampled_from([ANNA, BORIS, GROUP])),
)
def test_the_order_of_subscriptions_does_not_matter(ties: list[tuple[Chat, str]], told: set[Chat]) -> None:
    """Whatever the order, the same chats get the same alerts, and nobody who was told."""
    lists = (kremlin(), Watchlist("sport", "Sport", ("x",)))
    now = report("courier", "kremlin", "sport")
    made = alerts(*lists, now=now, ties=tuple(ties), told=frozenset(told))
    assert made == alerts(*lists, now=now, ties=tuple(sorted(ties, key=str)), told=frozenset(told))
    assert set(made) == {ANNA, BORIS, GROUP} - told
