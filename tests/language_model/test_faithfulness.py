"""What of a line stands in no report: the table of what may be shown and what is dropped, and the laws behind it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language_model.faithfulness import find_inventions
from tests.plugins.rig import Remembered

ENGLISH = (
    "Kremlin Uncertain on Leaders' Meeting. The Kremlin said on Friday, 27 November 2026, it could not predict whether "
    "Putin and Trump would meet. Spokesman Dmitry Peskov said 25,000 people and two ministers had been invited to "
    'Moscow. "No date has been set," he said. The deal is worth 1.5 million dollars.'
)
RUSSIAN = (
    "Песков: дата встречи не назначена. Пресс-секретарь Дмитрий Песков заявил в пятницу, что Путин и Трамп могут "
    "встретиться в Москве. Приглашены двадцать пять тысяч человек, сказал он. «Дата не назначена», — сказал Песков."
)
GERMAN = (
    "Waffenruhe hält bisher. Außenministerin Baerbock sagte am Dienstag in Berlin, 320 Menschen seien gerettet worden. "
    "Drei Dörfer liegen zerstört, die Schäden betragen 2,5 Milliarden Euro."
)

RATES = (
    "Fed holds rates at 4.25-4.5%. The Federal Reserve left its benchmark rate unchanged on Wednesday, Chair Jerome "
    "Powell told reporters in Washington. Inflation slowed to 2.6 percent in October. Shares of Apple rose 3%, to "
    "$212.50. Two governors dissented. The next meeting is on Dec. 17-18. The balance sheet is $6.7 trillion."
)

UKRAINIAN = (
    "Президент України Володимир Зеленський зустрівся у вівторок з канцлером Німеччини Мерцом у Києві. Вони обговорили "
    "допомогу на суму 300 мільйонів євро. У зустрічі взяли участь п'ять міністрів."
)
BUNDESTAG = (
    "Bundestag stimmt für Rentenpaket. Mit 318 zu 277 Stimmen hat der Bundestag am Freitag das Rentenpaket "
    "verabschiedet. Ministerin Bärbel Bas sprach von elf Milliarden Euro im Jahr. Kanzler Merz war erleichtert."
)

FAITHFUL = [
    ("uk", UKRAINIAN, "Зеленський і Мерц обговорили в Києві допомогу на 300 млн євро."),
    ("en", UKRAINIAN, "Zelensky met German Chancellor Merz in Kyiv on Tuesday."),
    ("en", UKRAINIAN, "Five ministers took part; aid of 300 million euros was discussed."),
    ("de", UKRAINIAN, "Selenskyj traf Kanzler Merz am Dienstag in Kiew; es ging um 300 Millionen Euro."),
    ("ru", UKRAINIAN, "Зеленский встретился с Мерцем в Киеве, участвовали пять министров."),
    ("fr", UKRAINIAN, "Zelensky a rencontré le chancelier Merz à Kiev mardi."),
    ("de", BUNDESTAG, "Das Paket kostet 11 Milliarden Euro im Jahr, sagte Ministerin Bas."),
    ("de", BUNDESTAG, "Die Opposition kritisierte das Gesetz scharf."),
    ("en", BUNDESTAG, "The Bundestag passed the pension package 318 to 277 on Friday."),
    ("es", BUNDESTAG, "El Bundestag aprobó el paquete de pensiones con 318 votos contra 277."),
    ("ru", BUNDESTAG, "Бундестаг принял пенсионный пакет в пятницу, Мерц доволен."),
    ("en", RATES, "powell spoke in washington."),
    ("en", RATES, "The Fed left rates unchanged at 4.25-4.5%, Powell said Wednesday."),
    ("en", RATES, "Apple shares rose three percent to $212.50."),
    ("en", RATES, "The Fed's next meeting is on December 17-18."),
    ("en", RATES, "The Fed's balance sheet is 6.7 trillion dollars."),
    ("de", RATES, "Die Inflation sank im Oktober auf 2,6 Prozent."),
    ("fr", RATES, "L'inflation a ralenti à 2,6 % en octobre, a dit Jerome Powell."),
    ("es", RATES, "La Reserva Federal mantuvo los tipos, dijo Powell el miércoles en Washington."),
    ("ru", RATES, "ФРС оставила ставку без изменений, заявил Джером Пауэлл в Вашингтоне."),
    ("uk", RATES, "Пауелл заявив у середу, що ставка не змінилася."),
    ("en", ENGLISH, "Peskov says no date is set for a meeting of Putin and Trump."),
    ("en", ENGLISH, "Officials say 25 thousand people were invited to Moscow."),
    ("en", ENGLISH, "Twenty-five thousand people and 2 ministers were invited on Friday."),
    ("en", ENGLISH, "Spokesman says “no date has been set” for November 27."),
    ("en", ENGLISH, "The deal of $1.5m was announced on 27.11.2026."),
    ("en", ENGLISH, "The Kremlin's spokesman is one of those who cannot say."),
    ("ru", ENGLISH, "Песков заявил, что дата встречи Путина и Трампа не назначена."),
    ("ru", ENGLISH, "В Кремле не знают, встретятся ли Путин и Трамп в Москве в пятницу."),
    ("ru", ENGLISH, "Приглашены двадцать пять тысяч человек и два министра."),
    ("uk", ENGLISH, "Пєсков заявив, що дату зустрічі Путіна і Трампа не призначено."),
    ("de", ENGLISH, "Der Kreml kann laut Peskow nicht sagen, ob sich Putin und Trump in Moskau treffen."),
    ("de", ENGLISH, "Sprecher Peskow sagte am Freitag, es gebe keinen Termin für das Treffen."),
    ("de", ENGLISH, "Fünfundzwanzigtausend Menschen und zwei Minister sind nach Moskau eingeladen."),
    ("de", ENGLISH, "Der Vertrag hat einen Wert von 1,5 Millionen Dollar."),
    ("fr", ENGLISH, "Le Kremlin ne sait pas si Poutine et Trump se rencontreront à Moscou."),
    ("es", ENGLISH, "El Kremlin no sabe si Putin y Trump se reunirán en Moscú."),
    ("en", RUSSIAN, "Peskov says no date has been set for Putin and Trump to meet in Moscow."),
    ("en", RUSSIAN, "Peskov said 25,000 people are invited."),
    ("ru", RUSSIAN, "25 тыс. человек приглашены в Москву."),
    ("ru", RUSSIAN, "«Дата не назначена», — заявил Песков."),
    ("ru", RUSSIAN, "С Песковым говорили о Трампе."),
    ("de", GERMAN, "Die Waffenruhe hält, die Schäden liegen bei 2,5 Milliarden Euro."),
    ("en", GERMAN, "Baerbock says 320 people were rescued and three villages destroyed."),
    ("ru", GERMAN, "В Берлине во вторник сообщили о спасении 320 человек."),
    ("en", GERMAN, "Damage is put at 2.5bn euros."),
]
INVENTED = [
    ("en", UKRAINIAN, "Macron met Zelensky.", "Macron"),
    ("uk", UKRAINIAN, "Шість міністрів взяли участь.", "Шість"),
    ("de", BUNDESTAG, "Finanzminister Klingbeil war erleichtert.", "Klingbeil"),
    ("de", BUNDESTAG, "Der Bundesrat stimmte zu.", "Bundesrat"),
    ("en", RATES, "the rate was cut, they said in moscow.", "moscow"),
    ("ru", RATES, "ставку снизили, сказали в москве.", "москве"),
    ("en", RATES, "Three governors dissented.", "Three"),
    ("en", RATES, "Rates were cut to 4.0%.", "4.0"),
    ("en", RATES, "The European Central Bank held rates.", "European"),
    ("en", RATES, "Inflation slowed to 2.6 percent in September.", "September"),
    ("de", RATES, "Powell sprach in Frankfurt.", "Frankfurt"),
    ("ru", RATES, "Акции Apple выросли на 30%.", "30"),
    ("ru", RATES, "Набиуллина оставила ставку без изменений.", "Набиуллина"),
    ("en", ENGLISH, "Macron said a date had been set.", "Macron"),
    ("en", ENGLISH, "He said 30,000 people were invited.", "30000"),
    ("en", ENGLISH, "The deal is worth 1.5 billion dollars.", "1.5 billion"),
    ("en", ENGLISH, "He said thirty people were invited.", "thirty"),
    ("en", ENGLISH, "They will meet on Monday.", "Monday"),
    ("en", ENGLISH, "They will meet on December 27.", "December"),
    ("en", ENGLISH, "They will meet on 27.12.2026.", "27.12.2026"),
    ("en", ENGLISH, "He said “the date is fixed”.", "the date is fixed"),
    ("en", ENGLISH, "The Kremlin will meet Lavrov.", "Lavrov"),
    ("en", ENGLISH, "Bush will come to Moscow.", "Bush"),
    ("en", ENGLISH, "Putin will fly to Minsk.", "Minsk"),
    ("en", ENGLISH, "Putin met 习近平 there.", "习近平"),
    ("en", ENGLISH, "G7 leaders will be in Moscow.", "G7"),
    ("ru", ENGLISH, "Лавров заявил, что встреча не назначена.", "Лавров"),
    ("ru", ENGLISH, "Приглашены тридцать тысяч человек.", "тридцать тысяч"),
    ("ru", ENGLISH, "Путин приедет в Минск.", "Минск"),
    ("ru", RUSSIAN, "«Встречи не будет», — заявил Песков.", "Встречи не будет"),
    ("ru", RUSSIAN, "Песков выступил в понедельник.", "понедельник"),
    ("uk", RUSSIAN, "Пєсков приїде до Мінська.", "Мінська"),
    ("de", ENGLISH, "Bundeskanzler Merz reist nach Moskau.", "Merz"),
    ("de", ENGLISH, "Laut Hans Müller gibt es keinen Termin.", "Müller"),
    ("de", GERMAN, "Vier Dörfer liegen zerstört.", "Vier"),
    ("fr", ENGLISH, "Le Kremlin attend Macron mardi.", "mardi"),
    ("es", ENGLISH, "El Kremlin invitó a tres ministros.", "tres"),
]


@pytest.mark.parametrize(("language", "report", "line"), FAITHFUL, ids=[line for *_, line in FAITHFUL])
def test_what_the_reports_say_in_other_words_letters_and_figures_may_be_shown(
    language: str, report: str, line: str
) -> None:
    """Inflected, transliterated, translated as places are, in digits or in words: it stands in the report."""
    assert find_inventions(line, [report], language) == ()


@pytest.mark.parametrize(("language", "report", "line", "invented"), INVENTED, ids=[line for _, _, line, _ in INVENTED])
def test_what_no_report_says_is_found_and_named(language: str, report: str, line: str, invented: str) -> None:
    """One number, date, name or quotation too many is enough to drop a line."""
    assert invented in find_inventions(line, [report], language)


def test_each_part_may_stand_in_another_report() -> None:
    """A story of several reports is told from all of them."""
    reports = ["Peskov spoke in Moscow.", "Путин ждет Трампа.", "320 people came."]
    assert find_inventions("Putin expects Trump, Peskov told 320 people in Moscow.", reports, "en") == ()
    assert find_inventions("Putin expects Trump, Peskov told 320 people in Moscow.", reports[:2], "en") == ("320",)


DISGUISED = [
    "Injured: ⅔ of 25,000 people.",
    "He said ⑨⑨ people were invited.",
    "In 200⁹ no date has been set.",
    "Peskov said ‹the date is fixed›.",
    "Peskov said ›the date is fixed‹.",
    "Peskov said ❝the date is fixed❞.",
    "Peskov said ＂the date is fixed＂.",
    "Peskov said ”the date is fixed”.",
    "Peskov said ``the date is fixed''.",
    "Peskov said “the date is fixed",
    'Peskov said "the date is fixed',
]


@pytest.mark.parametrize("line", DISGUISED)
def test_numbers_and_quotations_count_in_whatever_signs_they_are_written(line: str) -> None:
    """Fractions, circled and raised figures, rare quotation marks, and one that nothing closes."""
    assert find_inventions(line, [f"{ENGLISH} In 200 villages, he said."], "en") != ()


@pytest.mark.parametrize(
    "line", ["CO₂ fell by ½.", "CO2 fell by 1/2.", "He said ‹no date has been set›.", 'A 27" display']
)
def test_the_same_in_plainer_signs_is_faithful(line: str) -> None:
    """CO₂ is CO2, ½ is 1/2, whichever the report writes; inches are no quotation."""
    reports = ["CO2 fell by 1/2.", "CO₂ fell by ½.", "He said “no date has been set”.", "A 27-inch display"]
    assert find_inventions(line, reports, "en") == ()


def test_a_number_of_some_hundred_digits_is_a_number() -> None:
    """Anybody may write one; it is more than a float holds."""
    assert find_inventions("The Kremlin paid 5.", ["The Kremlin paid " + "9" * 310], "en") == ("5",)
    assert find_inventions("The Kremlin paid " + "9" * 310, ["The Kremlin paid 5."], "en") != ()


WRITTEN = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=100)


@given(WRITTEN)
@settings(max_examples=20, deadline=None)
def test_a_text_never_invents_anything_beside_itself(text: str) -> None:
    """Whatever a report says, a line that says the same is faithful to it."""
    assert find_inventions(text, [text], "en") == ()


@given(WRITTEN, WRITTEN)
@settings(max_examples=8, deadline=None)
def test_one_more_report_makes_no_line_less_faithful(remembered_forms: Remembered, line: str, more: str) -> None:
    """What stands in the reports stands there still when others come."""
    fewer = set(find_inventions(line, [ENGLISH], "en", remembered_forms))
    assert set(find_inventions(line, [ENGLISH, more], "en", remembered_forms)) <= fewer


@given(st.integers(min_value=2, max_value=10**9))
@settings(max_examples=20, deadline=None)
def test_a_number_counts_however_its_digits_are_grouped(number: int) -> None:
    """25000, 25,000 and 25 000 are one number, and its neighbour is another."""
    for grouped in (str(number), f"{number:,}", f"{number:,}".replace(",", "\u202f")):
        assert find_inventions(f"about {grouped} people", [f"{number} came"], "en") == ()
        assert find_inventions(f"about {grouped} people", [f"{number + 1} came"], "en") != ()
