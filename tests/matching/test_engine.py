"""Matching: what fires on what, the evidence for it, and that neither order nor size matters."""

from __future__ import annotations

import gc
import random
import time
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.engine import Engine, build_engine
from bot.matching.regex_set import Allowance
from bot.model import Match, Source, Watchlist


def watching(
    *keywords: str, exclude: tuple[str, ...] = (), languages: tuple[str, ...] = ("en", "ru", "uk", "zh")
) -> Engine:
    """Return an engine with one watchlist."""
    return build_engine([Watchlist("w", "W", keywords, exclude, languages=languages)])


def fires(query: str, title: str, lead: str = "", body: str = "", **about: str) -> list[str]:
    """Return the words that made the query fire, empty where it did not (or had none to show)."""
    found = watching(query).match(title, lead, body, **about)
    for match in found:
        for each in match.evidence:
            assert {"title": title, "lead": lead, "body": body}[each.field][each.start : each.end] == each.text
            assert each.text in each.sentence
    return [each.text for match in found for each in match.evidence]


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("Kremlin", "The KREMLIN's guard", ["KREMLIN"]),
        ("summit", "Two summits, one sub-summit", ["summits", "summit"]),
        ("Песков", "Сообщил Песков; у Пескова спросили, Песковым сказано", ["Песков", "Пескова", "Песковым"]),
        ("Зеленський", "зустріч Зеленського", ["Зеленського"]),
        ("елка", "Ёлки", ["Ёлки"]),
        ("café", "CAFE\u0301 cafe", ["CAFE\u0301", "cafe"]),
        ("Tor", "Director of Toronto", []),
        ("ISIS", "the crisis", []),
        ("soft", "so\u00adft po\u200bwer", ["so\u00adft"]),
        ("U.S.", "the U.S. and US but not us", ["U.S.", "US"]),
        ("AT&T", "AT&T's plan, not at t", ["AT&T"]),
        ("C++", "C++ and C", ["C++"]),
        ("5G", "a 5G-network", ["5G"]),
        ("COVID-19", "COVID-19, COVID 19, COVID19. Not COVID. 19 people", ["COVID-19", "COVID 19", "COVID19"]),
        ("G7", "the G-7", ["G-7"]),
        ("Rock'n'Roll", "Rock’n’Roll", ["Rock’n’Roll"]),
        ("здоров'я", "стан здоров’я", ["здоров’я"]),
        ("Нью-Йорк", "в Нью-Йорке", ["Нью-Йорке"]),
        ("Straße", "STRASSE", ["STRASSE"]),
        ("手机", "我的手机坏了", ["手机"]),
        ("ประเทศ", "ในประเทศไทย", ["ประเทศ"]),
        ("한국", "한국은 어제", ["한국은"]),
        ("🚀", "to the moon 🚀", ["🚀"]),
        ("Disney+", "on Disney+ now, Disney too", ["Disney+"]),
        ("=Apple", "Apple and apple and APPLE and apples", ["Apple"]),
        ("sanction*", "sanctioned sanctions unsanctioned", ["sanctioned", "sanctions"]),
        ("~Peskov", "Пескова спросили, Peskov said, Пєсков сказав", ["Пескова", "Peskov", "Пєсков"]),
        ('"peace talks"', "Peace —\n\n talks; peace and talks", ["Peace —\n\n talks"]),
        ('"мирный переговоры"', "о мирных переговорах", ["мирных переговорах"]),
        ('="peace talk"', "Peace talk, peace talk", ["peace talk"]),
        ('"Putin Trump"~2', "Trump may soon meet Putin", []),
        ('"Putin Trump"~3', "Trump may soon meet Putin", ["Trump", "Putin"]),
        ("/colou?r/", "COLOR and colouring", ["COLOR", "colour"]),
        ("/москв/", "В МОСКВЕ", ["МОСКВ"]),
        ("summit AND (Putin OR Trump)", "summit with Trump", ["summit", "Trump"]),
        ("summit AND (Putin OR Trump)", "summit with Xi", []),
        ("summit -cocktail", "summit cocktail", []),
        ("NOT (Putin OR Xi) summit", "Xi at summit", []),
        ("title:summit", "summit", ["summit"]),
        ("body:summit", "summit", []),
        ('"new york" OR "york times"', "New York Times", ["New York", "York Times"]),
    ],
)
def test_case_71_queries_find_what_people_mean(query: str, text: str, words: list[str]) -> None:
    """Whole words in every form, in any spelling, never inside another word; evidence in the words of the text."""
    assert fires(query, text) == words


def test_fields_are_told_apart_and_evidence_comes_title_first() -> None:
    """A Boolean query looks at the whole item, a phrase at one field, `lead:` at one only."""
    assert fires("summit Putin", "Putin flies", body="To a summit") == ["Putin", "summit"]
    assert fires('"summit Putin"', "a summit", "Putin") == []
    assert fires("lead:summit", "summit", "summit again", "summit") == ["summit"]


def test_evidence_is_bounded_and_shows_the_sentence() -> None:
    """An article that repeats a word shows its first places only, each in its sentence."""
    match = watching("summit").match("x", "", "First. The summit began. " * 200)[0]
    assert len(match.evidence) == 8
    assert match.evidence[0].sentence == "The summit began."


def test_exclude_silences_its_watchlist_only() -> None:
    """One excluded word keeps the whole watchlist quiet, and no other."""
    engine = build_engine(
        [
            Watchlist("a", "A", ("summit",), ("hockey",), languages=("en",)),
            Watchlist("b", "B", ("summit", "summit"), languages=("en",)),
        ]
    )
    assert [match.watchlist for match in engine.match("hockey summit")] == ["b"]
    assert [match.watchlist for match in engine.match("summit")] == ["a", "b"]


def test_sources_scope_by_name_tag_and_publisher() -> None:
    """A watchlist may look at some sources; `source:` in a query likewise; an unknown source passes the first."""
    sources = [
        Source("Kremlin", "http://k.example/", "k.example", tags=("official",)),
        Source("TASS", "http://t/", "t"),
    ]
    engine = build_engine(
        [
            Watchlist("w", "W", ("summit",), sources=("official",), languages=("en",)),
            Watchlist("q", "Q", ("source:tass summit", "source:official"), languages=("en",)),
        ],
        sources,
    )

    def fired(source: str | None) -> list[tuple[str, str]]:
        return [(match.watchlist, match.query) for match in engine.match("summit", source=source)]

    assert fired("Kremlin") == [("w", "summit"), ("q", "source:official")]
    assert fired("TASS") == [("q", "source:tass summit")]
    assert fired("Unheard of") == []
    assert fired(None) == [("w", "summit")]


def test_only_a_language_that_the_source_states_keeps_a_watchlist_silent() -> None:
    """Unknown languages pass, regional codes count as their language, `lang:` falls back on the script."""
    engine = watching("Kremlin", "lang:ru Kremlin OR lang:ru Кремль", languages=("en",))
    assert [match.query for match in engine.match("Kremlin", language="en-GB")] == ["Kremlin"]
    assert [match.query for match in engine.match("Kremlin")] == ["Kremlin"]
    assert engine.match("Kremlin", language="de") == ()
    assert [match.query for match in engine.match("Кремль молчит")] == ["lang:ru Kremlin OR lang:ru Кремль"]


def test_a_query_that_cannot_be_understood_is_left_out_and_named() -> None:
    """Whoever builds from an unchecked configuration gets an engine of the rest, and what is wrong."""
    engine = watching("a AND", "Kremlin", exclude=("(",))
    assert [(one.watchlist, one.query) for one in engine.left_out()] == [("w", "a AND"), ("w", "(")]
    assert "is expected here" in str(engine.left_out()[0].reason)
    assert [match.query for match in engine.match("Kremlin")] == ["Kremlin"]


WORDS = [
    "summit",
    "summits",
    "Putin",
    "Putin's",
    "peace",
    "talks",
    "C++",
    "U.S.",
    "US",
    "手机",
    "Песков",
    "Пескова",
    "and",
    "covid",
    "19",
]
QUERIES = [
    "summit", "Putin AND summit", '"peace talks"', "peac*", "=US", "U.S.", "手机", "Песков", '"summit Putin"~1',
    "/tal+ks/", "talks -peace", "COVID-19", "title:Putin", '"Putin peace talks"', "C++", "su*", "pe*", "peace OR 手机",
]  # fmt: skip
ENGINE = build_engine([Watchlist("w", "W", tuple(QUERIES), ("hockey",), languages=("en", "ru"))])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.permutations(QUERIES), st.integers(0, len(QUERIES)))
def test_the_order_of_watchlists_and_queries_is_irrelevant(words: list[str], order: list[str], at: int) -> None:
    """However keywords are arranged, the same ones fire on the same evidence; alone as in company."""
    text = " ".join(words)

    def found(lists: list[list[str]]) -> set[tuple[str, tuple[object, ...]]]:
        watchlists = [Watchlist(str(n), "W", tuple(each), languages=("en", "ru")) for n, each in enumerate(lists)]
        engine = build_engine(watchlists, previous=ENGINE)
        return {(match.query, match.evidence) for match in engine.match(text, text)}

    expected = found([QUERIES])
    assert found([order[:at], order[at:]]) == expected
    assert found([[each] for each in order[:4]]) == {each for each in expected if each[0] in order[:4]}


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet=st.sampled_from("sumitPeac talks手机\u0301\u200b'’-.&+ 🚀\nß"), max_size=80), st.text(max_size=80)
)
def test_no_text_raises_and_every_span_cuts_its_field(title: str, body: str) -> None:
    """Whatever arrives, evidence is exactly the text between its offsets."""
    matches: tuple[Match, ...] = ENGINE.match(title, "", body)
    for match in matches:
        assert match.evidence
        for each in match.evidence:
            assert {"title": title, "body": body}[each.field][each.start : each.end] == each.text != ""


def test_phrases_of_words_with_very_many_forms_are_checked_word_by_word() -> None:
    """A phrase whose spellings are too many to list is found all the same, and only where it stands."""
    others = [f"{letter}{other}*" for letter in "pt" for other in "aeiou"] + ["pea*", "peac*", "tal*", "talk*", "tak*"]
    engine = watching('"pe* ta* pe* ta*"', *others, *(f'"pe* {word}"' for word in ("peace", "talks", "take", "people")))
    fired = {match.query: match for match in engine.match("A: peace talks people take, talks peace")}
    assert fired['"pe* ta* pe* ta*"'].evidence[0].text == "peace talks people take"
    assert '"pe* ta* pe* ta*"' not in {match.query for match in engine.match("peace talks and people take")}


def test_case_70_ten_megabytes_in_a_field_are_cut_not_hung_upon() -> None:
    """Endless words, endless repetition and endless phrases cost a bounded time."""
    engine = watching('"a a a a"', "summit", "su*", '"a b"~5', "/a+b/", "手机", "COVID-19", '"summit summit"~3')
    for piece in ("a ", "a", "summit ", "手机", "covid-", "a.b.", "\u0301", "su"):
        start = time.process_time()
        engine.match(piece * (10_000_000 // len(piece)), "", piece * 1_000)
        assert time.process_time() - start < 5


def test_case_121_cost_grows_with_the_item_not_with_the_queries() -> None:
    """Ten thousand queries more make a document a few times dearer at most, and a reload keeps the forms it had."""
    chance = random.Random(3)
    words = ["".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(4)) for _ in range(6_000)]
    text = " ".join(chance.choice(words[:800]) for _ in range(350))
    keywords = [
        f'"{chance.choice(words)} {chance.choice(words)}"' if n % 4 else words[n % 5_000] for n in range(12_000)
    ]
    few, many = watching(*keywords[:100], languages=("en",)), watching(*keywords, languages=("en",))

    def cost(engine: Engine) -> float:
        times = []
        for _ in range(30):
            start = time.process_time()
            engine.examine("", "", text, source=None, language=None)
            times.append(time.process_time() - start)
        return min(times)

    assert cost(many) < 12 * cost(few)
    again = build_engine([Watchlist("w", "W", (*keywords[1:], "zzyzx"), languages=("en",))], previous=many)
    assert set(many.forms) & set(again.forms)
    assert again.match("zzyzx")


def test_many_regexes_are_tried_together() -> None:
    """Regexes beyond one set's size are spread over several, and each still finds its own."""
    engine = watching(*(f"/needle{number}x/" for number in range(130)))
    assert [match.query for match in engine.match("needle7x needle129x")] == ["/needle7x/", "/needle129x/"]


def test_a_language_that_the_script_belies_silences_nobody() -> None:
    """Blog software says en-US of Russian texts: what the letters contradict is taken as not said."""
    engine = watching("Песков", languages=("ru",))
    assert [match.query for match in engine.match("Пескова спросили о саммите", language="en-US")] == ["Песков"]
    assert not watching("Kremlin", languages=("ru",)).match("Kremlin talks", language="en-US")


def test_a_language_that_the_words_belie_silences_nobody() -> None:
    """Within one script the small words of a text speak against what its source states; a short title does not."""
    engine = watching("Kreml", "lang:de Kreml", languages=("de",))
    text = "Der Kreml hat noch nicht über das Treffen entschieden"
    assert [match.query for match in engine.match(text, language="en-US")] == ["Kreml", "lang:de Kreml"]
    assert not engine.match("Kreml warnt", language="en-US")


def test_both_kinds_of_chinese_find_one_another_and_japanese_stays_as_it_is() -> None:
    """国会 is 國會, also within a phrase; in a text with kana and for Japanese only the word as written counts."""
    assert fires("国会", "臨時國會") == ["國會"]
    assert fires("經濟增長", "经济增长") == ["经济增长"]
    assert fires("机", "飛行機が落ちた") == []
    assert fires("=国会", "國會") == []
    assert not build_engine([Watchlist("w", "W", ("国会",), languages=("ja",))]).match("國會")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Die Regierung kündigte am Freitag neue Sanktionen an.", "kündigte am Freitag neue Sanktionen an"),
        ("Er kündigt, wie erwartet, Reformen an und geht.", "kündigt, wie erwartet, Reformen an"),
        ("Sie hat es angekündigt", "angekündigt"),
        ("Sie kündigte an der Universität.", None),
        ("Sie kündigte. Er fing an.", None),
        ("Sie kündigte " + "sehr " * 20 + "an.", None),
    ],
)
def test_a_verb_is_found_apart_from_its_prefix(text: str, found: str | None) -> None:
    """German parts some verbs: the prefix then ends the clause."""
    matches = build_engine([Watchlist("w", "w", ("ankündigen",), languages=("de",))]).match(text)
    assert [each.evidence[0].text for each in matches] == ([found] if found else [])


def test_a_new_engine_leaves_no_old_garbage_behind() -> None:
    """What died in a circle while an engine was in force is collected before the next one, not frozen with it."""

    class Circle:
        """It holds itself."""

        def __init__(self) -> None:
            self.itself = self

    many = [f"word{number}" for number in range(1_001)]
    try:
        watching(*many)
        circle = Circle()
        gone = weakref.ref(circle)
        del circle
        watching(*many)
        assert gone() is None
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("before", [31, 32, 40, 2_000])
@pytest.mark.parametrize(
    ("query", "often", "last"),
    [
        ('"Putin Trump"~5', "Putin spoke of the harvest and of new roads in the north. ", "Then Putin met Trump."),
        ('"普京 特朗普"~5', "普京 said nothing about it that day at all. ", "普京会见特朗普"),
        ('"Putin Trump Xi"~2', "Putin spoke of the harvest, Trump of roads. ", "Xi met Putin and Trump."),
    ],
)
def test_words_near_each_other_are_found_after_any_number_of_mentions(
    query: str, often: str, last: str, before: int
) -> None:
    """How many places are kept as evidence decides nothing: a transcript names Putin hundreds of times."""
    assert fires(query, "Transcript", "", often * before + last)
    assert not fires(query, "Transcript", "", often * before)


def test_many_mentions_of_words_that_are_far_apart_cost_linear_time() -> None:
    """Twice the text takes about twice the time, however often the words stand in it."""
    engine = watching('"alpha omega"~3', '"' + " ".join(f"w{n}" for n in range(60)) + '"~3')
    filler = "one two three four five six "

    def seconds(count: int) -> float:
        body = (f"alpha {filler}omega {filler}" + " ".join(f"w{n} {filler}" for n in range(60))) * count
        begun = time.process_time()
        assert engine.match("", "", body) == ()
        return time.process_time() - begun

    seconds(10)
    assert min(seconds(80) for _ in range(3)) < 4 * min(seconds(40) for _ in range(3))


def test_a_second_spelling_survives_a_new_memory_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """US is found as U.S. in whichever text the memory of words is full, and when another thread begins a new one."""
    monkeypatch.setattr("bot.matching.finder._REMEMBERED", 6)
    engine = watching("U.S.", "Kremlin")
    texts = [f"The US envoy will travel tomorrow {word}" for word in ("one", "two", "three", "four", "five", "six")]
    for text in texts * 3:
        assert [match.query for match in engine.match(text)] == ["U.S."]
    words = engine.finder._classes
    assert words["US"] == words["us"] or "US" in words.others


@pytest.mark.parametrize("size", [127, 128, 256, 1_990])
def test_a_word_of_any_length_stops_no_other(size: int) -> None:
    """A keyword that no dictionary can have is looked for as it stands, in every script, and the others fire."""
    long = [letter * size for letter in "aäzяїñşąבع한中7"]
    odd = [f"{sign}{word[:900]}{end}" for word in long for sign, end in (("~", ""), ("", "*"), ('"', ' talks"'))]
    engine = build_engine([Watchlist("w", "W", ("Kremlin", *long, *odd))])
    assert [match.query for match in engine.match("Kremlin talks")] == ["Kremlin"]
    for word in long:
        assert word in [match.query for match in engine.match(f"so {word} it is")]


@pytest.mark.parametrize("number", [31, 32, 33, 100])
@pytest.mark.parametrize(("query", "word"), [("Kremlin", "Kremlin"), ("普京", "普京，"), ("/Kr.mlin/", "Kremlin")])
def test_32_places_of_a_word_are_kept_as_evidence(query: str, word: str, number: int) -> None:
    """A text that says a word a hundred times costs no more memory than one that says it 32 times."""
    found = watching(query).finder.find(f"{word} " * number, Allowance())
    assert [len(places) for places in found.values()] == [min(number, 32)]
