"""Every form of a word: from dictionaries, from rules for new names, from the cache."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from bot.inflection import endings, lexicon, slavic
from bot.inflection.conjugation import conjugate, conjugate_archaic, strip_reflexive
from bot.inflection.form_cache import FormCacheFile
from bot.inflection.spelling import MAX_SPELLINGS, transliterate
from bot.inflection.word_forms import forms, inflect, languages_of, split_prefix
from bot.text.tokens import fold


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("summit", "en", "summit summits"),
        ("country", "en", "country countries"),
        ("man", "en", "man men"),
        ("Peskov", "en", "peskov peskovs"),
        ("Haus", "de", "haus hauses hause hauser hausern"),
        ("Merkel", "de", "merkel merkels"),
        ("élection", "fr", "election elections"),
        ("cheval", "fr", "cheval chevaux"),
        ("presidente", "es", "presidente presidentes"),
        ("missile", "it", "missile missili"),
        ("prezydent", "pl", "prezydent prezydenta prezydentowi prezydentem prezydencie"),
        ("Kowalski", "pl", "kowalski kowalskiego kowalskiemu kowalskim"),
        ("governo", "pt", "governo governos"),
        ("oorlog", "nl", "oorlog oorlogen"),
        ("seçim", "tr", "secim secimler secimi"),
        ("رئيس", "ar", "رئيس الرئيس رؤساء"),
        ("Песков", "ru", "песков пескова пескову песковым пескове"),
        ("война", "ru", "война войны войне войну войной войн"),
        ("Макрон", "ru", "макрон макрона макрону макроном макроне"),
        ("Бурдюжкин", "ru", "бурдюжкин бурдюжкина бурдюжкиным"),
        ("Зеленський", "uk", "зеленський зеленського зеленському зеленським"),
        ("Київ", "uk", "київ києва києву києвом києві"),
        ("Παπαδόπουλος", "el", "Παπαδόπουλος Παπαδόπουλου Παπαδόπουλο"),
        ("Βενιζέλος", "el", "Βενιζέλου ΒΕΝΙΖΕΛΟ"),
        ("Τσίπρας", "el", "Τσίπρα"),
        ("Αθήνα", "el", "Αθήνας"),
        ("πόλεμος", "el", "πολέμου πόλεμο"),
        ("κυβέρνηση", "el", "κυβέρνησης κυβερνήσεις"),
        ("الناتو", "ar", "والناتو بالناتو للناتو لناتو"),
        ("بوتين", "ar", "وبوتين لبوتين"),
        ("נתניהו", "he", "לנתניהו ונתניהו שנתניהו כשנתניהו"),
        ("מלחמה", "he", "המלחמה במלחמה מלחמות"),
        ("Köln", "de", "koln koeln"),
        ("Koeln", "de", "koln koeln"),
        ("Sörensen", "en", "sorensen soerensen"),
        ("Ærø", "en", "aero aeroe"),
    ],
)
def test_forms_of_nouns_and_names_are_found(word: str, language: str, expected: str) -> None:
    """Each language gives the everyday forms of a noun or name."""
    assert {fold(each) for each in expected.split()} <= forms(word, (language,))


def test_a_word_that_no_language_inflects_is_itself() -> None:
    """Scripts without inflection here, and watchlists in other languages leave the word alone."""
    assert forms("Թբիլիսի") == {"թբիլիսի"}
    assert forms("Kremlin", ("ru",)) == {"kremlin"}


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("GPU", "en", {"gpu", "gpus"}),
        ("ICBM", "de", {"icbm", "icbms"}),
        ("GPU", "ru", {"gpu"}),
        ("TASS", "en", {"tass"}),
        ("WHO", "en", {"who"}),
        ("IT", "en", {"it"}),
    ],
)
def test_several_of_an_acronym_take_an_s(word: str, language: str, expected: set[str]) -> None:
    """Unless it ends in one, or is a word of the language, which with an s is another: whos, its."""
    assert forms(word, (language,)) == expected


def test_a_form_of_a_word_stands_for_the_word() -> None:
    """`sanctions` as keyword also finds one sanction, but never what it merely is spelled like elsewhere."""
    assert {"sanction", "sanctions"} <= forms("sanctions", ("en",))
    assert {"санкция", "санкций"} <= forms("санкции", ("ru",))
    assert "sind" not in forms("war")


def test_two_letters_are_an_umlaut_only_where_the_word_is_none_as_it_is_written() -> None:
    """Unknown names may have umlauts, which a text must really have; words of a dictionary are what they are."""
    assert "~kroeger" in forms("Kroeger", ("en",))
    for word in ("Trauer", "Israel", "Manuel", "Goethe", "sued", "tuer", "neue", "Bauer", "Kreml"):
        assert not any(form.startswith("~") for form in forms(word)), word
    assert "sud" not in forms("sued")
    assert "tur" not in forms("tuer")


def test_a_prefix_that_makes_another_word_is_none() -> None:
    """كامل is no أمل with a prefix, nor كتاب a تاب; two letters take the article alone."""
    assert "كامل" not in forms("أمل", ("ar",))
    assert "كتاب" not in forms("تاب", ("ar",))
    assert "بيد" not in forms("يد", ("ar",))


def test_what_is_too_long_for_a_word_is_looked_up_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of letters in a row are only themselves: no dictionary is opened for them."""
    monkeypatch.setattr(lexicon, "look_up_forms", None)
    assert forms("kremlin" * 9) == {"kremlin" * 9}


def test_names_get_their_genitive_wherever_they_are_known() -> None:
    """Putin stands in the Polish dictionary only, and yet Germans write Putins."""
    assert {"putin", "putins", "putina"} <= forms("Putin")


def test_languages_follow_from_the_script_and_the_watchlist() -> None:
    """Latin words are never Russian; a letter that Russian lacks makes a word Ukrainian."""
    assert languages_of("summit", ("ru", "en")) == ("en",)
    assert languages_of("Київ") == ("uk",)
    assert languages_of("война") == ("ru", "uk")
    assert "de" in languages_of("summit")


def test_guesses_never_take_the_forms_of_other_words() -> None:
    """The dictionary is asked before a rule is believed: `news` is no plural of `new`."""
    assert "news" not in forms("new", ("en",))
    assert "alto" not in forms("altare", ("it",))


def test_ukrainian_without_its_dictionary_falls_back_on_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The GPL dictionary is an extra; names and common nouns are inflected without it as well."""
    monkeypatch.setattr(slavic, "find_spec", lambda _: None)
    assert {"зеленського", "зеленським"} <= forms("Зеленський", ("uk",))
    assert {"президента", "президентом"} <= forms("президент", ("uk",))
    assert {"києва", "києві"} <= forms("Київ", ("uk",))
    for name, expected in {
        "Харків": "харкова харкові харковом",
        "Шмигаль": "шмигаля шмигалю шмигалем",
        "Залужний": "залужного залужному залужним",
        "Україна": "україни україні україну україною",
        "Рада": "ради раді раду радою",
        "гривня": "гривні гривень гривнями",
        "день": "дня дні днів",
    }.items():
        assert set(expected.split()) <= forms(name, ("uk",)), name
    assert {"ользі", "ольгою"} <= forms("Ольга", ("uk",))


@pytest.mark.parametrize(
    ("verb", "language", "expected"),
    [
        ("bitumer", "fr", "bitumions bitumera bitumassent bitumées"),
        ("partager", "fr", "partageons partageât"),
        ("rappeler", "fr", "rappelle rappellerait"),
        ("retenir", "fr", "retient retînmes retiendrons retenue"),
        ("apercevoir", "fr", "aperçoit aperçurent apercevraient aperçue"),
        ("restreindre", "fr", "restreint restreignissent restreindra restreinte"),
        ("traduire", "fr", "traduisons traduisit traduite"),
        ("damagier", "fr", "damageroie damagiee damagent"),
        ("pagare", "it", "paghi pago pagherebbe"),
        ("proteggere", "it", "protessi protette proteggerai"),
        ("ridursi", "it", "riduco ridussero ridurremo ridottosi ridurre"),
        ("attaccarsi", "it", "attaccare attacchino attaccandosi"),
        ("fermare", "it", "fermarlo fermandoli fermar"),
        ("buscar", "es", "busque buscando"),
        ("ernennen", "de", "ernannte ernannten ernannt"),
        ("übertreffen", "de", "übertraf übertroffene übertrifft"),
        ("aufmachen", "de", "aufgemacht aufzumachen aufmachte aufgemachten"),
        ("zurückweisen", "de", "zurückgewiesen zurückzuweisen zurückwies"),
        ("verhandeln", "de", "verhandle verhandelte verhandelten"),
        ("sanktionieren", "de", "sanktioniert sanktionierten"),
    ],
)
def test_verbs_are_conjugated_where_dictionaries_are_thin(verb: str, language: str, expected: str) -> None:
    """French, Italian, Spanish, Polish and German verbs have more forms than dictionaries list."""
    assert {fold(each) for each in expected.split()} <= conjugate(fold(verb), language) | conjugate_archaic(
        fold(verb), language
    )


def test_what_is_no_verb_is_not_conjugated() -> None:
    """Short words and nouns that merely end like verbs stay nouns; a prefix alone makes no participle."""
    assert forms("mer", ("fr",)) == {"mer", "mers"}
    assert forms("hiver", ("fr",)) == {"hiver", "hivers"}
    assert forms("guerre", ("fr",)) == {"guerre", "guerres"}
    assert conjugate("Kreml", "de") == frozenset()
    assert not {"geankundigt", "vorberitten"} & (conjugate("ankundigen", "de") | conjugate("vorbereiten", "de"))
    assert strip_reflexive("corsi", "it") == "corsi"
    assert endings.guess_forms("x", "xx") == frozenset()


def test_umlauts_may_begin_a_plural() -> None:
    """The dictionary is searched for forms that part from the word with their first letter."""
    assert {"arzte", "arzten"} <= forms("Arzt", ("de",))
    assert {"amter", "amtern"} <= forms("Amt", ("de",))


def test_german_verbs_part_from_their_prefix() -> None:
    """What stands apart is known by its prefix and by the verb without it, spelled as it was written."""
    assert split_prefix("ankündigen", ("de",)) == ("an", "kündigen")
    assert split_prefix("zurücktreten") == ("zuruck", "treten")
    assert split_prefix("ankündigen", ("en",)) is None
    assert split_prefix("Ankündigung") is None
    assert split_prefix("antworten", ("de",)) is None
    assert split_prefix("übernehmen", ("de",)) is None


def test_other_languages_give_way_to_english_words() -> None:
    """A watchlist without languages that says story never means a store, nor Plan a plane; in German it does."""
    assert "store" not in forms("story")
    assert "stories" in forms("story")
    assert "plane" not in forms("plan")
    assert "plane" not in forms("Plan")
    assert not forms("Mali") & {"malice"}
    assert not forms("Gaza") & {"gaze"}
    assert not forms("data") & {"date"}
    assert "plane" in forms("Plan", ("de",))
    assert "plane" in forms("plan", ("de",))


@pytest.mark.parametrize(
    ("word", "other"),
    [("Peskov", "Песков"), ("Peskov", "Пєсков"), ("Zelensky", "Зеленський"), ("Kyiv", "Київ"), ("Navalny", "Навальный"),
     ("Песков", "Peskov"), ("Зеленский", "Zelensky"), ("Путин", "Poutine"), ("Шойгу", "Schoigu"), ("Юрий", "Yuriy")],
)  # fmt: skip
def test_names_are_spelled_across_scripts(word: str, other: str) -> None:
    """Newspapers' spellings of the other script are among the few that are tried."""
    assert other in transliterate(word)
    assert len(transliterate(word)) <= MAX_SPELLINGS
    assert transliterate("手机") == ()
    assert len(transliterate("sch" * 500)) <= MAX_SPELLINGS


class Memory:
    """A cache that notes what it was asked."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.dictionaries: dict[str, bytes] = {}
        self.asked = 0

    def get_many(self, keys: Iterable[str]) -> Mapping[str, str]:
        """See FormCache."""
        self.asked += 1
        return {key: self.kept[key] for key in keys if key in self.kept}

    def put_many(self, found: Mapping[str, str]) -> None:
        """See FormCache."""
        self.kept.update(found)

    def get_dictionary(self, key: str) -> bytes | None:
        """See FormCache."""
        return self.dictionaries.get(key)

    def put_dictionary(self, key: str, data: bytes) -> None:
        """See FormCache."""
        self.dictionaries[key] = data


def test_what_the_cache_knows_is_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second start reads forms from the cache and opens no dictionary."""
    memory = Memory()
    wanted = [("summit", ("en",)), ("Песков", ("ru",)), ("Թբիլիսի", ())]
    first = inflect(wanted, memory)
    monkeypatch.setattr(lexicon, "look_up_forms", None)
    assert inflect(wanted, memory) == first
    assert memory.asked == 2


def test_a_dictionary_is_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that was never asked for finds the dictionaries as an earlier one has left them, with the same forms."""
    memory = Memory()
    inflect([("summit", ("en", "de"))], memory)
    assert len(memory.dictionaries) == 2
    expected = inflect([("Häuser", ("en", "de"))])
    monkeypatch.setattr(lexicon, "read_dictionary", None)
    assert inflect([("Häuser", ("en", "de"))], memory) == expected


def test_dictionaries_are_kept_in_the_file_of_forms(tmp_path: Path) -> None:
    """A newer one takes the place of an older; what is broken or cannot be written is as if it were not there."""
    file = FormCacheFile(tmp_path / "forms.db")
    assert file.get_dictionary("1 en") is None
    file.put_many({"1": "one"})
    assert file.get_dictionary("1 en") is None
    file.put_dictionary("1 en", b"words " * 1000)
    file.put_dictionary("1 de", b"Wort")
    file.put_dictionary("2 en", b"more words")
    found = [file.get_dictionary(key) for key in ("1 en", "1 de", "2 en")]
    assert found == [None, b"Wort", b"more words"]
    assert file.get_many(["1"]) == {"1": "one"}
    (tmp_path / "forms.db").write_bytes(b"no database at all " * 100)
    assert file.get_dictionary("2 en") is None
    file.put_dictionary("2 en", b"more words")
    FormCacheFile(tmp_path / "missing" / "forms.db").put_dictionary("2 en", b"more words")


@pytest.mark.parametrize("use", ["get_many", "put_many"])
def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path, use: str) -> None:
    """It holds what people watch for; earlier versions left it readable."""
    path = tmp_path / "forms.db"
    file = FormCacheFile(path)
    file.put_many({"en:a": "a b"})
    path.chmod(0o644)
    if use == "get_many":
        assert file.get_many(["en:a"]) == {"en:a": "a b"}
    else:
        file.put_many({"en:b": "b"})
    assert path.stat().st_mode & 0o777 == 0o600


def test_forms_are_kept_in_a_file_that_heals_itself(tmp_path: Path) -> None:
    """A broken file is begun anew; a place that cannot be written costs nothing but time."""
    file = FormCacheFile(tmp_path / "forms.db")
    assert file.get_many(["a"]) == {}
    file.put_many({str(number): f"x{number}" for number in range(2_000)})
    assert len(FormCacheFile(tmp_path / "forms.db").get_many(map(str, range(3_000)))) == 2_000
    (tmp_path / "forms.db").write_bytes(b"no database at all " * 100)
    assert file.get_many(["1"]) == {}
    file.put_many({"1": "one"})
    assert file.get_many(["1", "2"]) == {"1": "one"}
    nowhere = FormCacheFile(tmp_path / "missing" / "forms.db")
    nowhere.put_many({"1": "one"})
    assert nowhere.get_many(["1"]) == {}


@pytest.mark.parametrize("language", ["en", "nl", "uk", "ar"])
def test_the_stream_of_a_dictionary_is_read_as_its_library_reads_it(language: str) -> None:
    """A sample of lemmas has the forms that a full decoding of the dictionary gives them."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    listed: dict[str, set[str]] = {}
    for form, lemma in DefaultDictionaryFactory().get_dictionary(language).items():
        listed.setdefault(lemma, set()).add(form)
    sample = [lemma for lemma in sorted(listed)[:: max(len(listed) // 150, 1)] if len(lemma) > 3]
    known = lexicon.look_up_forms(language, dict.fromkeys(sample, ()))
    near = {lemma: {form for form in listed[lemma] if form[:2] == lemma[:2]} for lemma in sample}
    short = [lemma for lemma in sample if not near[lemma] <= known[lemma].own]
    assert len(short) <= len(sample) // 50


def test_importing_the_words_imports_no_dictionary() -> None:
    """A tick that finds everything in the cache never pays for the libraries."""
    import subprocess

    code = (
        "import sys, bot.inflection.word_forms, bot.matching.engine; "
        "print([name for name in ('pymorphy3', 'simplemma') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("word", "language", "own", "others"),
    [
        ("коло", "uk", ("кола", "колом"), ("коли",)),
        ("тема", "ru", ("темы", "темам"), ("тем",)),
        ("батько", "uk", ("батька", "батькові"), ("батьківщиною",)),
    ],
)
def test_small_words_and_forms_of_others_are_no_forms(
    word: str, language: str, own: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Every text has conjunctions and pronouns for their own sake; what a rule makes gives way to the dictionary."""
    found = forms(word, (language,))
    assert found >= set(own)
    assert found.isdisjoint(others)
