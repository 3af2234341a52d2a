"""What stands around a story and is none of it: bylines, banners, captions, links to other articles, datelines.

Patterns by language, each a row of a table. A line comes in, yes or no goes out, or the line without its dateline.
Every pattern is bounded, so a hostile line costs little.
"""

from __future__ import annotations

import re

# A line that begins so is none of the story, whatever follows.
_BEGINS = (
    r"read (?:more|also|next|the full)|also read|see also",
    r"related (?:stor|article|news|link|content|topic|post|read)|more on:",
    r"more (?:from|stories|news)\b|don['’]t miss|most (?:popular|read)|top stories",
    r"trending (?:now|news|stor)|watch(?: live)?:",
    r"follow (?:our|the|all|along)\b[^.]{0,30}\b(?:live|latest|updates?|coverage)\b|this live ?blog\b",
    r"here(?:['’]s| is| are) (?:what|everything|all|the .{0,30}things?) (?:you|we) (?:need to|should) know",
    r"suivez (?:notre|en|le|la)\b[^.]{0,30}\bdirect\b|siga? (?:en|la|nuestra)\b[^.]{0,30}\b(?:directo|última hora)\b",
    r"(?:verfolgen|lesen) sie [^.]{0,40}\b(?:live-?ticker|live-?blog)",
    r"listen to (?:this|the) |subscribe|sign (?:up|in)\b|log ?in\b|follow us|share this|click here|continue reading",
    r"leave a (?:reply|comment)|your email|copyright ©|all rights reserved|©|file(?: photo)?\s*[-–—:]",
    r"photos? by|image:",
    r"(?:photo|image|picture)(?:graph)?s? (?:source|credit|caption|by|courtesy|shows)\b|download (?:the|our) app",
    r"this (?:article|story|post) (?:was|is|has been|originally|first|appeared|may contain)|the post .{3,200} appeared",
    r"corrections?\s*[:&(]|clarification\s*:|.{3,40} is an? .{0,40}\b(?:reporter|correspondent|journalist|columnist)\b",
    r"editor['’]s note|scroll (?:down|to)|skip to|story continues|loading\b|please (?:enable|log|sign|subscribe|wait)",
    r"читайте (?:также|нас|ещ[её]|подробнее|в )|читать (?:далее|полностью|также)",
    r"подробнее (?:читайте|на|в|об)|см\. также",
    r"подпис(?:ывай|аться|ка на)|следите за|ранее мы писали|смотрите также|материалы по теме|по теме",
    r"поделиться|самое читаемое",
    r"оформите подписку|оставить комментарий|все права защищены|фото(?:графия)?\s*[:/©]|войдите|зарегистрируйтесь",
    r"читайте (?:також|нас)|читати далі|підпис(?:уйтесь|атися|ка на)|детальніше (?:читайте|на)",
    r"дивіться також|поділитися",
    r"dies(?:er|e[rs]?) (?:artikel|beitrag|text|meldung) (?:wurde|erschien|ist zuerst)|artikel anhören",
    r"lesen sie (?:auch|hier|mehr)|mehr zum thema|jetzt (?:abonnieren|anmelden)|alle rechte vorbehalten|zum thema",
    r"lire (?:aussi|la suite|également)|à lire (?:aussi|également)|abonnez-vous|inscrivez-vous|tous droits réservés",
    r"lee (?:también|más|además)|leer más|te puede interesar|suscríb|síguenos|todos los derechos reservados|ver más",
    r"leggi (?:anche|di più|tutto)|iscriviti|abbonati|riproduzione riservata|tutti i diritti riservati|guarda anche",
    r"czytaj (?:też|także|więcej|dalej)|zobacz (?:też|także|również)|zapisz się",
    r"wszelkie prawa zastrzeżone|przeczytaj też",
    r"leia (?:mais|também|ainda)|continua após|assine (?:já|agora|o)|veja (?:também|mais)|todos os direitos reservados",
    r"lees (?:ook|verder|meer)|abonneer|schrijf je in|alle rechten voorbehouden|bekijk ook",
    r"deel dit (?:artikel|bericht)",
    r"haberin devamı|ilgili haber|abone ol|bunları da|ayrıca bak|tüm hakları",
    r"اقرأ أيضا|اقرأ المزيد|شاهد أيضا|تابعونا|اشترك|جميع الحقوق|相关阅读|责任编辑|原标题|関連記事|続きを読む|扫码|版权",
)
# A word that names a line, where it stands alone or before a colon.
_NAMES = (
    r"advertisement|comments?|related|recommended|trending|caption|photos?|pictures?|gallery|video|source",
    r"tags?|share|topics?",
    r"реклама|комментарии|источник|автор|текст|фото|видео|теги|популярное|новости|джерело|коментарі|теги|відео",
    r"anzeige|werbung|quelle|foto|bild|stand|text|lesezeit|publicité|crédit|partager|temps de lecture",
    r"publicidad|imagen",
    r"fuente|foto|fonte|pubblicità|condividi|zdjęcie|źródło|autor|reklama|udostępnij|crédito|publicidade",
    r"bron|beeld|advertentie",
    r"kaynak|fotoğraf|paylaş|reklam|المصدر|صورة|来源|作者|記者|出典",
)
# Dates of the page: with a time or a year, on a short line.
_DATED = (
    r"(?:last |first )?(?:updated|published|modified|posted)|обновлено|опубликовано|оновлено|опубліковано|aktualisiert",
    r"veröffentlicht|publié|mis à jour|publicado|actualizado|pubblicato|aggiornato|opublikowano",
    r"aktualizacja|atualizado",
    r"gepubliceerd|bijgewerkt|güncelle\w*|yayınlan\w*|آخر تحديث|نشر في",
)
# What gives a line away wherever it stands.
_HOLDS = (
    r"\bcookies?\b|privacy policy|terms of (?:use|service)|terms and conditions|newsletter",
    r"sign up (?:for|to) (?:our|the|free)",
    r"free trial|subscribe (?:now|today|to|for)|subscribers? only|already a (?:subscriber|member)",
    r"create (?:an|a free) account",
    r"affiliate (?:links?|commission)|(?:getty|ap|afp|reuters) (?:images|photo)\b|reuters/\w|epa-efe",
    r"shutterstock|istock",
    r"\((?:ap |file )?(?:photo|image|picture)s?\b|/(?:AP|AFP|Reuters)\)",
    r"(?:photo|image|picture) (?:credit|courtesy|source)",
    r"enable javascript|javascript is|ad ?block|your browser (?:is|does|settings)",
    r"(?:app|google play) store|whatsapp channel",
    r"push notifications|on our (?:site|website)\b|appeared first on|click here|\[read more\]|follow (?:us|me) on ",
    r"файлы cookie|\bкуки\b|на нашем сайте|наш (?:телеграм|telegram)|telegram-канал|подписывайтесь|\[читать",
    r"политик\w+ конфиденциальности|полную версию (?:читайте|статьи)|появил\w+ сначала на|підписуйтесь|наш telegram",
    r"datenschutzerklärung|jetzt abonnieren|picture alliance|politique de confidentialité",
    r"réservé aux abonnés|s['’]abonner",
    r"política de privacidad|suscríbete|informativa sulla privacy|polityk\w+ prywatności|nieuwsbrief|çerez politikası",
    r"ملفات تعريف الارتباط|سياسة الخصوصية|クッキー|隐私政策",
)
_LIST_MARK = r"\s*+(?:[-•*»>▶►|]++\s*+)?+"  # never given back: else a row of marks costs its square
_BOILERPLATE = re.compile(
    rf"{_LIST_MARK}(?:(?:{'|'.join(_BEGINS)})"
    rf"|(?:{'|'.join(_NAMES)})\s*(?:[:：|]|$)"
    rf"|(?=.{{0,110}}$)(?:{'|'.join(_DATED)})\b.{{0,60}}?\d"
    r"|(?=.{0,80}$)(?-i:(?:[Bb]y|BY|Von|Par|Por|Di|Door|Автор)\s+[A-ZÀ-ÞА-Я][\w.'’-]+(?:\s+(?:(?:and|und|et|y)\s+)?"
    rf"[A-ZÀ-ÞА-Я][\w.'’-]+){{1,6}})\s*(?:$|[,|•·–—-])"
    rf"|.{{0,400}}?(?:{'|'.join(_HOLDS)}))",
    re.IGNORECASE,
)
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
_REST = 20  # characters that are left at least: a line that is all dateline stays as it is


def is_boilerplate(line: str) -> bool:
    """Return whether a line or sentence is none of the story. Only its first 400 characters are looked at."""
    return bool(_BOILERPLATE.match(line[:_LINE]))


def without_dateline(paragraph: str) -> str:
    """Return the paragraph without the place, date, agency or byline before its first sentence."""
    for pattern in _DATELINES:
        found = pattern.match(paragraph)
        if found and found.end() < len(paragraph) - _REST:
            return paragraph[found.end() :]
    return paragraph
