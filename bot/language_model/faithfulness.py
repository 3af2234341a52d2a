"""Whether a line says only what reports say: a line and the texts of the reports come in, its inventions go out.

Numbers (in digits and in words), dates, names and quotations must stand in the reports, in any inflection and script
that our own matcher knows. What cannot be found there is an invention, though it may be true: the line is dropped.
Pure: the same for the same texts; nothing is asked of anybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from bot.inflection.word_forms import FormCache
from bot.language_model.stated_names import find_unreported_names, read_words
from bot.language_model.stated_numbers import find_values, is_stated, values_of
from bot.text.tokens import fold, tokens

READ: Final = 20_000  # characters of each report that a line is compared with
_OPENING: Final = '“„«»"‟❝‹＂〝'
_MARKS: Final = f"{_OPENING}”❞›〞〟"
_QUOTED: Final = re.compile(
    "|".join(
        (
            f"(?:[{_OPENING}]|(?<!\\w)[”›])([^{_MARKS}]{{1,300}})[{_MARKS}]",
            f"(?<!\\w)[{_MARKS}](?=\\S)([^{_MARKS}]+)$",  # nothing closes it
            r"``([^`]{1,300}?)(?:''|``|$)(?!\w)",
            r"[‘‚]([^‘’‚]{2,300})[’‘](?!\w)",
            r"(?<!\w)'([^']{2,300})'(?!\w)",
            r"[「『]([^「」『』]{1,300})(?:[」』]|$)",
        )
    )
)
_SIGN: Final = frozenset({"No", "Nl"})  # categories of characters that are numbers and no digits: ⅔, ⑨, ⁹, Ⅻ


def find_inventions(
    line: str, reports: Sequence[str], language: str = "en", cache: FormCache | None = None
) -> tuple[str, ...]:
    """Return what a line in this language (ISO 639-1) states and none of the reports does, as written; () = faithful.

    `cache` keeps the forms of words. Some milliseconds; a second where dictionaries are read first: in a thread.
    """
    texts = [report[:READ] for report in reports]
    said = frozenset(value for text in texts for value in values_of(text))
    numbers = [one.words for one in find_values(line, language) if not is_stated(one.value, said)]
    reported = read_words(texts)
    names = find_unreported_names(line, reported, language, cache)
    signs = _unreported_signs(line, texts)
    return tuple(dict.fromkeys((*numbers, *signs, *names, *_unreported_quotations(line, texts))))


def _unreported_signs(line: str, reports: Sequence[str]) -> list[str]:
    """Return the words of a line with ⅔, ⑨, ⁹ and the like that no report has, in the same signs or plainly: CO2."""
    signed = [word for word in line.split() if any(unicodedata.category(one) in _SIGN for one in word)]
    said = {_plainly(word) for report in reports for word in report.split()} if signed else ()
    return [word for word in signed if _plainly(word) not in said]


def _plainly(word: str) -> str:
    """Return a word with 2/3 for ⅔ and 9 for ⑨ and ⁹, in small letters, without the punctuation around it."""
    return re.sub(r"^\W+|\W+$", "", unicodedata.normalize("NFKC", word).replace("⁄", "/")).casefold()


def _unreported_quotations(line: str, reports: Sequence[str]) -> list[str]:
    """Return what a line quotes and no report says in these words; punctuation and capitals do not count."""
    said = [f" {_words(report)} " for report in reports]
    quoted = [next(filter(None, found.groups()), "") for found in _QUOTED.finditer(line)]
    return [one for one in quoted if (words := _words(one)) and not any(f" {words} " in text for text in said)]


def _words(text: str) -> str:
    return " ".join(fold(word).strip(".") for word in tokens(text).words)
