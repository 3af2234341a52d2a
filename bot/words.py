"""Every form of a word, so that a keyword means what a person means by it.

Words with their languages come in, once, when watchlists are loaded; folded forms go out, and texts are only looked
up in them. Russian and Ukrainian come from pymorphy3, other languages from simplemma's dictionaries, and names that
neither knows from rules. What was found is kept in a cache, so that the next start need not ask again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from bot import lexicon
from bot.endings import guesses
from bot.lexicon import Known
from bot.slavic import inflector
from bot.text import fold, script

Wanted = tuple[str, tuple[str, ...]]
"""A word as written, and the languages of its watchlist (ISO 639-1; none = every supported one of its script)."""

BY_SCRIPT: Final[Mapping[str, tuple[str, ...]]] = {
    "latin": ("en", "de", "fr", "es", "it", "pl", "pt", "nl", "tr"),
    "cyrillic": ("ru", "uk"),
    "arabic": ("ar",),
}
_NOT_ITS_LETTERS: Final = {"ru": frozenset("іїєґ'’ʼ"), "uk": frozenset("ыэёъ")}
_RULES: Final = "1"  # raised with every change of what is found, so that old caches are not believed
_PLAIN_GENITIVE: Final = frozenset({"en", "de", "nl"})  # names just take an s
_MAX_FORMS: Final = 300  # of one word; a Turkish noun has a thousand, most never written


class FormCache(Protocol):
    """Forms found before, kept between starts. A lost or empty one costs time, nothing else."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Return what is on record for those of the keys that are known."""
        ...

    def put_many(self, found: Mapping[str, str]) -> None:
        """Keep these for the next start."""
        ...


def languages_of(word: str, languages: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the languages whose inflection a word follows: those of its script that the watchlist names, or all."""
    of_script = BY_SCRIPT.get(script(word), ())
    return tuple(
        each
        for each in of_script
        if (not languages or each in languages) and _NOT_ITS_LETTERS.get(each, frozenset()).isdisjoint(word.lower())
    )


def forms(word: str, languages: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the folded forms that count as the word; the word itself is always one."""
    return inflect([(word, languages)])[word, languages]


def inflect(wanted: Iterable[Wanted], cache: FormCache | None = None) -> dict[Wanted, frozenset[str]]:
    """Return the folded forms of many words at once: each dictionary is read once for all of them."""
    asked = {each: languages_of(*each) for each in wanted}
    distinct = {(word, languages) for (word, _), languages in asked.items()}
    keys = {each: _key(*each) for each in distinct if each[1]}
    on_record = cache.get_many(keys.values()) if cache else {}
    found = {each: frozenset(on_record[key].split()) for each, key in keys.items() if key in on_record}
    missing = distinct - found.keys()
    fresh = _look_up(missing)
    if cache and (news := {keys[each]: " ".join(sorted(fresh[each])) for each in missing if each in keys}):
        cache.put_many(news)
    found.update(fresh)
    return {(word, languages): found[word, asked[word, languages]] for word, languages in asked}


def _key(word: str, languages: tuple[str, ...]) -> str:
    return f"{_RULES} {'-'.join(languages)} {word}"


def _look_up(wanted: Iterable[Wanted]) -> dict[Wanted, frozenset[str]]:
    """Ask the dictionaries, one after the other, and put their answers together."""
    by_language: dict[str, dict[str, frozenset[str]]] = {}
    for word, languages in wanted:
        for language in languages:
            by_language.setdefault(language, {})[word] = frozenset()
    known: dict[str, dict[str, Known]] = {}
    for language, words in by_language.items():
        if (inflected := inflector(language)) is not None:
            known[language] = {word: Known(own=inflected(word)) for word in words}
        else:
            known[language] = lexicon.look_up(language, {word: guesses(word, language) for word in words})
    return {
        (word, languages): _chosen(word, {language: known[language][word] for language in languages})
        for word, languages in wanted
    }


def _chosen(word: str, known: Mapping[str, Known]) -> frozenset[str]:
    """Put together what the dictionaries say of a word.

    A language that lists the word as it stands goes before those where it is a form of another: `war` is a word in
    English, and a form of "to be" in German. A name gets its s even where only other languages know it.
    """
    found = {form for each in known.values() for form in each.own}
    if not found:
        found = {form for each in known.values() for form in each.other}
    if not found and not _acronym(word):
        found = {guess for language, each in known.items() for guess in guesses(word, language) - each.taken}
    elif word[:1].isupper() and word[-1] not in "sxzß" and not _acronym(word):
        found.update(
            f"{word}s"
            for language, each in known.items()
            if language in _PLAIN_GENITIVE and not (each.own or each.other or f"{word}s" in each.taken)
        )
    folded = {fold(form) for form in found}
    if len(folded) > _MAX_FORMS:
        folded = set(sorted(folded, key=lambda form: (len(form), form))[:_MAX_FORMS])
    return frozenset(folded | {fold(word)})


def _acronym(word: str) -> bool:
    return word.isupper() and len(word) <= 5  # noqa: PLR2004 - longer ones in capitals are words shouted
