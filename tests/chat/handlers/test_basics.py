"""Plain words and deep links in a private chat: answered as the command that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.messages import Answer
from bot.model import Chat

READER, GROUP = 22, -1005550001


def said(answer: Answer) -> str:
    """Return the text of the one reply."""
    return answer.replies[0].text


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


async def test_plain_words_are_understood(open_desk: Any) -> None:
    """Help lists the commands, stop asks and names the lists, why and a link answer as /why does."""
    await open_desk.ask("/subscribe kremlin")
    await open_desk.ask("/watch my topic")
    assert "What you are told" in said(await open_desk.ask("/ help"))
    stop = await open_desk.ask("/ stop")
    assert "Kremlin and summits" in said(stop)
    assert "1 query of your own" in said(stop)
    assert stop.replies[0].buttons[0].data == "pause||"
    assert "No item on record has this link" in said(await open_desk.ask("/ https://one.example/x"))
    assert "/why" in said(await open_desk.ask("/ why?"))


async def test_a_deep_link_offers_its_watchlist(open_desk: Any) -> None:
    """`?start=kremlin` offers it by a button; an unknown one names those that there are."""
    offer = await open_desk.ask("/start kremlin")
    assert "Kremlin and summits" in said(offer)
    await open_desk.press(offer.replies[0].buttons[0].data)
    assert await open_desk.store.chats.find_subscriptions(Chat(READER)) == ("kremlin",)
    assert "<code>oil</code>" in said(await open_desk.ask("/start nonsense"))


async def test_a_newcomer_is_welcomed_in_the_language_of_their_telegram(open_desk: Any) -> None:
    """In private, where we speak it: alerts, buttons and the menu of the chat follow."""
    answer = await open_desk.ask("/start", language="uk")
    assert "Я стежу за новинами" in said(answer)
    assert (await open_desk.store.preferences.read_display(READER)).language == "uk"
    assert [(menu.scope, menu.chat) for menu in answer.menus] == [("chat", READER)]
    assert "Списки" in said(await open_desk.ask("/lists"))
    for who in ({"language": "it"}, {"language": ""}, {"language": "uk", "chat": GROUP}):
        answer = await open_desk.ask("/start", **{"user": 44, **who})
        assert "I watch the news" in said(answer)
        assert not answer.menus


async def test_a_chosen_language_stays(open_desk: Any) -> None:
    """What a reader has chosen wins over their Telegram."""
    await open_desk.ask("/language de")
    assert "Ich durchsuche die Nachrichten" in said(await open_desk.ask("/start", language="uk"))


async def test_the_time_zone_is_asked_once(open_desk: Any) -> None:
    """By buttons, with likely ones first; who has chosen is not asked again, and groups choose in /settings."""
    welcome = await open_desk.ask("/start", language="ru")
    zones = [one.data for one in welcome.replies[0].buttons if "zone" in one.data]
    assert zones == ["settings|zone Europe/Moscow|", "settings|zone Asia/Almaty|", "settings|zone|"]
    await open_desk.press(zones[0])
    again = await open_desk.ask("/start", language="ru")
    assert not [one for one in again.replies[0].buttons if "zone" in one.data]
    group = await open_desk.ask("/start", chat=GROUP)
    assert not [one for one in group.replies[0].buttons if "zone" in one.data]
    assert "begins with /" in said(group)


async def test_help_stands_under_headings_with_examples(open_desk: Any) -> None:
    """What is told, when it comes, what can be asked; groups read what holds for groups, owners what is theirs."""
    private = said(await open_desk.ask("/help"))
    assert (
        private.index("What you are told") < private.index("/quiet ") < private.index("Ask me") < private.index("/why")
    )
    assert "<code>/watch Kremlin AND summit</code>" in private
    assert "For owners" not in private
    assert "administrators" in said(await open_desk.ask("/help", chat=GROUP))
    assert "/admit" in said(await open_desk.ask("/help", user=11))


async def test_lists_gives_links_to_share(open_desk: Any) -> None:
    """Links that offer each watchlist, in private and in a group; and a way back."""
    page = await open_desk.ask("/lists", bot="newswatch_bot")
    (share,) = [one.data for one in page.replies[0].buttons if "share" in one.data]
    links = await open_desk.press(share, bot="newswatch_bot")
    assert "https://t.me/newswatch_bot?start=kremlin" in said(links)
    assert "https://t.me/newswatch_bot?startgroup=oil" in said(links)
    assert "Watchlists" in said(await open_desk.press(links.replies[0].buttons[0].data))


async def test_a_link_for_groups_offers_its_watchlist_there(open_desk: Any) -> None:
    """`?startgroup=kremlin` adds the bot, and Telegram writes /start kremlin: an administrator's press subscribes."""
    offer = await open_desk.ask("/start kremlin", chat=GROUP, addressed=True)
    assert "Kremlin and summits" in said(offer)
    refused = await open_desk.press(offer.replies[0].buttons[0].data, chat=GROUP)
    assert "administrators" in refused.toast
    await open_desk.press(offer.replies[0].buttons[0].data, chat=GROUP, user=33)
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ("kremlin",)


async def test_owners_see_what_groups_are_called(open_desk: Any) -> None:
    """A group in which somebody has written /start has a name in /chats; of people no name is kept."""
    await open_desk.ask("/start", title="News <b>desk</b>", chat=GROUP)
    await open_desk.ask("/subscribe kremlin", chat=GROUP, user=33)
    await open_desk.ask("/start", title="Ann Reader")
    await open_desk.ask("/subscribe kremlin")
    chats = said(await open_desk.ask("/chats", user=11))
    assert f"<b>News &lt;b&gt;desk&lt;/b&gt;</b> · <code>{GROUP}</code>" in chats
    assert "<code>22</code>" in chats
    assert "Ann" not in chats
