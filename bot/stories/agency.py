"""The news agency that a text credits: its opening in, the agency's number out.

Reports that credit one agency count as one source. The names, and the words around them, are in the table `agencies`.
Credits are datelines ("MOSCOW (AP) —", "/ТАСС/"), bylines, and "Reuters reported" in either order, in the languages
of the bot and some more. An agency that is merely mentioned ("Reuters journalists were hurt") credits nothing.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Final

from bot.text.word_tables import any_of, read_table

OPENING: Final = 800  # characters in which a text says whose it is

_MOST = 8  # names looked at
_BEFORE_NAME, _AFTER_NAME = 100, 60  # characters around a name in which its credit stands
_ARTICLE: Final = (
    r"(?:(?:the|an?|die|der|das|la|le|el|los?|l['’]|de|à|an|by|par|por|von|об этом|news|nachrichtenagentur|agenturen?|"
    r"agence(?: de presse)?|agencia(?: de noticias)?|agency|агентств\w+|агенці\w+|агентство) ?){0,3}[«“\"]?"
)


@cache
def _names() -> re.Pattern[str]:
    """Return the pattern of any agency's name."""
    return re.compile(rf"\b(?:{any_of('agencies', 'agencies')})\b", re.IGNORECASE)


@cache
def _credit() -> re.Pattern[str]:
    """Return the pattern of a credit; its groups are the agencies, in order, once for each place of a name in it."""
    names = "|".join(f"({row})" for row in read_table("agencies")["agencies"])
    says, before = any_of("agencies", "says"), any_of("agencies", "before")
    return re.compile(
        rf"[(/](?:[^()/\n]{{0,20}}[ ,])?(?:{names})(?=[ ,)/-])"  # (AP) · /ТАСС/ · (dpa/AFP) · (Nov 23, Reuters)
        rf"|(?m:^)[^.\n(]{{0,60}}?[–—-] ?(?:{names})\b(?= ?[.:–—-])"  # МОСКВА, 23 ноября - РИА Новости.
        # A byline.
        rf"|(?m:^)(?:by |von |par |por )?(?:[\w.’' -]{{2,40}}[,/|] ?)?(?:{names})(?= *(?:(?m:$)|[.,:|–—/-]))"
        rf"|\b(?:{before}|{says})\s*{_ARTICLE}(?:{names})\b"
        rf"|(?<!michael )\b(?:{names})[»”\"]?(?: news agency| agency)?,? (?:(?:has|have|hat|а|а также) )?(?:{says})\b",
        re.IGNORECASE,
    )


def find_agency(text: str) -> int:
    """Return the number of the agency that the beginning of a text credits, 0 for none."""
    opening = text[:OPENING]
    # Names are looked for first: that is nine times cheaper, and most texts have none.
    for name in islice(_names().finditer(opening), _MOST):
        begin, end = max(0, name.start() - _BEFORE_NAME), name.end() + _AFTER_NAME
        found = _credit().search(opening, begin, end)
        if found is not None:
            agencies = len(read_table("agencies")["agencies"])
            return next(place % agencies + 1 for place, name in enumerate(found.groups()) if name)
    return 0
