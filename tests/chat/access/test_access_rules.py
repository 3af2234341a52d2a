"""The rules of access, and what they remember for a while."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.access.access_rules import (
    NOTICE_WINDOW,
    NOTICES,
    NOTICES_OF_ONE_USER,
    RATE_BURST,
    RATE_REFILL,
    Administrators,
    AdmissionNotifier,
    RateLimiter,
    Standing,
    decide_access,
)
from bot.chat.listening.updates import CHANNEL_ANONYMOUS, GROUP_ANONYMOUS
from bot.errors import DeliveryError

Need = Literal["read", "change", "own"]
STANDINGS = st.builds(
    Standing,
    owner=st.booleans(),
    owned=st.booleans(),
    admitted=st.booleans(),
    private=st.booleans(),
    mask=st.sampled_from(["", "group", "channel"]),
    administrator=st.sampled_from([None, True, False]),
)


@given(st.sampled_from(["read", "change", "own"]), STANDINGS)
@settings(deadline=None, max_examples=300)
def test_nobody_does_more_than_they_may(need: Need, standing: Standing) -> None:
    """Only owners own; nobody but an owner does anything in a chat that is not admitted; changing needs a face."""
    if decide_access(need, standing) != "yes":
        return
    assert standing.owner or (standing.admitted and need != "own")
    if need == "change" and not standing.owner and not standing.private:
        assert standing.administrator is True
        assert standing.mask == ""


@given(STANDINGS)
@settings(deadline=None, max_examples=200)
def test_telegram_is_asked_only_when_the_answer_decides(standing: Standing) -> None:
    """A look is wanted only by a member of an admitted group who shows a face and wants a change."""
    assert decide_access("read", standing) != "ask"
    if decide_access("change", standing) == "ask":
        assert standing.admitted
        assert not standing.private
        assert not standing.mask


async def test_a_failed_look_is_not_remembered(clock: Any) -> None:
    """An error is raised each time, and neither a yes nor a no is kept from it."""
    answers: list[bool | None] = [None, True]

    async def look(chat: int, user: int) -> bool:
        del chat, user
        answer = answers.pop(0)
        if answer is None:
            raise DeliveryError("no connection", "unsent")
        return answer

    administrators = Administrators(look, clock)
    with pytest.raises(DeliveryError):
        await administrators.includes(-1, 2)
    assert await administrators.includes(-1, 2) is True


@given(st.lists(st.floats(0, 5), max_size=300))
@settings(deadline=None, max_examples=100)
def test_case_29_a_bucket_never_gives_more_than_it_holds(gaps: list[float]) -> None:
    """Case 29: whatever the rhythm, no more commands pass than the burst and what was refilled since."""
    now = [0.0]
    haste = RateLimiter(lambda: now[0])
    passed = 0
    for gap in gaps:
        now[0] += gap
        passed += haste.take(1) == "go"
        assert passed <= RATE_BURST + now[0] / RATE_REFILL + 1e-6


def test_case_104_strangers_cannot_flood_the_owners(clock: Any) -> None:
    """Case 104: one notice a chat and hour, and so many in all; after the hour the owners are asked again."""
    notifier = AdmissionNotifier(clock, frozenset({11}))
    assert notifier.take_notice(1, 1)
    assert not notifier.take_notice(1, 1)
    assert sum(notifier.take_notice(chat, chat) for chat in range(2, 1000)) == NOTICES - 1
    clock.now += NOTICE_WINDOW
    assert notifier.take_notice(1, 1)


@pytest.mark.parametrize("users", [[7], [GROUP_ANONYMOUS, CHANNEL_ANONYMOUS, None]], ids=str)
def test_made_up_chats_of_one_user_leave_room_for_others(clock: Any, users: list[int | None]) -> None:
    """However many chats somebody makes up, with or without a name, only a few notices are theirs."""
    notifier = AdmissionNotifier(clock, frozenset({11}))
    noticed = sum(notifier.take_notice(-chat, users[chat % len(users)]) for chat in range(1, 200))
    assert noticed == NOTICES_OF_ONE_USER
    assert notifier.take_notice(1, 1)
    assert sum(notifier.take_notice(-chat, 11) for chat in range(1000, 1009)) == 9, (
        "an owner's own channels are no flood"
    )
