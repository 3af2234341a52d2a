"""Leads: the article's own opening and nothing that stands around it, in several languages."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.articles.boilerplate import is_boilerplate, strip_dateline
from bot.articles.lead import lead
from bot.model import Article, Evidence

LONGEST = 600  # characters: two sentences, and the one with the matched word

FIRST = "The harbour of Westerholm was closed on Monday after two ferries touched in thick fog."
SECOND = "Nobody was hurt, the port authority said."
THIRD = "Divers will look at the hulls on Tuesday."


def _article(*paragraphs: str) -> Article:
    return Article(url=None, title="Ferries touch in fog", text="\n".join(paragraphs))


def test_the_lead_is_the_first_two_sentences() -> None:
    """Two whole sentences of the article's own opening, from one paragraph or two."""
    expected = f"{FIRST} {SECOND}"
    assert lead("Ferries touch in fog", "", _article(f"{FIRST} {SECOND} {THIRD}")) == expected
    assert lead("Ferries touch in fog", "", _article(FIRST, SECOND, THIRD)) == expected


def test_a_long_second_sentence_is_left_out() -> None:
    """About 300 characters at most, and never half a sentence."""
    long = "It was the third time this year that " + "a ferry " * 30 + "had met another."
    assert lead("", "", _article(f"{FIRST} {long}")) == FIRST


def test_page_then_feed_then_title() -> None:
    """Where the page has no opening the feed's text serves, and where that has none the title."""
    assert lead("A title", f"{SECOND} {THIRD}", _article("Menu", "Read more")) == f"{SECOND} {THIRD}"
    assert lead("A title", "Read more on our site.", None) == "A title"
    assert lead("", "", None) == ""


def test_a_sentence_that_repeats_the_title_is_skipped() -> None:
    """The headline is shown above the lead already."""
    title = "Two ferries touch in thick fog off Westerholm"
    text = f"Two ferries touch in thick fog off Westerholm. {SECOND}"
    assert lead(title, text, None) == SECOND


def test_a_cut_off_feed_text_ends_with_its_last_whole_sentence() -> None:
    """Marks such as "[…]" and "Continue reading" are no sentences; alone, such a text still beats the title."""
    assert lead("T", f"{FIRST} Officials said that the […]", None) == FIRST
    shown = lead("T", "The harbour of Westerholm was closed on Monday after two ferries [...] Read more", None)
    assert shown == "The harbour of Westerholm was closed on Monday after two ferries…"


def test_the_matched_word_is_shown_with_its_sentence() -> None:
    """When the opening lacks the matched word, the sentence that has it follows after "…"."""
    text = f"{FIRST}\n{SECOND}\nMany trips fell out. The Kremlin sent a telegram. The end."
    at = text.index("Kremlin")
    found = Evidence("body", "Kremlin", at, at + 7, "The Kremlin sent a telegram.")
    assert lead("T", "", _article(text), [found]) == f"{FIRST} {SECOND} … The Kremlin sent a telegram."
    without = Evidence("body", "Kremlin", at, at + 7)
    assert lead("T", "", _article(text), [without]).endswith("… The Kremlin sent a telegram.")
    dated = Evidence("lead", "Kremlin", 26, 33, "MOSCOW, Nov 23 (AP) — The Kremlin sent a telegram.")
    assert lead("T", dated.sentence, _article(FIRST), [dated]).endswith("… The Kremlin sent a telegram.")


def test_a_matched_word_in_the_opening_or_the_title_adds_nothing() -> None:
    """Evidence that is shown anyway is not shown twice."""
    article = _article(f"{FIRST} {SECOND} {THIRD}")
    assert lead("T", "", article, [Evidence("body", "ferries", 0, 7, FIRST)]) == f"{FIRST} {SECOND}"
    assert lead("T", "", article, [Evidence("title", "T", 0, 1, "T")]) == f"{FIRST} {SECOND}"


DATELINES = (
    "MOSCOW, Nov 23 (Reuters) - ",
    "LONDON (AP) — ",
    "KYIV, Ukraine (AP) — ",
    "WASHINGTON — ",
    "SIOUX FALLS, S.D. – ",
    "(CNN) — ",
    "(ANSA) - ROMA, 05 NOV - ",
    "Madrid, 5 nov (EFE).- ",
    "Berlin (dpa) - ",
    "PARIS, 5 janv. 2026 (AFP) – ",
    "МОСКВА, 23 ноября. /ТАСС/. ",
    "МОСКВА, 23 ноя — РИА Новости. ",
    "Москва. 23 ноября. INTERFAX.RU - ",
    "КИЇВ. 23 листопада. УНН. ",
    "November 20, 2019 - 11:28 AMT ",
    "MOSCOW, November 23. /TASS/. ",
    "LONDON, Nov. 23, 2026 /PRNewswire/ -- ",
    "23 ноября, Минск /Корр. БЕЛТА/. ",
    "Москва, 23 ноября 2026, 14:02 — REGNUM ",
    "Moscow, 23 November 2026 — ",
    "Київ. 23 листопада. ІНТЕРФАКС-УКРАЇНА – ",
    "Київ • УНН ",
    "Roma, 23 nov. (askanews) - ",
    "Washington — ",
    "München - ",
    "NEW DELHI: ",
    "KÖLN taz ",
    "新华社东京11月21日电 ",
    "中新网北京11月21日电（记者 王明）",
    "موسكو - رويترز: ",
    "القاهرة (أ ف ب) - ",
)


@pytest.mark.parametrize("dateline", DATELINES)
def test_datelines_are_cut_off(dateline: str) -> None:
    """Place, date and agency are not the news."""
    assert strip_dateline(dateline + FIRST) == FIRST
    assert lead("T", "", _article(dateline + FIRST)) == FIRST


def test_a_dateline_ends_where_the_story_begins_with_an_abbreviation() -> None:
    """The first word of the story is never taken for an agency."""
    told = "The U.S. Senate met on Monday."
    assert strip_dateline(f"Moscow, 23 November 2026 — {told}") == told
    told = "Президент В. О. Зеленський провів переговори."
    assert strip_dateline(f"Київ. 23 листопада. ІНТЕРФАКС-УКРАЇНА – {told}") == told


BOILERPLATE = (
    "By Jane Doe",
    "By Jane Doe and John Smith, Staff Writers",
    "Von Erika Mustermann",
    "Updated 5:30 p.m. Nov. 23, 2026",
    "Last updated on Monday at 17:30",
    "Published: 23 November 2026",
    "Обновлено 23 ноября 2026, 17:30",
    "Aktualisiert am 23.11.2026 um 17:30 Uhr",
    "We use cookies to give you the best experience on our website.",
    "Мы используем файлы cookie, чтобы сайт работал лучше.",
    "Subscribe to our newsletter to get the news first.",
    "Already a subscriber? Log in to read the whole story.",
    "Jetzt abonnieren und alle Artikel lesen.",
    "Cet article est réservé aux abonnés du journal.",
    "Suscríbete para seguir leyendo esta noticia.",
    "FILE - In this Jan. 5 photo, a ferry leaves the port.",
    "FILE PHOTO: A ferry leaves the port. REUTERS/Jane Doe",
    "A ferry leaves the port (Photo by Jane Doe/Getty Images).",
    "Фото: пресс-служба порта",
    "Image: A ferry at the quay.",
    "Read more: Ten boats we love",
    "Related stories from the harbour you may have missed.",
    "Most popular this week in the harbour.",
    "Читайте также: Десять любимых кораблей",
    "Подписывайтесь на наш телеграм-канал.",
    "Читайте також: Десять улюблених кораблів",
    "Lesen Sie auch: Zehn Boote, die wir lieben",
    "Lire aussi : Dix bateaux que nous aimons",
    "Lee también: Diez barcos que nos gustan",
    "Leggi anche: Dieci barche che amiamo",
    "Czytaj też: Dziesięć łodzi, które kochamy",
    "Leia também: Dez barcos que amamos",
    "Lees ook: Tien boten waar we van houden",
    "اقرأ أيضا: عشرة قوارب نحبها",
    "Leave a reply. Your email address will not be published.",
    "The post Ferries touch in fog appeared first on The Daily Quay.",
    "This article was originally published on Quay.example.",
    "Click here to read the whole story of the ferries.",
    "Please enable JavaScript to see the comments of others.",
    "Advertisement",
    "Jane Doe is a political reporter at The Daily Quay.",
    "Correction: An earlier version of this story misstated the number of ferries.",
    "Dieser Artikel wurde am 23.11. aktualisiert.",
    "Artikel anhören (5 Min.)",
    "Follow our live coverage of the ferries below.",
    "Follow along for the latest updates.",
    "This live blog is now closed.",
    "Here is what you need to know to start your day.",
    "Suivez notre direct sur les ferries.",
    "Verfolgen Sie die Lage am Hafen im Liveticker.",
)


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_never_opens_a_lead(line: str) -> None:
    """Bylines, banners, captions and lists of others are known in many languages."""
    assert is_boilerplate(line)
    assert lead("T", "", _article(line, FIRST, line, SECOND)) == f"{FIRST} {SECOND}"


@pytest.mark.parametrize(
    "sentence",
    [
        "Follow-up tests of the latest ferry showed no damage to its hull.",
        "This live concert was the last one of the old harbour band.",
        "Published data show that prices rose for the third month in a row.",
        "Related families were moved to another shelter on Monday evening.",
        "By 2030 the port will have twice as many quays as it has today.",
        "Von der Leyen sprach am Montag im Parlament über die Fähren.",
        "Подписан указ о закрытии порта из-за густого тумана.",
        "Автор законопроекта предложил закрыть порт на неделю.",
        "Фото паромов опубликовали в понедельник все газеты страны.",
        "Bild und Spiegel berichten am Montag über die beiden Fähren.",
        "Photographs of the ferries were in every newspaper on Monday.",
        "Mr. Smith (left) - the captain - was not hurt in the accident.",
        "Comments by the minister caused anger in the harbour on Monday.",
        "Watching the ferries is what people here do on Sundays.",
        "Corrections officers found the ferry empty on Monday morning.",
        "Visit the quay and/or the ferries before they leave on Monday.",
        "He said the ferry – the oldest of the fleet – was not hurt at all.",
    ],
)
def test_real_sentences_are_not_taken_for_boilerplate(sentence: str) -> None:
    """A word that often begins a banner begins sentences too."""
    assert not is_boilerplate(sentence)
    assert strip_dateline(sentence) == sentence
    assert lead("T", "", _article(sentence)) == sentence


def test_a_lead_in_a_script_without_spaces() -> None:
    """Chinese and Japanese leads are whole sentences too."""
    text = "西岸港周一因浓雾关闭，两艘渡轮发生轻微碰撞。港务局表示无人受伤。潜水员将于周二检查船体。"
    assert lead("渡轮", "", _article(text)) == "西岸港周一因浓雾关闭，两艘渡轮发生轻微碰撞。港务局表示无人受伤。"


def test_case_74_text_of_one_endless_sentence_is_cut_at_a_word() -> None:
    """A text without any full stop gives a lead of bounded length, cut between words."""
    shown = lead("T", "", _article("ferry " * 100_000))
    assert shown.endswith("ferry…")
    assert len(shown) <= 400


@pytest.mark.parametrize(
    "text",
    [
        " " * 1_000_000,
        "A" * 1_000_000,
        ". " * 500_000,
        "\n" * 1_000_000,
        "(" * 500_000,
        "По " * 300_000,
        "By A B " * 100_000,
        "The ferry was late ..." + ">" * 40 + "a",
        "| " * 199 + "a",
        "»" * 399 + "a",
    ],
)
def test_case_70_a_megabyte_takes_no_time(text: str) -> None:
    """Only the beginning of a text is looked at."""
    began = process_time()
    lead(text, text, _article(text), [Evidence("body", "x", 0, 1)])
    assert process_time() - began < 2


_TEXT = st.text(alphabet=st.sampled_from('abc AБ.!?…\n"»(—5。,:') | st.characters(), max_size=300)


@settings(deadline=None, max_examples=150)
@given(_TEXT, _TEXT, _TEXT, _TEXT)
def test_any_text_gives_a_bounded_lead_made_of_its_input(title: str, feed: str, page: str, word: str) -> None:
    """Nothing raises; the lead is short; every word of it stands in the input."""
    evidence = [Evidence("body", word, 0, len(word), feed)]
    shown = lead(title, feed, _article(page), evidence)
    assert len(shown) <= LONGEST
    assert "\n" not in shown
    pieces = [piece for part in shown.split("…") for piece in part.split()]
    everything = f"{title} {feed} {page}"
    assert all(piece in everything for piece in pieces)


def test_two_words_of_a_title_are_no_headline_to_cut_off() -> None:
    """A text that begins with them goes on with them; a whole headline that is repeated is cut off."""
    text = "Prime Minister Holm said on Friday that the budget would be cut by a third this year."
    assert lead("Prime Minister", text, None, ()).startswith("Prime Minister Holm said")
    assert lead("Budget is cut", f"Budget is cut {text}", None, ()).startswith("Prime Minister Holm said")


@pytest.mark.parametrize("length", range(1, 13))
def test_a_long_sentence_around_a_word_is_cut_between_words(length: int) -> None:
    """Wherever the matched word stands, what is shown begins and ends with a whole word, and has it."""
    ferries = " ".join(["ferry"] * 40)
    sentence = f"{'O' * length} {ferries} Kremlin {ferries}."
    at = sentence.index("Kremlin")
    shown = lead("T", "", _article(FIRST), [Evidence("body", "Kremlin", at, at + 7, sentence)])
    around = shown.removeprefix(f"{FIRST} … ")
    assert around.startswith("…ferry ferry")
    assert around.endswith("ferry…")
    assert set(around.strip("…").split()) == {"ferry", "Kremlin"}


def test_a_page_of_something_else_leaves_the_word_to_the_feed() -> None:
    """A wall or another page shares next to no word with what the feed tells of its article."""
    wall = "Welcome to the club of friends. Every member gets a cup and a pen, and enjoys each meeting of the year."
    assert lead("Ferries touch in fog", f"{FIRST} {SECOND}", _article(wall)) == f"{FIRST} {SECOND}"
    assert lead("Ferries touch in fog", "Ferries touch in thick fog.", _article(f"{FIRST} {SECOND}")).startswith(FIRST)


def test_points_above_an_article_are_not_its_opening() -> None:
    """They sum it up, or link to others; where there is nothing else, they serve."""
    points = ("- Port closed for a day after an accident in the fog.", "- No one was hurt, and no ship was damaged.")
    assert lead("Ferries", "", _article(*points, f"{FIRST} {SECOND}")) == f"{FIRST} {SECOND}"
    assert lead("Ferries", "", _article(*points)).startswith("Port closed for a day")
