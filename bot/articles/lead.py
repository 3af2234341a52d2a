"""The lead: the few sentences that we show of an article.

Texts come in, one line of text goes out, made of whole sentences of the input: the article's own opening, never its
dateline, byline, caption, cookie banner or list of other articles. Nothing is rephrased, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.articles.article_text import is_another
from bot.articles.boilerplate import is_boilerplate, is_notice, strip_dateline
from bot.model import Article, Evidence
from bot.text.sentences import sentence_around, split_sentences

_ROOM = 300  # characters of an opening of two sentences; measured: two sentences of news take 250 to 330
_HARD = 380  # a single sentence may be this long before it is cut at a word
READ = 20_000  # characters of a text that are looked at for an opening
_READ_LINE = 2_000  # characters of one paragraph that are looked at
_ENOUGH = 160  # characters: a first paragraph of one sentence so long needs no second from the next
_TRIES = 60  # paragraphs, and sentences of one, looked at before we give up
_LONG = 400  # characters: a longer paragraph is judged by its sentences, not as a whole
_SHORT = 35  # characters: what is shorter and has no full stop is a heading, a name or a date

_ENDS = re.compile(r"[.!?…。！？؟।۔][»”\"'’）)\]」』]*$")
_CUT_OFF = re.compile(
    r"(?<!\s)\s*+[\[(]?(?:…|\.{3}|&hellip;)[\])]?\s*+"
    r"(?:read more|continue reading|read the full \w+|читать далее|→|>|»)*+\s*$",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"\s?(?:…|\.{3})$")
_UNSPACED = ("。", "！", "？", "」", "』")  # ends of sentences after which no space follows
_TAIL = 60  # characters at the end of a feed's text in which it may say that it was cut off
_POINT = re.compile(r"[-•*▪■►▶]\s")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LeadTexts:
    """What one lead is made of. The texts are cut to READ characters: nothing behind them is looked at."""

    title: str
    feed_text: str
    page_text: str  # "" where there is no page
    evidence: tuple[Evidence, ...]

    @property
    def size(self) -> int:
        """Return how many characters may be looked at."""
        return len(self.title) + len(self.feed_text) + len(self.page_text)


def lead_texts(title: str, feed_text: str, article: Article | None, evidence: Sequence[Evidence]) -> LeadTexts:
    """Return what a lead is made of."""
    return LeadTexts(title[:READ], feed_text[:READ], article.text[:READ] if article else "", tuple(evidence))


def lead_from_texts(texts: LeadTexts) -> str:
    """Return the lead of these texts, as `lead` does."""
    return _lead(texts.title, texts.feed_text, texts.page_text, texts.evidence)


def lead(title: str, feed_text: str, article: Article | None, evidence: Sequence[Evidence] = ()) -> str:
    """Return at most two sentences, about 300 characters: of the page, else of the feed's text, else the title.

    When they hold none of the matched words, the sentence that has one follows after "…" (at most about 400 characters
    in all). Empty only where title and texts are.
    """
    return _lead(title, feed_text, article.text if article else "", evidence)


def _lead(title: str, feed_text: str, page: str, evidence: Sequence[Evidence]) -> str:
    told = (feed_text, page) if is_another(page, feed_text) else (page, feed_text)
    for text in told:
        opening = _opening(text, title)
        if opening:
            return _with_evidence(opening, evidence, (page, feed_text))
    return _cut(" ".join(title[:READ].split()))


def _opening(text: str, title: str) -> list[str]:
    """Return one or two sentences of the text's beginning; none when nothing of it is worth showing."""
    paragraphs = list(islice(_story(text, title[:2000].strip()), _TRIES))
    running = [paragraph for paragraph, listed in paragraphs if not listed]
    return _chosen(running, title) or _chosen([paragraph for paragraph, _ in paragraphs], title)


def _chosen(paragraphs: Sequence[str], title: str) -> list[str]:
    """Return the first one or two sentences that tell the story."""
    told = set(_WORD.findall(title[:2000].lower()))
    chosen: list[str] = []
    for paragraph in paragraphs:
        begun = len(chosen)
        for start, end in split_sentences(paragraph[:_READ_LINE])[:_TRIES]:
            sentence = " ".join(paragraph[start:end].split())
            if not chosen:
                if _tells(sentence) and not _repeats(sentence, told):
                    chosen.append(_cut(sentence))
                continue
            unfit = is_boilerplate(sentence) or sentence.endswith("…") or (begun and not _tells(sentence))
            room = len(chosen[0]) + len(sentence) < _ROOM
            return chosen if unfit or not room else [*chosen, sentence]
        if chosen and len(chosen[0]) > _ENOUGH:
            break
    return chosen


def _story(text: str, title: str) -> Iterator[tuple[str, bool]]:
    """Yield the paragraphs that may tell the story, without the title, datelines and list marks before them.

    Each comes with whether it is a point of a list: above an article that is a summary, or links to others.
    """
    for line in text[:READ].splitlines():
        paragraph = line.strip().lstrip("-•*▪■►▶ ")
        listed = bool(_POINT.match(line.strip()))
        if len(title) > _SHORT and _SHORTENED.search(title) and paragraph.startswith(_SHORTENED.sub("", title)):
            paragraph = "…" + paragraph[len(_SHORTENED.sub("", title)) :].lstrip(" ,;:")  # a title cut from the text
        rest = paragraph[len(title) :].lstrip(" .:—–-")
        if (
            title.count(" ") > 1
            and (rest[:1].isupper() or rest.startswith("by "))
            and paragraph.lower().startswith(title.lower())
        ):
            paragraph = rest
        paragraph = paragraph[:-_TAIL] + _CUT_OFF.sub("…", paragraph[-_TAIL:])
        if paragraph and not (is_notice(paragraph) if len(paragraph) > _LONG else is_boilerplate(paragraph)):
            yield strip_dateline(paragraph), listed


def _tells(sentence: str) -> bool:
    """Return whether this is a sentence of a story, not a heading, a byline, a caption or a banner."""
    if is_boilerplate(sentence):
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
    whole = opening[0]
    for sentence in opening[1:]:
        whole += ("" if whole.endswith(_UNSPACED) else " ") + sentence
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
    start, end = sentence_around(text, at, at + len(found.text))
    sentence = " ".join(text[start:end].split())
    bare = strip_dateline(sentence)
    return _cut(bare if found.text in bare else sentence, around_word=found.text)


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
