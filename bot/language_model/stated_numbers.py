"""Numbers and dates that a text states, in digits and in words: a text comes in, comparable values go out.

25,000 and "twenty-five thousand" are one value, and so are 1.5 bn and "1,5 Milliarden"; 30.11.2026 is the numbers 30
and 2026 and the month of November. Words for numbers are in the table `number_words`, months in `dates`, days of the
week in `opposites`. Pure: nothing here raises, whatever the text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.text.numbers import ascii_digits, mark_numbers, plain_numbers
from bot.text.tokens import Tokens, fold, script, tokens
from bot.text.word_tables import columns, read_table

Value = tuple[str, str]  # of what kind (number, percent, month, weekday), and which

_LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "latin": ("en", "de", "fr", "es", "it", "pl", "pt", "nl"),
    "cyrillic": ("ru", "uk"),
}
_COMPOUNDING: Final = frozenset({"de", "nl", "it"})  # languages that write fünfundzwanzig as one word
_AND: Final = frozenset({"und", "en", "and", "y", "e", "et", "i"})
_DIGITS: Final = re.compile(r"(\d+(?:\.\d+)*)(\D*)")
_APOSTROPHE: Final = re.compile(r"(?<=[а-яіїєґ])['’ʼ](?=[яюєї])", re.IGNORECASE)  # п'ять is one word
_DATE: Final = re.compile(
    r"(?<![\d.])(?:(\d{4})[-./](\d\d?)[-./](\d\d?)|(\d\d?)[./-](\d\d?)[./-](\d{4}|\d\d))(?!\d|\.\d)"
)
_THOUSAND: Final = 1000
_LONGEST_COMPOUND: Final = 80  # letters of a number written as one word
_MONTHS: Final = 12
_SHORTEST_MONTH: Final = 4  # letters: shorter names of months are words of other languages
_PERCENT: Final = ("percent", "prozent", "процент", "відсотк", "відсотків", "procent", "porcent")
_PER_CENT: Final = frozenset({"per cent", "pour cent", "por ciento", "por cento", "per cento"})
# What the number one stands before where nothing is counted: one of them, один из них.
_OF: Final = frozenset({"of", "из", "із", "з"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A value of a text, and the words that state it."""

    value: Value
    words: str
    part: Value | None = None  # what stands before a multiplier: 1.5 of 1.5 million


def find_values(text: str, language: str | None = None) -> list[Stated]:
    """Return the numbers, months and days of the week of a text in order.

    `language` (ISO 639-1) says which words are meant; without it, those of every language of the text's script.
    """
    text = _APOSTROPHE.sub("", text)
    dates = list(_dates(text))
    for found in _DATE.finditer(text):
        text = text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]
    words = tokens(mark_numbers(text))
    languages = (language,) if language in _every_language() else _LANGUAGES.get(script(text), _LANGUAGES["latin"])
    return [*dates, *_numbers(words, languages), *_names_of_days(words, language)]


def values_of(text: str, language: str | None = None) -> frozenset[Value]:
    """Return the values that a text states in any way: of 1.5 million also 1.5, of twenty-five thousand also 25."""
    stated = find_values(text, language)
    return frozenset({one.value for one in stated} | {one.part for one in stated if one.part is not None})


def is_stated(value: Value, stated: AbstractSet[Value]) -> bool:
    """Return whether a value is among what texts state: a share may be written without its sign, a count is none."""
    return value in stated or (value[0] == "percent" and ("number", value[1]) in stated)


def is_value(word: str, language: str) -> bool:
    """Return whether a word is a number, a month or a day of the week in a language (ISO 639-1)."""
    folded = fold(word)
    languages = (language,) if language in _every_language() else ()
    in_words = _values(word, folded, languages) is not None and not word[0].isdecimal()
    return in_words or folded in _weekdays() or language in _months().get(folded, {})


def _every_language() -> frozenset[str]:
    return frozenset(code for every in _LANGUAGES.values() for code in every)


def _dates(text: str) -> Iterator[Stated]:
    """Give the parts of dates in digits: the day and the year as numbers, and the month."""
    for found in _DATE.finditer(text):
        year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
        if int(month) > _MONTHS:  # month first, as Americans write
            month, day = day, month
        for kind, part in (("number", year), ("month", month), ("number", day)):
            yield Stated((kind, _plain(float(part))), found[0])


def _read_digits(word: str) -> tuple[float, str] | None:
    """Return the number that a word begins with, and what follows it: of 1.5bn 1.5 and bn; None for other words."""
    if not word[0].isdecimal() and not any(char.isdecimal() for char in word[:2]):
        return None
    plain = plain_numbers(ascii_digits(word))[0]
    found = _DIGITS.match(plain)
    if not found:
        return None
    whole, _, decimals = found[1].partition(".")
    return float(f"{whole}.{decimals.replace('.', '') or 0}"), fold(found[2]).strip(".")


def _numbers(words: Tokens, languages: Sequence[str]) -> Iterator[Stated]:
    """Give the numbers of a text: what stands together is one, "two hundred and five", "1.5 million"."""
    at, folded = 0, [fold(word) for word in words.words]
    while at < len(folded):
        values: list[float] = []
        first, last = at, at
        while at < len(folded):
            if values and not _is_joined(words.gap(at - 1)):
                break
            read = _values(words.words[at], folded[at], languages)
            if read is None and values and folded[at] in _AND and at + 1 < len(folded):
                if _values(words.words[at + 1], folded[at + 1], languages) is None or values[-1] < 20:  # noqa: PLR2004 - "two and three" are two
                    break
                at += 1
                continue
            if read is None or (values and not _goes_on(values, read, words.words[at])):
                break
            values.extend(read)
            last = at
            at += 1
        if not values:
            at += 1
            continue
        at = last + 1
        if values == [1.0] and at < len(folded) and folded[at] in _OF:
            continue
        kind = "percent" if _is_share(words, at - 1, folded) else "number"
        said = "".join(plain_numbers(" ".join(words.words[first:at]))[:1])
        part = (kind, _plain(values[0])) if len(values) > 1 else None
        yield Stated((kind, _plain(_worth(values))), said, part)


def _is_share(words: Tokens, last: int, folded: Sequence[str]) -> bool:
    """Return whether a number that ends with this word is a share of a hundred."""
    if words.gap(last).lstrip().startswith(("%", "％")):
        return True
    after = folded[last + 1 : last + 3]
    return bool(after) and (after[0].startswith(_PERCENT) or " ".join(after) in _PER_CENT)


def _is_joined(gap: str) -> bool:
    return gap.strip() in {"", "-", "‐", "‑"}


def _goes_on(values: Sequence[float], read: Sequence[float], word: str) -> bool:
    """Return whether a number goes on with these: a multiplier, or less than what came last; never two in digits."""
    if word[0].isdecimal():
        return False
    return read[0] >= 100 or (values[-1] >= 20 and read[0] < values[-1]) or (values[-1] == 4 and read[0] == 20)  # noqa: PLR2004 - quatre-vingts


def _values(word: str, folded: str, languages: Sequence[str]) -> list[float] | None:
    """Return the values that a word stands for, in order; None where it is no number."""
    if (digits := _read_digits(word)) is not None:
        number, unit = digits
        factor = next((table[unit] for code in languages if unit in (table := _words(code))), None) if unit else None
        return [number] if factor is None or factor < _THOUSAND else [number, factor]
    for code in languages:
        if (value := _words(code).get(folded)) is not None:
            return [value]
        if code in _COMPOUNDING and (parts := _atoms(folded, code)):
            return parts
    return None


def _atoms(word: str, language: str) -> list[float] | None:
    """Return the values of the parts of a compound: of funfundzwanzig 5 and 20; None where it is none."""
    pattern, atoms = _compound(language)
    if not 6 <= len(word) <= _LONGEST_COMPOUND or not pattern.fullmatch(word):  # noqa: PLR2004 - the shortest have more
        return None
    parts = [atoms[found[0]] for found in re.finditer("|".join(sorted(atoms, key=len, reverse=True)), word)]
    values: list[float] = []
    for part in parts:
        if values and part >= 20 and part < 100 and values[-1] < 10:  # noqa: PLR2004 - five-and-twenty
            values[-1] += part
        else:
            values.append(part)
    return values


@cache
def _compound(language: str) -> tuple[re.Pattern[str], Mapping[str, float]]:
    atoms = {word: value for word, value in _words(language).items() if len(word) > 2 and value <= 1000}  # noqa: PLR2004 - parts of compounds
    atoms |= {"de": {"ein": 1.0}, "nl": {"een": 1.0}}.get(language, {})
    any_atom = "|".join(sorted(atoms, key=len, reverse=True))
    return re.compile(rf"(?:{any_atom})(?:(?:und|en)?(?:{any_atom}))+"), atoms


def _worth(values: Sequence[float]) -> float:
    """Return what values that stand together are worth: 2, 100, 5 are 205; 25, 1000 are 25,000."""
    total = current = 0.0
    for value in values:
        if value >= _THOUSAND and current < value:
            total += max(current, 1.0) * value
            current = 0.0
        elif value == 100 and 0 < current < 100:  # noqa: PLR2004 - two hundred
            current *= 100
        elif value == 20 and current == 4:  # noqa: PLR2004 - quatre-vingts
            current = 80.0
        else:
            current += value
    return total + current


def _plain(number: float) -> str:
    if not math.isfinite(number):  # of more than 308 digits: more than a float holds
        return "inf"
    return f"{number:.6g}" if number < 1e6 and number != int(number) else str(round(number))  # noqa: PLR2004 - whole above


@cache
def _words(language: str) -> Mapping[str, float]:
    """Return the words for numbers of a language, with their values."""
    rows = columns("number_words", language)
    return {_APOSTROPHE.sub("", word): float(value) for value, words in rows for word in words.split()}


def _names_of_days(words: Tokens, language: str | None) -> Iterator[Stated]:
    """Give months and days of the week; those whose names are other words too, beside a number alone."""
    months, days = _months(), _weekdays()
    for at, word in enumerate(words.words):
        folded = fold(word)
        if folded in days:
            yield Stated(("weekday", days[folded]), word)
        elif (named := months.get(folded)) and (not language or language in named):
            month = named.get(language or "", next(iter(named.values())))
            clear = len(folded) >= _SHORTEST_MONTH and folded not in _AMBIGUOUS
            if clear or _stands_in_date(words, at):
                yield Stated(("month", month), word)


# Months that are other words too: they count beside a number alone.
_AMBIGUOUS: Final = frozenset(
    {"may", "march", "mars", "mai", "mayo", "maj", "marzo", "augusta", "лютого", "липня", "мая", "май"}
)


def _stands_in_date(words: Tokens, at: int) -> bool:
    near = words.words[max(0, at - 2) : at] + words.words[at + 1 : at + 3]
    return any(word[0].isdecimal() for word in near)


@cache
def _months() -> Mapping[str, Mapping[str, str]]:
    """Return of each name of a month the languages that have it, with the month's number."""
    found: dict[str, dict[str, str]] = {}
    for language, *months in columns("dates", "months"):
        for number, names in enumerate(months, 1):
            for name in names.split():
                found.setdefault(name, {})[language] = str(number)
    return found


@cache
def _weekdays() -> Mapping[str, str]:
    """Return the names of the days of the week, with their numbers from Monday."""
    rows = read_table("opposites")["weekdays"]
    return {name: str(number) for number, row in enumerate(rows, 1) for name in row.split() if len(name) > 4}  # noqa: PLR2004 - "cuma", "sali" are words
