"""Which reports tell one story: copies, retouched items, the same event; and everything that must stay apart."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Candidate, Report
from bot.stories.assign import Placement, corrected, place, signature, voices
from bot.stories.sketch import unpack

ROOTS = ("storm", "Rat", "пожар", "Мост", "über", "vote", "Oslo", "бюдж")
WORDS = tuple(f"{root}{end}" for root in ROOTS for end in ("a", "en", "", "ow", "i", "ek"))
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Record:
    """Stories on record, as the store keeps them: candidates by shared index number."""

    held: list[tuple[frozenset[int], Candidate]] = field(default_factory=list)

    def tell(self, publisher: str, title: str, text: str = "", url: str | None = None) -> Placement:
        """Place a report and put it on record, as a new story where it joins none."""
        made = signature(title, text, url)
        report = Report(publisher, publisher, title, url, START + timedelta(minutes=len(self.held)))
        near = [candidate for index, candidate in self.held if index & set(made.index)]
        placement = place(report, made, near)
        story = placement.story if placement.story is not None else len(self.held) + 1
        self.held.append((frozenset(made.index), Candidate(story, report, made.sketch)))
        return placement


@pytest.fixture(name="record")
def _record() -> Record:
    """Give an empty record."""
    return Record()


def prose(seed: int, words: int = 200) -> str:
    """Return a made-up text whose words nobody else has, with sentences."""
    chance = random.Random(seed)
    made = ["".join(chance.choices("abcdefghiklmnoprstuvz", k=chance.randint(3, 9))) for _ in range(words)]
    return ". ".join(" ".join(made[at : at + 12]).capitalize() for at in range(0, words, 12)) + "."


WIRE = (
    "The central bank of Norland cut its main rate by a quarter point to 3.75 percent on Thursday, saying that prices "
    "rise more slowly than feared. Governor Ingrid Holm told reporters in Osthaven that further steps depend on wages. "
    "Analysts had expected the move after the krone gained against the euro in October. Mortgage lenders said that "
    "they would follow within days. The opposition called the decision late. The bank meets again in January, when it "
    "will publish new forecasts for growth, employment and trade with the neighbours in the south."
)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            (
                "Two killed in crash on motorway near Leipzig|Two people were killed in a crash on the A9 motorway "
                "near Leipzig on Sunday, police said. A car hit a truck in fog. It was closed for several hours."
            ),
            (
                "Two killed in crash on motorway near Hamburg|Two people were killed in a crash on the A7 motorway "
                "near Hamburg on Monday, police said. A van hit a bus in rain. It was closed for several hours."
            ),
        ),
        (
            (
                "Former mayor of Norwick sentenced to 4 years for bribery|The former mayor of Norwick was sentenced to "
                "four years in prison for taking bribes, prosecutors said. Judge Ann Moore said he betrayed the public."
            ),
            (
                "Former mayor of Eastham sentenced to 6 years for fraud|The former mayor of Eastham was sentenced to "
                "six years in prison for robbing a fund, prosecutors said. Judge Paul Reed said he betrayed the public."
            ),
        ),
        (
            (
                "Oslo: magnitude 4.3 quake felt by thousands|A magnitude 4.3 earthquake shook the city of Oslo, the "
                "geological survey said. There were no immediate reports of damage or casualties in the region."
            ),
            (
                "Magnitude 5.9 quake felt by thousands in Lima|A magnitude 5.9 earthquake shook the city of Lima, the "
                "geological survey said. There were no immediate reports of damage or casualties in the region."
            ),
        ),
    ],
    ids=("crash", "mayor", "quake"),
)
def test_the_same_kind_of_event_elsewhere_is_another_story(record: Record, one: str, two: str) -> None:
    """Two publishers tell in nearly the same words what happened in two places: the names decide."""
    assert record.tell("courier.example", *one.split("|")).story is None
    assert record.tell("gazette.example", *two.split("|")).story is None


def test_a_reason_names_the_outlet_as_readers_know_it() -> None:
    """Why a report joined is said with the name of a source, not with the domain that its publisher is known by."""
    seen = Report("The Courier", "courier.example", "Norland cuts its main rate", None, START)
    new = replace(seen, source="The Gazette", publisher="gazette.example")
    made = signature(seen.headline, WIRE)
    assert "The Courier, “Norland" in place(new, made, [Candidate(1, seen, made.sketch)]).reason


def test_the_same_page_is_the_same_story(record: Record) -> None:
    """Addresses that differ in tracking only are one page, whoever lists it (case 66)."""
    record.tell("courier", "Norland cuts rates by a quarter point", WIRE, "https://courier.example/a/1?utm_source=rss")
    again = record.tell("courier", "Norland's bank cuts rates", WIRE, "https://www.courier.example/a/1")
    assert again.story == 1
    assert again.reason.startswith("the same page: courier")


def test_a_front_page_as_link_groups_nothing(record: Record) -> None:
    """Items whose link is the site's front page have no address of their own."""
    record.tell("courier", "Norland cuts rates by a quarter point", "", "https://courier.example/")
    assert record.tell("courier", "Ferries touch in thick fog", "", "https://courier.example/").story is None


def test_items_with_each_others_links_are_a_story_each(record: Record) -> None:
    """Links that were mixed up do not merge texts that have nothing in common."""
    one, two = "https://courier.example/a/1", "https://courier.example/a/2"
    record.tell("courier", "Norland cuts rates by a quarter point", prose(1), one)
    record.tell("courier", "Ferries touch in thick fog", prose(2), two)
    assert record.tell("herald", "Cabbage prices double overnight", prose(3), one).story is None
    assert record.tell("herald", "Museum finds a lost painting", prose(4), two).story is None


def test_case_66_a_wire_text_under_another_headline_is_one_story(record: Record) -> None:
    """Edited, shortened, with another headline: copies of one text are one story, between publishers."""
    record.tell("courier", "Norland cuts rates by a quarter point", WIRE)
    copied = record.tell("herald", "Holm eases policy as inflation slows", WIRE.replace("percent", "per cent"))
    assert copied.story == 1
    assert "copy of one text" in copied.reason
    assert record.tell("globe", "Cheaper loans ahead in Norland", WIRE[: len(WIRE) * 2 // 5]).story == 1


def test_made_up_wire_copies_are_all_found() -> None:
    """5 % of the words edited, another headline, cut to 40 %: at least 98 % are found, and nothing else is merged."""
    record, chance = Record(), random.Random(7)
    for number in range(150):
        record.tell("wire", f"{prose(number, 7)}", prose(number, 260))
    found = 0
    for number in range(150):
        words = prose(number, 260).split()[:104]
        edited = [word if chance.random() > 0.05 else "other" for word in words]
        headline = f"{prose(number, 7)[:20]} {prose(number + 9000, 5)}"
        placed = record.tell("outlet", headline, " ".join(edited))
        found += placed.story == number + 1
        assert placed.story in {None, number + 1}
    assert found >= 147


def test_the_same_event_in_other_words_is_one_story(record: Record) -> None:
    """Names, numbers and content words that agree make one story of two texts that share no sentence."""
    record.tell(
        "courier",
        "Norland cuts rates by a quarter point",
        "Norland's central bank lowered its main interest rate to 3.75 percent on Thursday. Governor Ingrid Holm said "
        "in Osthaven that inflation slows and that wages decide what comes next.",
    )
    other = record.tell(
        "herald",
        "Central bank of Norland lowers interest rate to 3.75%",
        "Borrowers in Norland can breathe: the central bank in Osthaven has reduced its interest rate. Inflation is "
        "slowing, according to governor Ingrid Holm, but wages remain a worry.",
    )
    assert other.story == 1
    assert "the same names, numbers and words" in other.reason


def test_one_report_of_many_brings_nobody_into_a_story() -> None:
    """Where one of six agrees, nothing joins: and the reason does not blame the publisher, who is new there."""
    told = (("Norland cuts rates", WIRE), *((f"{prose(n, 6)}", prose(n + 50)) for n in range(1, 6)))
    candidates = [
        Candidate(1, Report(f"p{n}", f"p{n}", title, None, START), signature(title, text).sketch)
        for n, (title, text) in enumerate(told)
    ]
    title = "Bank of Norland lowers main rate to 3.75 percent"
    text = "The bank in Osthaven lowered its main rate to 3.75 percent on Thursday. Governor Ingrid Holm spoke."
    mine, report = signature(title, text), Report("herald", "herald", title, None, START)
    assert place(report, mine, candidates[:5]).story == 1
    alone = place(report, mine, candidates)
    assert (alone.story, alone.reason) == (None, "no report tells the same event")


def test_the_same_event_in_inflected_russian_is_one_story(record: Record) -> None:
    """Endings of words do not matter."""
    record.tell(
        "курьер",
        "Два парома столкнулись в порту Вестерхольма",
        "Два пассажирских парома столкнулись в густом тумане в порту Вестерхольма. Никто не пострадал, порт закрыт.",
    )
    other = record.tell(
        "вестник",
        "Порт Вестерхольма закрыли после столкновения паромов",
        "Власти закрыли порт Вестерхольма: в густом тумане произошло столкновение двух пассажирских паромов. "
        "Пострадавших нет.",
    )
    assert other.story == 1


BOILERPLATE = (
    "Read more on our site.",
    (
        "This is a sample excerpt. You can change it in the settings of your theme under Reading, where you also find "
        "the number of posts that are shown and the length of their summaries in words."
    ),
    (
        "The material does not constitute investment advice. Trading involves risk of loss. Past performance is no "
        "guide to the future. Please read the terms carefully before you act on anything that you find here."
    ),
    (
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore "
        "magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip."
    ),
)


@pytest.mark.parametrize("excerpt", BOILERPLATE)
@pytest.mark.parametrize("second", ["courier", "herald"])
def test_identical_excerpts_under_different_headlines_are_different_items(
    record: Record, excerpt: str, second: str
) -> None:
    """Placeholders of themes, disclaimers and "Read more" never group, within a publisher or between two."""
    record.tell("courier", "Norland cuts rates by a quarter point", excerpt, "https://courier.example/1")
    assert (
        record.tell(second, "Ferries touch in thick fog off Westerholm", excerpt, "https://x.example/2").story is None
    )


SERIES = (
    ("Norland cuts rates", "Norland holds rates", WIRE, WIRE.replace("cut its main rate", "held its main rate")),
    ("Acme cuts forecast", "Acme raises forecast", WIRE, WIRE.replace("cut", "raised")),
    ("Weather for Osthaven", "Weather for Osthaven", f"{WIRE} 5 degrees, wind 7.", f"{WIRE} 9 degrees, wind 3."),
    ("Weather for Osthaven", "Weather for Westerholm", WIRE, WIRE.replace("Osthaven", "Westerholm")),
    ("Quake kills 5 in Norland", "Quake kills 12 in Norland", WIRE, WIRE),
    ("Market wrap: shares rise", "Market wrap: shares fall", prose(1), prose(2)),
    ("Live: day 5 of the talks", "Live: day 6 of the talks", prose(1), prose(1)),
    ("Путин встретился с Трампом", "Путин встретился с Макроном", WIRE, WIRE),
)


@pytest.mark.parametrize(("first", "second", "text", "later"), SERIES)
def test_one_publishers_series_stays_apart(record: Record, first: str, second: str, text: str, later: str) -> None:
    """Weather, market wraps, live-blogs, other numbers, names and places: a publisher's next item is another story."""
    record.tell("courier", first, text, "https://courier.example/1")
    assert record.tell("courier", second, later, "https://courier.example/2").story is None


def test_a_publishers_next_item_does_not_join_by_way_of_another_publisher(record: Record) -> None:
    """A series stays apart although somebody else's report resembles both parts of it."""
    record.tell("courier", "Norland cuts rates by a quarter point", WIRE, "https://courier.example/1")
    record.tell("herald", "Norland cuts rates by a quarter point", WIRE, "https://herald.example/1")
    later = WIRE.replace("cut its main rate", "held its main rate")
    placed = record.tell("courier", "Norland holds rates", later, "https://courier.example/2")
    assert placed.story is None
    assert placed.reason == "that story has another report of this publisher, or the opposite"


def test_a_retouched_title_is_the_same_item(record: Record) -> None:
    """One publisher's item under a new address with a longer title and the same text is no other event."""
    record.tell("courier", "Norland cuts rates by a quarter point", WIRE, "https://courier.example/1")
    again = record.tell(
        "courier", "Norland cuts rates by a quarter point, lenders follow", WIRE, "https://courier.example/2"
    )
    assert again.story == 1


def test_different_articles_are_different_stories(record: Record) -> None:
    """Texts that share a city and a weekday are no story."""
    record.tell(
        "courier", "Osthaven opens a new library", "The library of Osthaven opened on Thursday. It has many books."
    )
    other = record.tell(
        "herald", "Fire destroys Osthaven warehouse", "A warehouse in Osthaven burnt down on Thursday night."
    )
    assert other.story is None
    assert 0 < other.score < 1
    assert other.reason


BAD = {
    "nothing": ("", ""),
    "only a title": ("Title", ""),
    "one word": ("spam", "spam " * 5000),
    "a megabyte title": ("x" * 1_000_000, ""),
    "a megabyte of words": ("word " * 200_000, "word " * 200_000),
    "signs": ("!!! ???", "… — ★ ☂" * 1000),
    "no known language": ("ᚠᚢᚦ ᚨᚱᚲ", "ᚷᚹᚺ ᚾᛁᛃ " * 500),
    "unspaced": ("今天天气很好" * 100, "我们去公园" * 2000),
    "surrogate": ("a\ud800b", "\udfff" * 100),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_case_70_bad_input_is_a_story_each_in_bounded_time(record: Record, name: str) -> None:
    """Empty and endless titles, one repeated word, unknown languages: no exception, no merge with other items."""
    title, text = BAD[name]
    began = process_time()
    record.tell("courier", title, text, "https://courier.example/1")
    assert (
        record.tell("herald", "Ferries touch in fog", f"{text[:2000]} {prose(5)}", "https://herald.example/1").story
        is None
    )
    assert process_time() - began < 1


def test_empty_and_one_word_items_do_not_merge(record: Record) -> None:
    """Two items that say nothing are two items."""
    for number, (title, text) in enumerate([("", ""), ("", ""), ("", "spam " * 500), ("", "spam " * 500)]):
        assert record.tell(f"outlet{number}", title, text, f"https://o{number}.example/x").story is None


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=60), st.text(max_size=200)), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_placement_does_not_depend_on_the_order_of_candidates(
    told: list[tuple[str, str, str]], chance: random.Random
) -> None:
    """Workers see candidates in any order and decide the same; nothing raises, whatever the text."""
    candidates = []
    for number, (publisher, title, text) in enumerate(told):
        made = signature(title, text, None)
        assert len(made.index) <= 40
        assert all(-(2**63) <= key < 2**63 for key in made.index)
        report = Report(publisher, publisher, title, None, START)
        candidates.append(Candidate(number // 2, report, made.sketch))
    mine = signature(told[0][1], told[0][2], None)
    report = Report("z", "z", told[0][1], None, START)
    expected = place(report, mine, candidates)
    chance.shuffle(candidates)
    assert place(report, mine, candidates) == expected
    assert 0 <= expected.score <= 1


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=300), st.text(max_size=800))
def test_a_sketch_comes_back_from_its_bytes(title: str, text: str) -> None:
    """What is kept on record is what was measured, in about a kilobyte."""
    raw = signature(title, text, "https://courier.example/a").sketch
    made = unpack(raw)
    assert made is not None
    assert made.pack() == raw
    assert len(raw) < 2000


@settings(deadline=None, max_examples=80)
@given(st.binary(max_size=120))
def test_bytes_of_another_version_are_no_candidate(raw: bytes) -> None:
    """A record written by another version is passed over, never an error."""
    report = Report("a", "a", "Title", None, START)
    made = signature("Title of some length here", WIRE)
    assert place(report, made, [Candidate(1, report, raw)]).story is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Quake kills 5 in Norland", "Quake kills 12 in Norland", True),
        ("Norland cuts rates", "Norland holds rates", True),
        ("Cat wins", "Car wins", True),
        ("Minister resigns", "Minister does not resign", True),
        ("Макрон прибыл в Киев", "Мерц прибыл в Киев", True),
        ("Переговоры состоятся", "Переговоры не состоятся", True),
        ("Holm: rates may fall", "Holm: rates may fall again", True),
        ("Quake kills 5 in Norland", "QUAKE KILLS 5 IN NORLAND", False),
        ("Quake kills 5 in Norland", "A quake kills 5 in Norland – Daily Courier", False),
        ("Quake kills 5 in Norland | Herald", "Quake kills 5 in Norland - BBC News", False),
        ("“Quake kills 5”: minister", "Quake kills 5, minister", False),
        ("Norland’s bank", "Norland's bank", False),
        ("1,000 flee", "1000 flee", False),
        ("Порт закрыт", "Порт закрыта", False),
        ("Leader's meeting", "Leaders' meeting", False),
        ("", "", False),
    ],
)
def test_a_headline_counts_as_corrected_when_it_says_something_else(old: str, new: str, expected: bool) -> None:
    """Numbers, names, negations and content words count; articles, case, punctuation and suffixes never do."""
    assert corrected(old, new) is expected
    assert corrected(new, old) is expected


def test_copies_and_one_agency_are_one_voice() -> None:
    """Two outlets with one wire text, or that credit one agency, confirm nothing; independent ones do."""

    def report(publisher: str, text: str) -> Candidate:
        made = signature("Norland cuts rates", text)
        return Candidate(1, Report(publisher, publisher, "Norland cuts rates", None, START), made.sketch)

    assert voices([]) == 0
    assert voices([report("courier", WIRE), report("herald", WIRE), report("courier", prose(1))]) == 1
    assert voices([report("courier", WIRE), report("herald", prose(1)), report("globe", prose(2))]) == 3
    credited = [report("courier", f"OSTHAVEN (Reuters) - {prose(3)}"), report("herald", f"Reuters reports. {prose(4)}")]
    assert voices(credited) == 1
    assert voices([credited[0], report("globe", f"{prose(5)} according to Reuters.")]) in {1, 2}
    assert voices([credited[0], report("globe", f"The bank cut rates, according to Reuters. {prose(5)}")]) == 1


def test_short_teasers_of_different_events_stay_apart() -> None:
    """Two sentences that share a pattern are no event: another place, another number, another thing."""
    pairs = (
        ("Museum in Oslo robbed of Viking gold", "Thieves broke into the museum in Oslo and took gold.",
         "Museum in Oslo reopens Viking hall", "The museum in Oslo reopened its Viking hall on Monday."),
        ("Storm kills three in Cuba", "A storm killed three people in Cuba on Monday, officials said.",
         "Storm kills four in Haiti", "A storm killed four people in Haiti on Monday, officials said."),
        ("Pension age to rise to 66 in Belgium", "The pension age will rise to 66 in Belgium.",
         "Pension age to rise to 67 in Austria", "The pension age will rise to 67 in Austria."),
    )  # fmt: skip
    for one, its, other, theirs in pairs:
        seen = Report("a", "a", one, None, datetime(2026, 11, 23, tzinfo=UTC))
        new = Report("b", "b", other, None, datetime(2026, 11, 23, tzinfo=UTC))
        first = Candidate(1, seen, signature(one, its).sketch)
        assert place(new, signature(other, theirs), [first]).story is None, other


@settings(deadline=None, max_examples=60)
@given(
    headline=st.lists(st.sampled_from(WORDS), min_size=1, max_size=14),
    body=st.lists(st.sampled_from(WORDS), min_size=25, max_size=48, unique=True),
)
def test_a_report_joins_its_own_copy(headline: list[str], body: list[str]) -> None:
    """Whatever it says: the same headline and text of another publisher tell the same story."""
    title, text = " ".join(headline), " ".join(body)
    record = Record()
    record.tell("one", title, text)
    assert record.tell("two", title, text).story == 1
