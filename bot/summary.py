"""The lead: the few sentences that we show of an article.

Texts come in, one line of text goes out, made of whole sentences of the input: the article's own opening, never its
dateline, byline, caption, cookie banner or list of other articles. Nothing is rephrased, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from bot.model import Article, Evidence
from bot.sentences import around, split

_ROOM = 300  # characters of an opening of two sentences; measured: two sentences of news take 250 to 330
_HARD = 380  # a single sentence may be this long before it is cut at a word
_READ = 20_000  # characters of a text that are looked at for an opening
_READ_LINE = 2_000  # characters of one paragraph that are looked at
_ENOUGH = 160  # characters: a first paragraph of one sentence so long needs no second from the next
_TRIES = 60  # paragraphs, and sentences of one, looked at before we give up
_SHORT = 35  # characters: what is shorter and has no full stop is a heading, a name or a date

# Lines that are not the story, by their beginning; a language a row.
_BEGINS = (
    r"updated|published|last (?:updated|modified)|posted|first published|by [A-Z][\w.'’-]+ [A-Z]|read (?:more|also|next|full)",
    r"related|see also|also read|more on|more from|don['’]t miss|recommended|most (?:popular|read)|trending|watch(?: live)?:",
    r"listen to|subscribe|sign up|log ?in|sign in|register|follow us|share this|click here|continue reading|advertisement",
    r"comments?\b|leave a (?:reply|comment)|your email|copyright|all rights reserved|©|file(?: photo)?\s*[-–—:]|photos?(?: by)?:",
    r"image(?: source| credit| caption)?:|picture:|(?:photo|image)(?:graph)? (?:by|courtesy)|caption:|download (?:the|our) app",
    r"this (?:article|story|post) (?:was|is|has been|originally|first|appeared|may contain)|the post .{3,200} (?:first )?appeared",
    r"editor['’]s note|scroll (?:down|to)|skip to|story continues|loading|enable javascript|please (?:enable|log|sign|subscribe)",
    r"обновлено|опубликовано|автор\b|текст\s*:|фото\b|читайте|читать|подробнее|подпис|следите|см\. также|ранее мы писали",
    r"реклама|комментари|поделиться|источник\s*:|смотрите также|по теме|самое читаемое|популярное|войти|регистрац|материалы по теме",
    r"оновлено|опубліковано|читайте також|підпис|детальніше|джерело\s*:|коментар|поділитися|до теми",
    r"aktualisiert|veröffentlicht|stand\s*:|von [A-ZÄÖÜ]\w+ [A-ZÄÖÜ]\w+\s*$|lesen sie|mehr zum thema|foto\b|bild\b|quelle\s*:|anzeige|lesezeit",
    r"publié|mis à jour|par [A-ZÉ]\w+ [A-ZÉ]\w+\s*$|lire (?:aussi|la suite|également)|à lire|photo\b|crédit|abonnez|partager|temps de lecture",
    r"publicado|actualizado|por [A-ZÁÉ]\w+ [A-ZÁÉ]\w+\s*$|lee (?:también|más)|leer más|te puede interesar|suscr|compart|síguenos|imagen\s*:",
    r"pubblicato|aggiornato|di [A-Z]\w+ [A-Z]\w+\s*$|leggi (?:anche|di più|tutto)|iscriviti|condividi|abbonati|fonte\s*:|riproduzione riservata",
    r"opublikowano|aktualizacja|czytaj (?:też|także|więcej|dalej)|zobacz (?:też|także)|zdjęcie|źródło\s*:|udostępnij|zapisz się",
    r"atualizado|leia (?:mais|também|ainda)|continua após|assine|compartilh|crédito|siga ",
    r"gepubliceerd|bijgewerkt|door [A-Z]\w+ [A-Z]\w+\s*$|lees (?:ook|verder|meer)|bron\s*:|beeld\s*:|abonneer|deel dit",
    r"güncelle|yayınlan|haberin devamı|ilgili haber|kaynak\s*:|fotoğraf|abone ol|paylaş",
    r"اقرأ أيضا|اقرأ المزيد|شاهد أيضا|تابعونا|اشترك|المصدر\s*:|نشر في|آخر تحديث|相关阅读|责任编辑|来源[:：]|原标题|関連記事|続きを読む",
)
# What gives a line away wherever it stands.
_HOLDS = (
    r"\bcookies?\b|privacy policy|terms (?:of (?:use|service)|and conditions)|newsletter|sign up (?:for|to) (?:our|the|free)|free trial",
    r"subscribe (?:now|today|to|for)|subscribers? only|already a (?:subscriber|member)|create (?:an|a free) account|affiliate (?:links?|commission)",
    r"(?:getty|ap|afp|reuters) (?:images|photo)\b|reuters/\w|epa-efe|shutterstock|istock|\((?:ap |file )?(?:photo|image|picture)s?\b|/(?:AP|AFP|Reuters)\)",
    r"(?:photo|image|picture|photograph)s? (?:credit|courtesy|source)|javascript|ad ?block|your browser (?:is|does|settings)|(?:app|google play) store|whatsapp channel",
    r"push notifications|on our (?:site|website)|appeared first on|click here|\[read more\]|follow (?:us|me) on (?:twitter|facebook|instagram|x)\b",
    r"файлы cookie|куки|на наш(?:ем)? (?:сайт|канал|телеграм|telegram)|telegram-канал|читайте нас|подписывайтесь|политик\w+ конфиденциальности",
    r"подписаться на|полную версию|появил\w+ сначала на|пресс-служб\w+ сайта|новости smi2|підписуйтесь|наш(?:ого)? telegram|файли cookie",
    r"datenschutz|newsletter|abonnieren|abonnement|einwilligung|picture alliance|politique de confidentialité|réservé aux abonnés|s['’]abonner",
    r"política de privacidad|suscríbete|boletín|privacidade|assinante|informativa sulla privacy|abbonamento|polityk\w+ prywatności|nieuwsbrief",
    r"çerez|gizlilik politikası|ملفات تعريف الارتباط|سياسة الخصوصية|クッキー|隐私政策",
)
_JUNK = re.compile(
    rf"\s*(?:[-•*»>▶►|]+\s*)?(?:{'|'.join(_BEGINS)})|.*?(?:{'|'.join(_HOLDS)})", re.IGNORECASE | re.DOTALL
)
_JUNK_LINE = 400  # characters: a longer paragraph is judged by its sentences, not as a whole

_AGENCY = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w .&/'’-]{0,30}"
_DATELINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[A-ZÀ-ÞА-ЯЁІЇЄҐ][^()\n]{{0,60}}?\s?\({_AGENCY}\)\s*[-–—.:]+\s*",  # MOSCOW, Nov 23 (Reuters) - · Madrid, 5 nov (EFE).-
        rf"\({_AGENCY}\)\s*[-–—]+\s*(?:[A-ZÀ-Þ]{{3,}}[^-–—\n]{{0,30}}[-–—]+\s*)?",  # (CNN) — · (ANSA) - ROMA, 05 NOV -
        r"[A-ZÀ-Þ][A-ZÀ-Þ.'’-]{2,}[A-ZÀ-Þ .,'’/-]{0,40}(?:, [A-Z][\w. ]{1,20})?(?:, \w{3,9}\.? \d{1,2}(?:, \d{4})?)?\s+[-–—]+\s+",  # KYIV, Ukraine —
        r"[А-ЯЁІЇЄҐ][\w -]{2,40}[,.] \d{1,2} \w{3,9}\.?(?: \d{4}(?: г\.)?)?[.,]? ?/[^/\n]{2,60}/\.?\s*(?:[-–—]\s*)?",  # МОСКВА, 23 ноября. /ТАСС/.
        r"[А-ЯЁІЇЄҐ][\w -]{2,40}[,.] \d{1,2} \w{3,9}\.?(?: \d{4})?\s*[-–—.]\s+[A-ZА-ЯЁІЇЄҐ][^.\n]{1,60}(?:\.(?:[A-Z]{2,3}\b)?\s*(?:[-–—]\s*)?|\s[-–—]\s+)",  # МОСКВА, 23 ноя — РИА Новости.
        r"(?:by [A-Z][\w.'’-]+ [A-Z][\w'’-]+,? (?:[A-Z]\w+day, )?|(?=.{6,24}\d:\d\d))(?:[A-Z]\w{2,8} \d{1,2}, \d{4}|\d{1,2} \w{3,9} \d{4})(?:[ ,|-]+\d{1,2}:\d{2}(?: ?[AP]M)?(?: [A-Z]{2,4}\b)?)?[ |–—-]+(?=[A-Z])",
        r"[A-ZÀ-Þ][\w .,'’-]{2,40}/[A-ZÀ-Þ][\w .,'’-]{2,40}\s+[-–—]+\s+",  # Berlin/Brüssel –
    )
)
_ENDS = re.compile(r"[.!?…。！？؟।۔][»”\"'’）)\]」』]*$")
_CUT_OFF = re.compile(
    r"\s*(?:\[(?:…|\.{3}|&hellip;)\]|\((?:…|\.{3})\)|…|\.{3})\s*(?:read more|continue reading|читать далее|→|>+)?\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


def lead(title: str, feed_text: str, article: Article | None, evidence: Sequence[Evidence] = ()) -> str:
    """Return at most two sentences, about 300 characters: of the page, else of the feed's text, else the title.

    When they hold none of the matched words, the sentence that has one follows after "…" (at most about 400 characters
    in all). Empty only where title and texts are.
    """
    page = article.text if article else ""
    for text in (page, feed_text):
        opening = _opening(text, title)
        if opening:
            return _with_evidence(opening, evidence, (page, feed_text))
    return _cut(" ".join(title[:_READ].split()))


def _opening(text: str, title: str) -> list[str]:
    """Return one or two sentences of the text's beginning; none when nothing of it is worth showing."""
    told = set(_WORD.findall(title[:2000].lower()))
    chosen: list[str] = []
    for paragraph in islice(_story(text, title[:2000].strip()), _TRIES):
        for start, end in split(paragraph[:_READ_LINE])[:_TRIES]:
            sentence = " ".join(paragraph[start:end].split())
            if not chosen:
                if _tells(sentence) and not _repeats(sentence, told):
                    chosen.append(_cut(sentence))
            elif _JUNK.match(sentence) or len(chosen[0]) + len(sentence) + 1 > _ROOM:
                return chosen
            else:
                return [*chosen, sentence]
        if chosen and len(chosen[0]) > _ENOUGH:
            break
    return chosen


def _story(text: str, title: str) -> Iterator[str]:
    """Yield the paragraphs that may tell the story, without the title, datelines and list marks before them."""
    for line in text[:_READ].splitlines():
        paragraph = line.strip().lstrip("-•*▪■►▶ ")
        if title and paragraph.lower().startswith(title.lower()):
            paragraph = paragraph[len(title) :].lstrip(" .:—–-")
        if len(paragraph) > _JUNK_LINE or not _JUNK.match(paragraph):
            yield _without_dateline(paragraph)


def _without_dateline(paragraph: str) -> str:
    """Return the paragraph without the place, date and agency before it."""
    for pattern in _DATELINES:
        found = pattern.match(paragraph)
        if found and found.end() < len(paragraph) - 20:
            return paragraph[found.end() :]
    return paragraph


def _tells(sentence: str) -> bool:
    """Return whether this is a sentence of a story, not a heading, a byline, a caption or a banner."""
    if _JUNK.match(sentence[:_JUNK_LINE]):
        return False
    wide = sum("\u2e80" < sign < "\uffef" or "\u0e00" <= sign <= "\u0eff" for sign in sentence[:60])
    if wide > 10:  # noqa: PLR2004 -- scripts without spaces say in ten signs what others say in thirty
        return bool(_ENDS.search(sentence)) or len(sentence) > 2 * _SHORT
    words = len(_WORD.findall(sentence))
    if _ENDS.search(sentence):
        return words >= 4  # noqa: PLR2004 -- "Ouch." tells nothing
    return len(sentence) > 2 * _SHORT and words >= 9  # noqa: PLR2004 -- shorter ones without a full stop are headings


def _repeats(sentence: str, told: set[str]) -> bool:
    """Return whether the title's words say all of it."""
    words = _WORD.findall(sentence.lower())
    return bool(words) and sum(word in told for word in words) >= 0.9 * len(words)


def _with_evidence(opening: list[str], evidence: Sequence[Evidence], texts: Sequence[str]) -> str:
    """Return the opening, and where it lacks every matched word, the first sentence that has one."""
    whole = " ".join(opening)
    shown = whole.lower()
    words = [found for found in evidence if found.field != "title" and found.text.strip()]
    if not words or any(found.text.lower() in shown for found in words):
        return whole
    for found in words:
        sentence = _sentence_of(found, texts)
        if sentence and sentence.lower() not in shown:
            first = whole if len(whole) + len(sentence) + 3 <= _ROOM else opening[0]
            return f"{first} … {sentence}"
    return whole


def _sentence_of(found: Evidence, texts: Sequence[str]) -> str:
    """Return the sentence of a matched word, cut around it where it is long; empty when it cannot be shown."""
    text = found.sentence
    at = text.find(found.text)
    if at < 0:
        text = next((each for each in texts if found.text in each), "")
        at = text.find(found.text)
    if at < 0:
        return ""
    start, end = around(text, at, at + len(found.text))
    return _cut(" ".join(text[start:end].split()), around_word=found.text)


def _cut(sentence: str, around_word: str = "") -> str:
    """Return the sentence, cut at a word border where it is far too long; `around_word` stays in."""
    limit = _HARD if not around_word else _ROOM // 2
    if len(sentence) <= limit:
        return sentence
    at = max(0, sentence.find(around_word) - limit // 3) if around_word else 0
    start = sentence.find(" ", at) + 1 if at else 0
    if around_word and sentence.find(around_word) < start:
        start = at
    room = sentence[start : start + (limit if around_word else _ROOM)]
    border = room.rfind(" ")
    return ("…" if start else "") + (room[:border] if border > len(room) // 2 else room).rstrip(" ,;:-–—") + "…"
