"""Which news agency a text credits: its opening in, the agency's number out. Reports of one agency are one voice.

Credits are datelines ("MOSCOW (AP) —", "/ТАСС/"), bylines, and "Reuters reported" in either order, in the languages
of the bot and some more. An agency that is merely mentioned ("Reuters journalists were hurt") credits nothing.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

OPENING: Final = 800  # characters in which a text says whose it is

# The number of each is its place, from 1; it is on record, so new ones go to the end.
_AGENCIES: Final = (
    "reuters|рейтер|рейтерс",
    "associated press|ap",
    "agence france-presse|france-presse|afp|афп",
    "tass|тасс",
    "ria novosti|риа новости|риа «новости»|ріа новини",
    r"interfax|интерфакс\w{0,2}|інтерфакс\w{0,2}",
    r"ukrinform|укринформ\w{0,2}|укрінформ\w{0,2}",
    "unian|униан|уніан",
    "dpa|deutsche presse-agentur",
    "efe",
    "ansa",
    "pap",
    "xinhua|синьхуа",
    "bloomberg|блумберг",
    "kyodo",
    "anadolu(?: ajans[ıi]| agency)?|aa",
    "lusa",
    "anp",
    "apa",
    "europa press",
    "upi",
)
_NAMES: Final = "|".join(f"({names})" for names in _AGENCIES)
_NAMED: Final = re.compile(rf"\b(?:{'|'.join(_AGENCIES)})\b", re.IGNORECASE)
_MOST = 8  # names looked at
_BEFORE_NAME, _AFTER_NAME = 100, 60  # characters around a name in which its credit stands
# "reported" and its kin, before or after the name.
_SAYS: Final = (
    r"report(?:s|ed)|said|says|quoted|"
    r"сообща\w+|сообщил\w*|переда[её]т|передал\w*|пишет|"
    r"повідомля\w+|повідоми\w+|переда[єв]\w*|пише|"
    r"meldete?|melden|berichtete?|schreibt|"
    r"rapporte|a rapporté|indique|a indiqué|écrit|annonce|a annoncé|"
    r"inform[aó]|reportó|señaló|publicó|difundió|podaje|podała"
)
_BEFORE: Final = (
    r"according to|reported by|reports from|citing|quoting|told|via|"
    r"со ссылкой на|по данным|по сообщению|рассказал\w* (?:агентству )?|сообщил\w* |"
    r"з посиланням на|за даними|за повідомленням|"
    r"laut|selon|d['’]après|según|de acuerdo con|segundo|secondo|aldus|"
    rf"{_SAYS}"
)
_ARTICLE: Final = (
    r"(?:(?:the|an?|die|der|das|la|le|el|los?|l['’]|de|à|an|by|par|por|von|об этом|news|nachrichtenagentur|agenturen?|"
    r"agence(?: de presse)?|agencia(?: de noticias)?|agency|агентств\w+|агенці\w+|агентство) ?){0,3}[«“\"]?"
)
_CREDIT: Final = re.compile(
    rf"[(/](?:[^()/\n]{{0,20}}[ ,])?(?:{_NAMES})(?=[ ,)/-])"  # (AP) · /ТАСС/ · (dpa/AFP) · (Nov 23, Reuters)
    rf"|(?m:^)[^.\n(]{{0,60}}?[–—-] ?(?:{_NAMES})\b(?= ?[.:–—-])"  # МОСКВА, 23 ноября - РИА Новости.
    rf"|(?m:^)(?:by |von |par |por )?(?:[\w.’' -]{{2,40}}[,/|] ?)?(?:{_NAMES})(?= *(?:(?m:$)|[.,:|–—/-]))"  # a byline
    rf"|\b(?:{_BEFORE})\s*{_ARTICLE}(?:{_NAMES})\b"
    rf"|(?<!michael )\b(?:{_NAMES})[»”\"]?(?: news agency| agency)?,? (?:(?:has|have|hat|а|а также) )?(?:{_SAYS})\b",
    re.IGNORECASE,
)


def credited(text: str) -> int:
    """Return the number of the agency that the beginning of a text credits, 0 for none."""
    opening = text[:OPENING]
    # Names are looked for first: that is nine times cheaper, and most texts have none.
    for name in islice(_NAMED.finditer(opening), _MOST):
        begin, end = max(0, name.start() - _BEFORE_NAME), name.end() + _AFTER_NAME
        found = _CREDIT.search(opening, begin, end)
        if found is not None:
            return next(place % len(_AGENCIES) + 1 for place, one in enumerate(found.groups()) if one)
    return 0
