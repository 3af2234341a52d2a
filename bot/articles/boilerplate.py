"""Text around an article that is none of it: bylines, banners, captions, links to other articles, datelines.

A line comes in, yes or no goes out, or the line without its dateline. The words are in the table `boilerplate`. Every
pattern is bounded, so a hostile line costs little.
"""

from __future__ import annotations

import re
from functools import cache

from bot.text.word_tables import any_of

_LIST_MARK = r"\s*+(?:[-•*»>▶►|]++\s*+)?+"  # never given back: else a row of marks costs its square
_LINE = 400  # characters: a longer paragraph is judged by its sentences, not as a whole

_CITY = "[A-ZÀ-ÞА-ЯЁІЇЄҐ]"
_AGENCY = (
    rf"(?:{_CITY}[\w .&/'’-]{{0,30}}"
    r"|dpa(?:[/-]\w+)?|epd|kna|sid|apa|ots|afp|ansa|efe|pap|anp|lusa|askanews|adnkronos|reuters)"
)
_NAME = rf"{_CITY}[\w'’-]*"  # one word of a place, an agency or a person
_DAY = r"\d{1,2} \w{3,9}\.?(?: \d{4}(?: г\.)?)?(?:, \d{1,2}:\d{2})?"
_DASH = r"\s*[-–—]+\s*"
_DATELINES = tuple(
    re.compile(pattern)
    for pattern in (
        # MOSCOW, Nov 23 (Reuters) - · Madrid, 5 nov (EFE).-
        rf"{_CITY}[^()\n]{{0,60}}?\s?\({_AGENCY}\)\s*[-–—.:]+\s*",
        # (CNN) — · (ANSA) - ROMA, 05 NOV -
        rf"\({_AGENCY}\){_DASH}(?:[A-ZÀ-Þ]{{3,}}[^-–—\n]{{0,30}}{_DASH})?",
        # МОСКВА, 23 ноября. /ТАСС/. · LONDON, Nov. 23, 2026 /PRNewswire/ -- · 23 ноября, Минск /Корр. БЕЛТА/.
        rf"(?:{_CITY}|\d{{1,2}} )[^/\n]{{2,60}}/[^/\n]{{2,40}}/[.:]?\s+(?:[-–—]+\s*)?(?={_CITY}|[«“\"\d])",
        # KYIV, Ukraine — · WASHINGTON, Jan. 5 –
        (
            r"[A-ZÀ-Þ][A-ZÀ-Þ.'’-]{2,}[A-ZÀ-Þ .,'’/-]{0,40}(?:, [A-Z][\w. ]{1,20})?"
            r"(?:, \w{3,9}\.? \d{1,2}(?:, \d{4})?)?\s+[-–—]+\s+"
        ),
        # МОСКВА, 23 ноя — РИА Новости. · Москва. 23 ноября. INTERFAX.RU - · Moscow, 23 November 2026 —
        (
            rf"{_CITY}[\w -]{{2,40}}[,.] {_DAY}\s*[-–—.]\s+"
            rf"(?:(?:[A-ZА-Я]{{2,4}} )?{_NAME}(?:[,:]? {_NAME}){{0,3}}(?<=\w{{3}})"
            rf"(?:\.(?:[A-Z]{{2,3}}\b)?\s*[-–—]\s+|\.\s+|\s[-–—]\s+)|[A-ZА-Я]{{4,12}} (?={_CITY})|(?={_CITY}))"
        ),
        # КИЇВ. 23 листопада. УНН. · Київ • УНН
        rf"(?:{_CITY}{{3,30}}\. {_DAY} {_CITY}{{2,20}}\.|{_NAME} • {_CITY}{{2,20}}\b)\s+",
        # by Jane Doe Monday, November 18, 2019 · November 20, 2019 - 11:28 AMT
        (
            r"(?:by [A-Z][\w.'’-]+ [A-Z][\w'’-]+,? (?:[A-Z]\w{2,6}day, )?|(?=.{6,24}\d:\d\d))"
            r"(?:[A-Z]\w{2,8} \d{1,2}, \d{4}|\d{1,2} \w{3,9} \d{4})"
            r"(?:[ ,|-]+\d{1,2}:\d{2}(?: ?[AP]M)?(?: [A-Z]{2,4}\b)?)?[ |–—-]+(?=[A-Z])"
        ),
        # 新华社东京11月21日电 · 中新网11月21日电(记者 王) · موسكو - رويترز:
        r"(?:新华社|中新社|中新网|人民网|央视网)[^。，,\n]{0,20}电\s*(?:[（(][^）)\n]{0,30}[）)])?\s*",
        r"\w+(?: \w+)?\s*[-–—(/]\s*(?:رويترز|أ ?ف ?ب|د ?ب ?أ|أ ?ب|وكالات|الأناضول|واس|سبوتنيك)\)?\s*[-–—:.]\s*",
        # Berlin/Brüssel –
        r"[A-ZÀ-Þ][\w .,'’-]{2,40}/[A-ZÀ-Þ][\w .,'’-]{2,40}\s+[-–—]+\s+",
        # Washington — · München - · NEW DELHI: · Cairo – MENA: · KÖLN taz
        rf"{_NAME}(?: {_NAME}){{0,2}}\s[-–—]+\s+(?:[A-Z]{{2,10}}: )?(?={_CITY})",
        rf"(?:[A-ZÀ-Þ]{{4,}}|[A-ZÀ-Þ]{{3,}}(?: [A-ZÀ-Þ]{{2,}}){{1,2}}): (?={_CITY})",
        rf"{_NAME} taz (?={_CITY})",
    )
)
_QUOTED = re.compile(r"[“„«\"][^“”„«»\"]{1,300}[”“»\"]")
_REST = 20  # characters that are left at least: a line that is all dateline stays as it is


@cache
def _boilerplate() -> re.Pattern[str]:
    """Return the pattern of a line that is boilerplate, to be matched at its beginning."""
    begins, names, dates, holds = (any_of("boilerplate", section) for section in ("begins", "names", "dates", "holds"))
    return re.compile(
        rf"{_LIST_MARK}(?:(?:{begins})"
        rf"|(?:{names})\s*(?:[:：|]|$)"
        rf"|(?=.{{0,110}}$)(?:{dates})\b.{{0,60}}?\d"
        r"|(?=.{0,80}$)(?-i:(?:[Bb]y|BY|Von|Par|Por|Di|Door|Автор)\s+[A-ZÀ-ÞА-Я][\w.'’-]+(?:\s+(?:(?:and|und|et|y)\s+)?"
        rf"[A-ZÀ-ÞА-Я][\w.'’-]+){{1,6}})\s*(?:$|[,|•·–—-])"
        rf"|.{{0,400}}?(?:{holds}))",
        re.IGNORECASE,
    )


def is_boilerplate(line: str) -> bool:
    """Return whether a line or sentence is no part of the article. Only its first 400 characters are looked at."""
    return bool(_boilerplate().match(line[:_LINE])) or is_notice(line)


def is_notice(line: str) -> bool:
    """Return whether a line is the page's own word to its reader: of consent, a newsletter, an account.

    What somebody says in quotes is part of the news. Only the first 400 characters are looked at.
    """
    said = _QUOTED.sub(" ", line[:_LINE])
    return bool(_notice("notice about").search(said)) and bool(_notice("notice speaks").search(said))


@cache
def _notice(section: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{any_of('boilerplate', section)})(?!\w)", re.IGNORECASE)


def strip_dateline(paragraph: str) -> str:
    """Return the paragraph without the place, date, agency or byline before its first sentence."""
    for pattern in _DATELINES:
        found = pattern.match(paragraph)
        if found and found.end() < len(paragraph) - _REST:
            return paragraph[found.end() :]
    return paragraph
