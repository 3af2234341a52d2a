"""Sentences: a table of hard cases in twelve languages, and the laws of spans."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.sentences import sentence_around, split_sentences

# Each text is written with ¦ where a sentence ends; the marks are taken out before splitting.
TABLE = (
    ("en", "Dr. Smith met President Trump on Jan. 5 in Geneva. ¦The talks lasted 2.5 hours."),
    ("en", "The U.S. Senate voted 51–49. ¦It was close."),
    ("en", "He moved to the U.S. ¦He never came back."),
    ("en", "Apple Inc. reported a record quarter. ¦Shares rose 3.4 percent."),
    ("en", "The deal was struck with Acme Corp. ¦The price was not named."),
    ("en", "“We are ready,” said J. K. Rowling. ¦“Are you?”"),
    ("en", 'He said "No." ¦Then he left.'),
    ("en", "“Why now?” he asked. ¦Nobody answered!"),
    ("en", "It opens at 9 a.m. on Monday. ¦Entry is free."),
    ("en", "Well… maybe not. ¦We shall see..."),
    ("en", "Gen. Mark A. Milley spoke to Sen. Cotton. ¦Rep. Adam Schiff did not."),
    ("en", "See No. 5 on the list. ¦I said no. ¦Then I left."),
    ("en", "Visit www.example.com for more. ¦The site (built in 2020) is new."),
    ("en", "They lost, e.g. in Iowa, i.e. early. ¦It hurt."),
    ("en", "St. Louis beat the Washington Post vs. Times team. ¦Fans cheered."),
    ("en", "He finished in 2020. ¦2021 was better."),
    ("en", "(It was late.) ¦The end came soon."),
    ("ru", "Дмитрий Песков заявил об этом в 2020 г. в Москве. ¦Он ответил на вопросы."),
    ("ru", "А. С. Пушкин родился в 1799 г. ¦Он был поэтом."),
    ("ru", "«Мы готовы!» — сказал Песков. ¦«А вы?»"),
    ("ru", "Цены выросли на 2,5 млрд руб. за год. ¦Это рекорд."),
    ("ru", "Театр им. Вахтангова открылся на ул. Арбат. ¦Вход свободный."),
    ("ru", "Речь о нефти, газе, угле и т. д. ¦Это важно."),
    ("ru", "Иными словами, т. е. вчера, всё решено. ¦Документ подписан."),
    ("ru", "В г. Москве прошёл митинг. ¦Задержаны 5 чел. ¦Все отпущены."),
    ("ru", "Ранее В. В. Путин встретился с С. Лавровым. ¦Переговоры шли час…"),
    ("ru", "Почему?! ¦Никто не знает."),
    ("ru", "Он живёт на просп. Мира, д. 5. ¦Рядом парк."),
    ("uk", "Президент В. Зеленський прибув до м. Києва. ¦Він виступить у 2026 р. ¦Це вперше."),
    ("uk", "«Ми готові!» — сказав він. ¦Що далі?"),
    ("uk", "Збитки сягнули 3 млн грн. ¦Про це повідомили на вул. Хрещатик."),
    ("uk", "Університет ім. Шевченка, тобто КНУ, відкрито. ¦Навчання з 1 вересня."),
    ("de", "Am 5. Januar kam Dr. Müller nach Berlin. ¦Er blieb z. B. im Hotel Adlon."),
    ("de", "Das kostet ca. 3,5 Mio. Euro bzw. Dollar. ¦Zu viel?"),
    ("de", "„Nein.“ ¦Dann ging er."),
    ("de", "Der 1. FC Köln spielte am 3. Spieltag. ¦Das Tor fiel spät."),
    ("de", "Prof. h. c. Weber lehrt u. a. in Bonn. ¦Sie ist neu dort."),
    ("de", "Laut § 5 Abs. 2 gilt Nr. 7. ¦Das ist klar."),
    ("fr", "M. Macron a reçu Mme Le Pen à l'Élysée. ¦Il n'a rien dit."),
    ("fr", "« Nous sommes prêts », a dit J.-P. Dupont. ¦C'est fini !"),
    ("fr", "Le 5 janv. 2026, à 9 h 30, etc. ¦La séance est ouverte."),
    ("fr", "Est-ce vrai ? ¦Oui, selon l'art. 5 du code."),
    ("es", "El Sr. García llegó a EE. UU. el lunes. ¦¿Por qué? ¦Nadie lo sabe."),
    ("es", "La Dra. Pérez habló. ¦¡Increíble! ¦Eso dijo."),
    ("es", "Vea la pág. 5, p. ej. arriba. ¦Es clara."),
    ("it", "Il dott. Rossi e l'avv. Bianchi sono arrivati. ¦Hanno parlato con il sig. Verdi."),
    ("it", "«Siamo pronti», ha detto. ¦Perché? ¦Nessuno lo sa."),
    ("it", "Vedi art. 5 e pag. 7. ¦La legge è chiara."),
    ("pl", "Prof. Kowalski urodził się w 1950 r. w Łodzi. ¦Uczył m.in. w Krakowie."),
    ("pl", "Na ul. Marszałkowskiej, tj. w centrum, stoi dom. ¦Ma 100 lat."),
    ("pl", "Kosztuje 5 mln zł. ¦To dużo."),
    ("pt", "O Sr. Silva e a Dra. Costa chegaram. ¦Não falaram."),
    ("pt", "A Av. Paulista, n.º 5, fechou. ¦O trânsito parou."),
    ("nl", "Dhr. Jansen sprak met drs. Bakker. ¦Het duurde o.a. door vragen lang."),
    ("nl", "De wet, d.w.z. artikel 5, geldt. ¦Dat is zeker."),
    ("tr", "Prof. Dr. Yılmaz 5. kez kazandı. ¦Bu bir rekor."),
    ("tr", "Toplantı 3. Ocak günü yapıldı. ¦Sonuç ne oldu? ¦Bilinmiyor."),
    ("ar", "هل وصل الرئيس؟ ¦نعم. ¦وصل صباح اليوم."),
    ("ar", "قال المتحدث إن الاجتماع انتهى. ¦لم تصدر تفاصيل."),
    ("zh", "今天天气很好。¦我们去公园吧！¦“好的。”¦他说。"),
    ("ja", "首相は会見した。¦「明日です。」¦記者は驚いた。"),
    ("hi", "प्रधानमंत्री ने कहा। ¦बैठक समाप्त हुई।"),
    ("en", "First line without a stop\n¦Second paragraph starts here. ¦And ends."),
)


def _pieces(text: str, language: str | None) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, language)]


@pytest.mark.parametrize(("language", "marked"), TABLE)
def test_hard_cases_split_where_a_reader_would(language: str, marked: str) -> None:
    """Abbreviations, initials, dates, decimals and quotes do not end a sentence, in twelve languages and more."""
    expected = [piece.strip() for piece in marked.split("¦")]
    assert _pieces(marked.replace("¦", ""), language) == expected


def test_a_language_is_hardly_ever_needed() -> None:
    """Feeds seldom say their language: nearly the whole table splits the same without it."""
    same = [_pieces(marked.replace("¦", ""), None) == [p.strip() for p in marked.split("¦")] for _, marked in TABLE]
    assert sum(same) >= len(TABLE) - 3


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=st.sampled_from("aБ .!?…\n\"»«)('—5。؟г") | st.characters(), max_size=200))
def test_spans_are_ordered_and_lose_nothing_but_white_space(text: str) -> None:
    """Whatever the text, spans follow one another, and outside them is only white space."""
    at = 0
    for start, end in split_sentences(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="ab. A\n!", max_size=1500), st.integers(0, 1500), st.integers(0, 60))
def test_around_holds_its_span_and_is_bounded(text: str, start: int, length: int) -> None:
    """The answer always holds the span and is at most about 400 characters more."""
    start = min(start, len(text))
    end = min(start + length, len(text))
    left, right = sentence_around(text, start, end)
    assert left <= start <= end <= right <= len(text)
    assert right - left <= max(400, end - start) + 2


def test_around_finds_the_sentence_of_a_word() -> None:
    """A word's evidence is shown with its own sentence, not with its neighbours."""
    text = "One came. Mr. Peskov spoke at 5 p.m. in Moscow. Three left."
    at = text.index("Moscow")
    left, right = sentence_around(text, at, at + 6)
    assert text[left:right] == "Mr. Peskov spoke at 5 p.m. in Moscow."


def test_around_joins_sentences_that_a_span_crosses() -> None:
    """A phrase over a full stop is shown with both of its sentences."""
    text = "One came. Two went. Three left."
    left, right = sentence_around(text, text.index("came"), text.index("went") + 4)
    assert text[left:right] == "One came. Two went."


def test_around_cuts_at_words_where_no_sentence_ends() -> None:
    """A megabyte without a full stop gives a few hundred characters, whole words, in no time."""
    text = "word " * 200_000
    began = process_time()
    left, right = sentence_around(text, 500_000, 500_004)
    assert process_time() - began < 0.1
    assert right - left <= 402
    assert set(text[left:right].split()) == {"word"}


@pytest.mark.parametrize("text", ["." * 300_000, "a. " * 100_000, '"' * 300_000, "«" * 200_000, '."' * 100_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    """A text of nothing but marks costs a bounded amount (case 70)."""
    began = process_time()
    split_sentences(text)
    assert process_time() - began < 5
