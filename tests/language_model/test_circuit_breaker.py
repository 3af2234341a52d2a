"""A model that fails again and again is left alone, and tried with one question from time to time."""

from __future__ import annotations

from bot.language_model.circuit_breaker import FIRST_REST, LONGEST_REST, OPENS_AFTER, CircuitBreaker


def test_it_opens_after_failures_in_a_row_and_says_so_once() -> None:
    """An answer in between begins the count anew."""
    breaker = CircuitBreaker()
    for _ in range(OPENS_AFTER - 1):
        assert not breaker.record_failure(0.0)
    breaker.record_answer()
    opened = [breaker.record_failure(0.0) for _ in range(OPENS_AFTER + 3)]
    assert opened.count(True) == 1
    assert not breaker.may_ask(1.0)


def test_after_a_rest_one_question_decides() -> None:
    """While it is under way nobody else asks; a failure doubles the rest, an answer ends it."""
    breaker = CircuitBreaker()
    for _ in range(OPENS_AFTER):
        breaker.record_failure(0.0)
    assert breaker.may_ask(FIRST_REST)
    assert not breaker.may_ask(FIRST_REST)
    assert not breaker.record_failure(FIRST_REST)
    assert not breaker.may_ask(3 * FIRST_REST - 1)
    assert breaker.may_ask(3 * FIRST_REST)
    assert breaker.record_answer()
    assert breaker.may_ask(3 * FIRST_REST)
    assert breaker.may_ask(3 * FIRST_REST)


def test_a_rest_has_its_longest_and_a_question_given_up_shows_nothing() -> None:
    """However long it fails, it is tried again within a quarter of an hour."""
    breaker, now = CircuitBreaker(), 0.0
    for _ in range(OPENS_AFTER + 20):
        breaker.record_failure(now)
        now = breaker.resting_until
    assert breaker.rest == LONGEST_REST
    assert breaker.may_ask(now)
    breaker.abandon()
    assert breaker.may_ask(now)
