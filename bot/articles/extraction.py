"""An item's own page reduced to text.

The bytes of a page come in, an Article goes out: title, paragraphs, language, date, picture. Nothing is fetched,
and nothing raises: bytes that hold no article give one with empty text. The work is CPU-bound (about 10 ms a page,
a second for the most hostile megabytes), so callers on an event loop hand it to a thread.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import dropwhile
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.articles.linked_data import LinkedData, read_linked_data
from bot.articles.plain_paragraphs import plain_paragraphs, told
from bot.articles.publication_date import find_publication_date
from bot.model import Article
from bot.text.charset import decode, scrubbed
from bot.text.html_text import crowded, plain
from bot.text.scrub import scrub

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_BYTES = 3 * 2**20  # of a page; real articles end long before, what follows is scripts
_MAX_TAGS = 50_000  # tags read; the largest of 181 real pages has a tenth of that
_MAX_TEXT = 200_000  # characters of text kept
_THIN = 200  # characters: less than that is tried again with lower demands
_MAX_LINE = 2_000  # characters of a title, address or date
_MAX_JSON = 300_000  # characters of JSON-LD read
_MARKUP = re.compile(r"\A[^{\[%][^<]{0,2000}<(?:!doctype|html|head|body|div|p|article)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]{0,3000}>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</(?:script|style)\b[^<>]{0,100}>", re.IGNORECASE)
_TITLE = ("og:title", "twitter:title")
_DESCRIPTION = ("og:description", "twitter:description", "description")
_BEFORE_SITE = tuple("|–—:·-")  # marks between a headline and the name of its site
_IMAGE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
# What trafilatura takes for text: the page's headline above a printed copy, rights notices below it.
_PRUNED = "//*[contains(@class, 'print-header') or contains(@class, 'print-footer') or contains(@class, 'print-only')]"


def extract(html: bytes, url: str | None = None, charset: str | None = None) -> Article:
    """Return the article of a page; with empty text where there is none.

    `url` is where the page was found (its picture may be relative to it); `charset` is what the Content-Type said.
    `published` is aware UTC; a time without zone is taken as UTC.
    """
    try:
        return _extract(scrubbed(decode(html[:_MAX_BYTES], label=charset)), url)
    except Exception:  # noqa: BLE001 - lxml and trafilatura raise what they like; such a page has no article
        return Article(url=url, title="", text="")


def _extract(text: str, url: str | None) -> Article:
    """Return the article of a decoded page. May raise what a hostile tree makes lxml or trafilatura raise."""
    from lxml import etree, html
    from trafilatura import bare_extraction

    text, data = without_scripts(text)
    if (text.lstrip()[:1] not in {"<", ""} and not _MARKUP.search(text)) or crowded(text):
        return Article(url=url, title="", text="")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError:
        return Article(url=url, title="", text="")
    meta, linked = _meta(tree), read_linked_data(data)
    title = _title(tree, meta, linked)
    language = _language(tree, meta)
    published = find_publication_date(tree, meta, linked.published, url, language)
    image = _web_address(next((meta[name] for name in _IMAGE if meta.get(name)), ""), url)
    heads = {_line(" ".join(map(str, head.itertext()))) for head in tree.iter("h1", "h2", "h3", "h4")}
    found = bare_extraction(tree, fast=True, include_comments=False, prune_xpath=_PRUNED)
    body = _paragraphs(getattr(found, "text", None) or "", heads | {title})
    if _told(body) < _THIN:
        found = bare_extraction(tree, fast=True, include_comments=False, favor_recall=True)
        body = max(body, _paragraphs(getattr(found, "text", None) or "", heads | {title}), key=_told)
    if _told(body) < _THIN:
        body = max(body, _paragraphs(plain_paragraphs(text), heads | {title}), key=_told)
    if _told(body) < _THIN:
        body = max(body, _said_for_machines(meta, linked), key=_told)
    return Article(url, title, body, _plausible(language, body), published, image)


def _told(body: str) -> int:
    return told(body, _THIN)


def without_scripts(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the page without scripts, styles and what is beyond the tags we read, and its JSON-LD documents."""
    kept: list[str] = []
    documents: list[str] = []
    at = 0
    while opened := _SCRIPT.search(text, at):
        closed = _SCRIPT_END.search(text, opened.end())
        if closed is None:
            break
        kept.append(text[at : opened.start()])
        if "ld+json" in opened.group().lower():
            documents.append(text[opened.end() : min(closed.start(), opened.end() + _MAX_JSON)])
        at = closed.end()
    whole = "".join((*kept, text[at:]))
    pieces = whole.split("<", _MAX_TAGS)
    return "<".join(pieces[:_MAX_TAGS]), tuple(documents[:50])


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Return the first value of each meta element, by its lower-case property, name or itemprop."""
    meta: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        if name and content and len(meta) < 500:  # noqa: PLR2004 -- real pages have fewer than a hundred
            meta.setdefault(name.lower()[:100], _line(content))
    return meta


def _said_for_machines(meta: dict[str, str], linked: LinkedData) -> str:
    """Return what an article's page tells search engines of its text: the text itself, else its description.

    Pages that are built in the browser, or shown to subscribers only, have nothing else for us.
    """
    if body := linked.text:
        return _paragraphs(plain(unescape(body)), set())
    is_article = bool(linked.headline) or meta.get("og:type", "").lower() == "article"
    return next((meta[name] for name in _DESCRIPTION if is_article and meta.get(name)), "")


def _title(tree: HtmlElement, meta: dict[str, str], linked: LinkedData) -> str:
    """Return the headline: what the page tells others, its JSON-LD, its only h1, its title, in this order."""
    title = next((meta[name] for name in _TITLE if meta.get(name)), "") or _line(linked.headline)
    if not title:
        heads = [_line(" ".join(head.itertext())) for head in tree.iter("h1")][:3]
        heads = [head for head in heads if head]
        page = next((_line(" ".join(head.itertext())) for head in tree.iter("title")), "")
        title = heads[0] if len(heads) == 1 or (heads and not page) else page
    site = meta.get("og:site_name") or meta.get("application-name") or ""
    return _without_site(title, site)


def _without_site(title: str, site: str) -> str:
    """Return the headline without " | Name of the site" at its end, whole where nothing else is left."""
    headline, site = title.rstrip(), site.strip()
    if not site or headline[-len(site) :].lower() != site.lower():
        return title
    rest = headline[: -len(site)].rstrip()
    return rest[:-1].rstrip() or title if rest.endswith(_BEFORE_SITE) else title


def _language(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    """Return the ISO 639-1 code that the page names."""
    for named in (tree.get("lang"), tree.get("xml:lang"), meta.get("og:locale"), meta.get("content-language")):
        code = re.split(r"[-_,;\s]", (named or "").strip().lower(), maxsplit=1)[0]
        if re.fullmatch(r"[a-z]{2}", code):
            return code
    return None


def _plausible(language: str | None, text: str) -> str | None:
    """Return the language unless the text's script contradicts it: themes often say lang="en" on Russian pages."""
    sample = text[:2000]
    cyrillic, latin = len(re.findall(r"[Ѐ-ӿ]", sample)), len(re.findall(r"[A-Za-z]", sample))
    if language in {"ru", "uk", "be", "bg", "mk"}:
        return None if latin > 3 * cyrillic else language
    if language in {"en", "de", "fr", "es", "it", "pl", "pt", "nl", "tr"}:
        return None if cyrillic > 3 * latin else language
    return language


def _web_address(address: str, base: str | None) -> str | None:
    """Return an absolute http or https address, None for anything else."""
    try:
        whole = urljoin(base or "", address.strip())
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if address and parts.scheme in {"http", "https"} and parts.hostname else None


def _line(text: str) -> str:
    """Return a text as one line of bounded length."""
    return " ".join(scrub(text[: 4 * _MAX_LINE]).split())[:_MAX_LINE]


def _paragraphs(text: str, heads: set[str]) -> str:
    """Return the text with one paragraph a line; headlines and standfirsts above the first paragraph are left out."""
    lines = (" ".join(line.replace("|", " ").split()) for line in scrub(text[:_MAX_TEXT]).splitlines())
    return "\n".join(dropwhile(heads.__contains__, (line for line in lines if line)))
