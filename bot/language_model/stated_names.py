"""Names that a line states and no report does: compared in any inflection, in Latin and Cyrillic letters, as exonyms.

A line and the texts of the reports come in, the names that nobody reported go out. A name is a word with a capital
that is no ordinary word at the beginning of a sentence, and in German no noun that its dictionary declines. What stands
in letters of another script than the line's is a name, too. Some milliseconds, a second where dictionaries are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.inflection import lexicon, slavic
from bot.inflection.lexicon import KnownForms
from bot.inflection.spelling import transliterate
from bot.inflection.word_forms import BY_SCRIPT, FormCache, inflect
from bot.language_model.stated_numbers import is_value
from bot.text.tokens import Tokens, fold, script, tokens, unspaced_runs, variants
from bot.text.word_tables import columns, read_table, word_set

_GERMAN: Final = "de"
_BEGINNING: Final = 4  # first letters that a form and its name share
_ALIKE: Final = 2  # first letters that words must share for one to be looked for among the forms of the other
_MOST_LOOKED_UP: Final = 60  # words of reports whose forms are looked up for one line
_LONGEST_ELIDED: Final = 4  # letters
_SHORTEST_SMALL: Final = 4  # letters of a name that is found in small letters
_COMMON: Final = 3  # forms that an ordinary word has at least, of those that begin a sentence
_SENTENCE_ENDS: Final = frozenset(".!?…:•")
_GERMAN_NOUNS: Final = ("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "tion", "tionen", "tat", "nis")
_NO_NAMES: Final = frozenset({"i", "i'm", "и", "в", "с", "о", "у", "к", "а", "я"})
_PROPER: Final = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn", "Trad"})  # pymorphy3's grammemes of names


@dataclass(frozen=True, slots=True)
class ReportedWords:
    """The words of the reports, folded, and those of them with a capital."""

    folded: frozenset[str]
    capitals: tuple[str, ...]  # as written
    text: str  # of all words, folded
    whole: str  # all of it, folded


def read_words(reports: Sequence[str]) -> ReportedWords:
    """Return the words of these texts."""
    folded: set[str] = set()
    capitals: dict[str, None] = {}
    texts = []
    whole = fold("\n".join(reports))
    for report in reports:
        words = tokens(report).words
        folded.update(spelling for word in words for spelling in variants(word))
        capitals.update((word, None) for word in words if word[0].isupper())
        texts.append(fold(" ".join(words)))
    return ReportedWords(frozenset(folded), tuple(capitals), "\n".join(texts), whole)


def find_unreported_names(
    line: str, reported: ReportedWords, language: str, cache: FormCache | None = None
) -> tuple[str, ...]:
    """Return the names of a line in this language (ISO 639-1) that stand in no report, as written."""
    words = tokens(line)
    at = [n for n, word in enumerate(words.words) if _may_be_name(word, language) and not _is_elided(words, n)]
    at = [n for n in at if reported.folded.isdisjoint(variants(words.words[n]))]
    latin = language in BY_SCRIPT["latin"]
    asked = {spelling: () for n in at for spelling in (words.words[n], words.words[n].lower())}
    known = lexicon.look_up_forms(language, asked) if latin and asked else {}
    named = [words.words[n] for n in at if not _is_ordinary(words, n, language, known)]
    named += [word for word in _small_names(words, language) if reported.folded.isdisjoint(variants(word))]
    named += [run for run in _foreign(line) if fold(run) not in reported.whole]
    return tuple(word for word in dict.fromkeys(named) if not _is_reported(word, reported, language, cache))


def _may_be_name(word: str, language: str) -> bool:
    folded = fold(word)
    small = folded in _NO_NAMES or folded in _small_words(language)
    return any(char.isupper() for char in word) and not small and not is_value(word, language)


def _small_names(words: Tokens, language: str) -> list[str]:
    """Return the words in small letters that are names and nothing else."""
    small = [word for word in words.words if word.islower() and len(word) >= _SHORTEST_SMALL]
    if language not in BY_SCRIPT["latin"]:
        parsed = [(word, slavic.find_parses(word, language)) for word in small]
        return [word for word, parses in parsed if parses and not any(map(_PROPER.isdisjoint, parses))]
    listed = [word for word in small if any(fold(word) in row for row in _rows_of(fold(word)))]
    known = lexicon.look_up_forms(language, dict.fromkeys(listed, ())) if listed else {}
    return [word for word in listed if not any(form[:1].islower() for form in known[word].own | known[word].other)]


def _is_elided(words: Tokens, at: int) -> bool:
    """Return whether a word is an article or the like before an apostrophe: L'inflation, All'estero."""
    return len(words.words[at]) <= _LONGEST_ELIDED and words.gap(at)[:1] in {"'", "’"}


def _foreign(line: str) -> Iterator[str]:
    """Give what is not in the letters of the line: there capitals mark no names, or it is no translation."""
    yield from unspaced_runs(line)
    own = {script(line), "other", "unspaced"}
    yield from (word for word in tokens(line).words if script(word) not in own)


def _is_title(words: Tokens, at: int, language: str, known: KnownForms) -> bool:
    """Return whether an English word with a capital is an ordinary one before a name: Chancellor Merz."""
    before_name = at + 1 < len(words) and not words.gap(at).strip() and words.words[at + 1][0].isupper()
    return language == "en" and before_name and any(form[:1].islower() for form in known.own | known.other)


def _is_ordinary(words: Tokens, at: int, language: str, known: Mapping[str, KnownForms]) -> bool:
    """Return whether a word with a capital is no name: one that begins a sentence, or in German a noun.

    Dictionaries know names, too, and words that are both: what the table of places has is a name, and so is a German
    noun after another word with a capital, as in Hans Müller.
    """
    word = words.words[at]
    lowered, folded = word.lower(), fold(word)
    if not word[1:].islower() or _rows_of(folded) or folded in word_set("places", "surnames"):
        return False
    if language not in BY_SCRIPT["latin"]:
        parses = slavic.find_parses(lowered, language)  # none: the word or the language is not known
        return _opens(words, at) and bool(parses) and all(map(_PROPER.isdisjoint, parses))
    if _opens(words, at):
        small = {form for form in known[lowered].own | known[lowered].other if form[:1].islower()}
        if len(small) >= _COMMON or (known[lowered].other and len(small) > 1):
            return True
    if _is_title(words, at, language, known[lowered]):
        return True
    return language == _GERMAN and not _follows_capital(words, at, language) and _is_declined(word, known[word])


def _is_declined(word: str, known: KnownForms) -> bool:
    """Return whether a German word has the forms of a noun, other than the genitive that names have, too."""
    forms = known.own or known.other
    return bool(forms - {word, f"{word}s", f"{word}'"}) or fold(word).endswith(_GERMAN_NOUNS)


def _opens(words: Tokens, at: int) -> bool:
    return not at or not _SENTENCE_ENDS.isdisjoint(words.gap(at - 1))


def _follows_capital(words: Tokens, at: int, language: str) -> bool:
    if _opens(words, at) or words.gap(at - 1).strip():
        return False
    before = words.words[at - 1]
    return before[0].isupper() and not is_value(before, language) and fold(before) not in _small_words(language)


def _is_reported(word: str, reported: ReportedWords, language: str, cache: FormCache | None) -> bool:
    """Return whether a report has a word in another form, in the other script, or by the name another language has."""
    forms = set(_forms([word], (language,), cache)[word])
    every = forms | _respelled((word, *forms))
    if not reported.folded.isdisjoint(every):
        return True
    rows = {row for form in every for row in _rows_of(form)} or _rows_of_inflected(word, language, cache)
    if rows and any(_stands(name, reported) for row in rows for name in row):
        return True
    beginnings = {form[:_ALIKE] for form in every} | {name[:_ALIKE] for row in rows for name in row}
    alike = [one for one in reported.capitals if any(each[:_ALIKE] in beginnings for each in _spellings(one))]
    inflected = _forms(alike[:_MOST_LOOKED_UP], (), cache)
    names = {name for row in rows for name in row}
    for one, theirs in inflected.items():
        all_theirs = {*theirs, *_respelled((one, *theirs))}
        if not every.isdisjoint(all_theirs) or not names.isdisjoint(all_theirs):
            return True
    return False


def _rows_of_inflected(word: str, language: str, cache: FormCache | None) -> set[tuple[str, ...]]:
    """Return the rows of the table of places that have a name of which a word is a form that no dictionary knows."""
    folded = fold(word)
    near = [name for name in _names_by_beginning().get(folded[:_BEGINNING], ()) if len(name) <= len(folded)]
    forms = _forms([name.capitalize() for name in near], (language,), cache)
    return {row for name in near if folded in forms[name.capitalize()] for row in _rows_of(name)}


def _spellings(word: str) -> tuple[str, ...]:
    return (fold(word), *map(fold, transliterate(word)))


def _respelled(words: Iterable[str]) -> set[str]:
    """Return words as the other script spells them, folded."""
    return {fold(spelling) for word in words for spelling in transliterate(word)}


def _forms(words: Sequence[str], languages: tuple[str, ...], cache: FormCache | None) -> Mapping[str, tuple[str, ...]]:
    found = inflect([(word, languages) for word in words], cache)
    return {word: found[word, languages] for word in words}


def _stands(name: str, reported: ReportedWords) -> bool:
    if " " in name:
        return f" {name} " in f" {reported.text} ".replace("\n", " ").replace("-", " ")
    return name in reported.folded


@cache
def _small_words(language: str) -> frozenset[str]:
    rows = (row.partition(":") for row in read_table("small_words")["by language"])
    return frozenset(next((words for code, _, words in rows if code == language), "").split())


def _rows_of(folded: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the table of places that have this word, as a name or in one."""
    return _places().get(folded, ())


@cache
def _names_by_beginning() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in _places():
        found[word[:_BEGINNING]] = (*found.get(word[:_BEGINNING], ()), word)
    return found


@cache
def _places() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for section in ("countries", "cities", "others", "people"):
        for row in columns("places", section):
            for word in {word for name in row for word in name.split()}:
                found[word] = (*found.get(word, ()), row)
    return found
