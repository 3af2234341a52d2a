"""Every form of a word, so that a keyword means what a person means by it.

Words with their languages come in, once, when watchlists are loaded; folded forms go out, and texts are only looked
up in them. Russian and Ukrainian come from pymorphy3, other languages from simplemma's dictionaries, and names that
neither knows from rules. What was found is kept in a cache, so that the next start need not ask again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, Protocol

from bot.inflection import german, lexicon
from bot.inflection.conjugation import conjugate, conjugate_archaic, strip_reflexive
from bot.inflection.endings import guess_forms
from bot.inflection.lexicon import KnownForms
from bot.inflection.prefixes import nouns_among, with_prefixes
from bot.inflection.slavic import find_inflector
from bot.inflection.umlauts import read_umlauts, umlaut_spellings
from bot.text.tokens import fold, script, spell_out

Wanted = tuple[str, tuple[str, ...]]
"""A word as written, and the languages of its watchlist (ISO 639-1; none = every supported one of its script)."""

BY_SCRIPT: Final[Mapping[str, tuple[str, ...]]] = {
    "latin": ("en", "de", "fr", "es", "it", "pl", "pt", "nl", "tr"),
    "cyrillic": ("ru", "uk"),
    "arabic": ("ar",),
    "hebrew": ("he",),
    "greek": ("el",),
}
_NOT_ITS_LETTERS: Final = {"ru": frozenset("іїєґ'’ʼ"), "uk": frozenset("ыэёъ")}
_RULES: Final = "5"  # raised with every change of what is found, so that old caches are not believed
_PLAIN_GENITIVE: Final = frozenset({"en", "de", "nl"})  # names just take an s
# Dictionaries that lack many forms of the nouns they have, and endings that are right whatever else they may be.
_THIN: Final[Mapping[str, tuple[str, ...]]] = {
    "pl": ("owi", "om", "ami", "ach", "ów"),
    "uk": ("ами", "ями", "ах", "ях", "ам", "ям", "ові", "еві", "ого", "ому", "ими", "ською", "ська", "цька", "ку"),
}
_CERTAIN: Final = 2  # forms by rule that the dictionary confirms make all of them a verb's, whatever else they may be
_LONG_VERB: Final = 5  # letters; a shorter word is believed to be a verb only where the dictionary has forms of it
_CLEAR: Final = 3  # so many confirmed forms of a noun or adjective make the rest of its paradigm certain
_NAMES_BY_RULE: Final = frozenset({"ru", "uk"})
_PLAIN_PLURAL: Final = frozenset({"en", "de", "nl"})  # several of an acronym just take an s: GPUs, LKWs
_MAIN: Final = "en"  # most texts are in it, and watchlists for it seldom say so
_FEW: Final = 3  # languages; who names no more of them than this means them
_GERMAN: Final = "de"
_LISTED_ALONE: Final = frozenset({"el"})  # dictionaries that list many names without a form of theirs
_LONG_NOUN: Final = 4  # letters of other forms of a noun that take prefixes unasked: رؤساء
_NOUN_FORMS: Final = 5
LONGEST_WORD: Final = 60  # characters; the longest word of the dictionaries' languages in the news has 40
_MAX_FORMS: Final = 300  # of one word; a Turkish noun has a thousand, most never written


class FormCache(Protocol):
    """Forms found before, kept between starts. A lost or empty one costs time, nothing else."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Return what is on record for those of the keys that are known."""
        ...

    def put_many(self, found: Mapping[str, str]) -> None:
        """Keep these for the next start."""
        ...

    def get_dictionary(self, key: str) -> bytes | None:
        """Return a dictionary that was kept unpacked, which is read in a third of the time; None where it was not."""
        ...

    def put_dictionary(self, key: str, data: bytes) -> None:
        """Keep a dictionary unpacked."""
        ...


def languages_of(word: str, languages: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the languages whose inflection a word follows: those of its script that the watchlist names, or all."""
    if len(word) > LONGEST_WORD:
        return ()  # no dictionary has it, and looking would cost as much as its length
    of_script = BY_SCRIPT.get(script(word), ())
    return tuple(
        each
        for each in of_script
        if (not languages or each in languages) and _NOT_ITS_LETTERS.get(each, frozenset()).isdisjoint(word.lower())
    )


def forms(word: str, languages: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the folded forms that count as the word; the word itself is always one."""
    return frozenset(inflect([(word, languages)])[word, languages])


def split_prefix(word: str, languages: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """Return the prefix that a German verb parts from in a clause, and the verb without it; None for other words."""
    if word[-1:] != "n" or not word[:1].islower() or "de" not in languages_of(word, languages):
        return None
    if (apart := german.split_prefix(fold(word))) is None:
        return None
    prefix, base = apart
    return prefix, next((word[at:] for at in range(1, len(word)) if fold(word[at:]) == base), base)


def inflect(wanted: Iterable[Wanted], cache: FormCache | None = None) -> dict[Wanted, tuple[str, ...]]:
    """Return the folded forms of many words at once: each dictionary is read once for all of them."""
    asked = {each: languages_of(*each) for each in wanted}
    distinct = {(word, languages) for (word, _), languages in asked.items()}
    keys = {each: _key(*each) for each in distinct if each[1]}
    on_record = cache.get_many(keys.values()) if cache else {}
    found = {each: tuple(on_record[key].split()) for each, key in keys.items() if key in on_record}
    missing = distinct - found.keys()
    fresh = _look_up(missing, _reading(cache))
    if cache and (news := {keys[each]: " ".join(fresh[each]) for each in missing if each in keys}):
        cache.put_many(news)
    found.update(fresh)
    return {(word, languages): found[word, asked[word, languages]] for word, languages in asked}


def _key(word: str, languages: tuple[str, ...]) -> str:
    return f"{_RULES} {'-'.join(languages)} {word}"


def _reading(cache: FormCache | None) -> Callable[[str], bytes]:
    """Return what reads the dictionary of a language, as it was kept or as simplemma brings it."""

    def read(language: str) -> bytes:
        if cache is None:
            return lexicon.read_dictionary(language)
        key = f"{lexicon.version()} {language}"
        data = cache.get_dictionary(key)
        if data is None:
            data = lexicon.read_dictionary(language)
            cache.put_dictionary(key, data)
        return data

    return read


def _look_up(wanted: Iterable[Wanted], read_dictionary: Callable[[str], bytes]) -> dict[Wanted, tuple[str, ...]]:
    """Ask the dictionaries, one after the other, and put their answers together."""
    by_language: dict[str, dict[str, frozenset[str]]] = {}
    for word, languages in wanted:
        for language in languages:
            by_language.setdefault(language, {})[word] = frozenset()
        if _GERMAN in languages and (read := read_umlauts(word)):
            by_language[_GERMAN][read] = frozenset()
    known: dict[str, dict[str, KnownForms]] = {}
    for language in sorted(by_language, key=_MAIN.__eq__):  # the main one is asked about what the others offer, too
        words = by_language[language]
        if (inflected := find_inflector(language)) is not None:
            known[language] = {word: inflected(word) for word in words}
            continue
        if language == _MAIN:
            for word in words:
                offers = (_offered(word, other, each[word]) for other, each in known.items() if word in each)
                words[word] = frozenset(fold(form) for offer in offers for form in offer)
        known[language] = _listed(language, words, read_dictionary)
    return {
        (word, languages): _chosen(
            word,
            {language: known[language][word] for language in languages},
            known.get(_GERMAN, {}).get(read_umlauts(word) or "", KnownForms()),
        )
        for word, languages in wanted
    }


def _listed(language: str, words: Mapping[str, frozenset[str]], read: Callable[[str], bytes]) -> dict[str, KnownForms]:
    """Ask simplemma's dictionary of a language, also about forms in doubt, for reflexive verbs by their plain form."""
    asked: dict[str, set[str]] = {}
    for word, doubtful in words.items():
        verb = fold(word)
        ruled = {
            *guess_forms(word, language),
            *conjugate(verb, language),
            *conjugate_archaic(verb, language),
            *doubtful,
        }
        if prefixed := with_prefixes(word, language):
            ruled |= {*prefixed, *map(fold, prefixed)}
        asked.setdefault(word, set()).update(ruled)
        asked.setdefault(strip_reflexive(word, language), set()).update(ruled)
    known = lexicon.look_up_forms(language, asked, read)
    return {
        word: known[word]
        if (plain := strip_reflexive(word, language)) == word
        else replace(known[word], own=known[plain].own | known[word].own)
        for word in words
    }


def _chosen(word: str, known: Mapping[str, KnownForms], with_umlauts: KnownForms) -> tuple[str, ...]:
    """Put together what the dictionaries say of a word, and German of the word with umlauts for its digraphs.

    A language that lists the word as it stands goes before those where it is a form of another: `war` is a word in
    English, and a form of "to be" in German. Where English knows the word well, what other languages make of it
    counts only if it is no other English word: `story` is not the Polish `store`, nor `plan` a `plane`. A name gets
    its s even where only other languages know it.
    """
    found = {form for each in known.values() for form in each.own}
    if not found:
        found = {form for each in known.values() for form in each.other}
    nobody = not found
    sure = len(known) <= _FEW
    for language, each in known.items():
        if nobody or (each.own and (sure or len(each.own) > 1)):
            found |= _by_rule(word, language, each, nobody=nobody)
        elif word[:1].isupper() and language in _PLAIN_GENITIVE and word[-1] not in "sxzß" and not _acronym(word):
            found |= {f"{word}s"} - each.taken - each.listed
        if language in _NAMES_BY_RULE and word[:1].isupper() and not (each.own or each.other):
            found |= guess_forms(word, language)  # a name that only the neighbour's dictionary has
        if language in _LISTED_ALONE and each.own and len(each.own) == 1:
            found |= guess_forms(word, language) - each.taken - each.listed
        found |= _prefixed(word, language, each)
        if language in _PLAIN_PLURAL and nobody and _acronym(word) and len(word) > 2 and word[-1] not in "SXZ":  # noqa: PLR2004 -- its, ads
            found |= {f"{word}s"} - each.taken - each.listed
    main = known.get(_MAIN, KnownForms())
    if not sure or (len(main.own) > 1 and word[:1].islower()):  # nobody named a language: no other English word then
        other = {fold(form) for form in main.taken | main.listed} - {fold(form) for form in _offered(word, _MAIN, main)}
        found = {form for form in found if fold(form) not in other}
    folded = {fold(form) for form in found} | {spelled for form in (word, *found) if (spelled := spell_out(form))}
    folded |= umlaut_spellings(word, folded | {fold(word)}, known, with_umlauts)
    if len(folded) > _MAX_FORMS:
        folded = set(sorted(folded, key=lambda form: (len(form), form))[:_MAX_FORMS])
    return tuple(sorted(folded | {fold(word)}))


def _prefixed(word: str, language: str, known: KnownForms) -> frozenset[str]:
    """Return an Arabic or Hebrew word with its prefixes, but where that is another word; likewise a noun's other forms.

    A rare form of another word (لبوتين, "two lionesses") speaks against short words only.
    """
    spoken_for = known.listed if len(word) > _LONG_NOUN else known.taken | known.listed
    found = {form for form in with_prefixes(word, language) if form not in spoken_for and fold(form) not in spoken_for}
    if found:
        others = sorted(form for form in nouns_among(known.own, language) if len(form) >= _LONG_NOUN and form != word)
        found.update(prefixed for form in others[:_NOUN_FORMS] for prefixed in with_prefixes(form, language))
    return frozenset(found)


def _offered(word: str, language: str, known: KnownForms) -> frozenset[str]:
    """Return what a language that has the word makes of it."""
    return known.own | _by_rule(word, language, known, nobody=False) if known.own else frozenset()


def _by_rule(word: str, language: str, known: KnownForms, *, nobody: bool) -> frozenset[str]:
    """Return what the rules add: nouns for words that nobody knows, verbs where dictionaries list few forms.

    What is a form of another word never counts; what is listed as a word itself may still be a verb's form, as
    `marche` is of `marcher`, but is no noun's.
    """
    if _acronym(word):
        return frozenset()
    verbs = conjugate(fold(word), language) if word[:1].islower() else frozenset()
    if language == "en" and not nobody:  # every noun has its plural, whatever else that may be: copies, lives
        return guess_forms(word, language) - known.listed
    own = {fold(form) for form in known.own}
    if len(verbs & own) < _CERTAIN:
        verbs |= conjugate_archaic(fold(word), language) if verbs else frozenset()
        plausible = len(word) >= _LONG_VERB and own <= {fold(word), *verbs}  # a noun would have its own forms
        verbs = verbs - known.taken - known.listed if plausible else frozenset()
    nouns = guess_forms(word, language) - known.listed if nobody or language in _THIN else frozenset()
    if len(nouns & known.own) < _CLEAR:
        nouns = frozenset(form for form in nouns if form not in known.taken or form.endswith(_THIN.get(language, ())))
    return verbs | nouns


def _acronym(word: str) -> bool:
    return word.isupper() and len(word) <= 5  # noqa: PLR2004 - longer ones in capitals are words shouted
