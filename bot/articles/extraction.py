"""An item's own page reduced to text.

The bytes of a page come in, an Article goes out: title, paragraphs, language, date, picture. Nothing is fetched,
and nothing raises: bytes that hold no article give one with empty text. The work is CPU-bound (some 15 ms a page,
a second for the most hostile megabytes), so callers on an event loop hand it to a thread.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import dropwhile
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.articles.article_text import behind_headline, choose_text, is_better, is_doubtful
from bot.articles.linked_data import LinkedData, read_linked_data
from bot.articles.publication_date import find_publication_date
from bot.articles.text_blocks import read_blocks, told
from bot.model import Article
from bot.text.charset import decode, scrubbed
from bot.text.html_text import crowded, plain
from bot.text.language import believed_language
from bot.text.scrub import scrub

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_BYTES = 3 * 2**20  # of a page; real articles end long before, what follows is scripts
_MAX_TAGS = 50_000  # tags read; the largest of 181 real pages has a tenth of that
_MAX_TEXT = 200_000  # characters of text kept
_THIN = 200  # characters: less than that is tried again with lower demands
_SENTENCE = re.compile(r"\A(?:\S++ ){9}.*[.!?…。]['\"”’»)]*\Z")  # ten words and a full stop
_PARAGRAPH = 60  # characters of one
_MAX_LINE = 2_000  # characters of a title, address or date
_MAX_JSON = 300_000  # characters of JSON-LD read
_MARKUP = re.compile(r"\A[^{\[%][^<]{0,2000}<(?:!doctype|html|head|body|div|p|article)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"<!--|<(script|style)\b[^<>]{0,3000}>", re.IGNORECASE)
_SCRIPT_END = {  # a script may write "</style>", it ends with its own tag
    "script": re.compile(r"</script\b[^<>]{0,100}>", re.IGNORECASE),
    "style": re.compile(r"</style\b[^<>]{0,100}>", re.IGNORECASE),
}
_TITLE = ("og:title", "twitter:title")
_DESCRIPTION = ("og:description", "twitter:description", "description")
_BEFORE_SITE = tuple("|–—:·-")  # marks between a headline and the name of its site
_HEADINGS = ("h1", "h2", "h3", "h4")
_LETTERS = ("span", "b", "strong", "em", "i", "big", "font")  # elements in which a large first letter stands
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
    from lxml import etree

    text, data = without_scripts(text)
    if (text.lstrip()[:1] not in {"<", ""} and not _MARKUP.search(text)) or crowded(text):
        return Article(url=url, title="", text="")
    try:
        tree = _parse(text)
    except etree.LxmlError:
        return Article(url=url, title="", text="")
    meta, linked = _meta(tree), read_linked_data(data)
    title = _title(tree, meta, linked)
    language = _language(tree, meta)
    published = find_publication_date(tree, meta, linked.published, url, language)
    image = _web_address(_first(meta, _IMAGE), url)
    heads = {_line(" ".join(map(str, each.itertext()))) for each in tree.iter(*_HEADINGS) if not _opens(each)}
    body = _read_text(tree, text, heads | {title}, f"{title} {_first(meta, _DESCRIPTION)}")
    body = behind_headline(body, title, _THIN)
    body = choose_text(body, _paragraphs(plain(unescape(linked.text)), set()) if linked.text else "", title)
    if told(body, _THIN) < _THIN:
        body = max(body, _said_for_machines(meta, linked), key=lambda text: told(text, _THIN))
    return Article(url, title, body, believed_language(language, [body]), published, image)


def _parse(text: str) -> HtmlElement:
    """Return the tree of a page without scripts."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)


def _read_text(tree: HtmlElement, text: str, heads: set[str], about: str) -> str:
    """Return the text that a reader sees: what the library finds; where that is doubtful, what the blocks say."""
    from trafilatura import bare_extraction

    _join_drop_caps(tree)
    found = bare_extraction(tree, fast=True, include_comments=False, prune_xpath=_PRUNED)
    body = _paragraphs(getattr(found, "text", None) or "", heads)
    if not is_doubtful(_without(body, heads), about):
        return body
    if told(body, _THIN) < _THIN:
        found = bare_extraction(_parse(text), fast=True, include_comments=False, favor_recall=True)
        body = max(body, _paragraphs(getattr(found, "text", None) or "", heads), key=lambda text: told(text, _THIN))
    blocks = _paragraphs(read_blocks(_parse(text)), heads)
    return blocks if is_better(blocks, _without(body, heads), about) else body


def _without(body: str, heads: set[str]) -> str:
    """Return a doubtful text without headings: they say what the article is about, wherever they stand."""
    return "\n".join(line for line in body.splitlines() if line not in heads)


def _opens(head: HtmlElement) -> bool:
    """Return whether a heading is no heading but the article's opening: a whole sentence, and paragraphs follow it."""
    if head.tag == "h1" or not _SENTENCE.match(" ".join(head.text_content().split())):
        return False
    following = [each for each in head.itersiblings("p") if len(each.text_content()) > _PARAGRAPH]
    return len(following) > 1


def _join_drop_caps(tree: HtmlElement) -> None:
    """Join the large first letter of a paragraph, an element of its own, to the word that it begins."""
    for element in [each for each in tree.iter(*_LETTERS) if len((each.text or "").strip()) == 1 and not len(each)]:
        if (element.tail or " ")[0].isalpha() and element.text.strip().isupper():
            element.text = element.text.strip()
            element.drop_tag()


def without_scripts(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the page without scripts, styles, comments and tags beyond those we read, and its JSON-LD documents."""
    kept: list[str] = []
    documents: list[str] = []
    at = 0
    while opened := _SCRIPT.search(text, at):
        name = (opened[1] or "").lower()
        if name:
            found = _SCRIPT_END[name].search(text, opened.end())
            closed = found.span() if found else None
        else:
            end = text.find("-->", opened.start() + 2)  # "<!-->" is a whole comment
            closed = (end, end + 3) if end >= 0 else None
        if closed is None:
            break
        kept.append(text[at : opened.start()])
        if "ld+json" in opened[0].lower():
            documents.append(text[opened.end() : min(closed[0], opened.end() + _MAX_JSON)])
        at = closed[1]
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


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the first of these elements that says something."""
    return next((meta[name] for name in names if meta.get(name)), "")


def _said_for_machines(meta: dict[str, str], linked: LinkedData) -> str:
    """Return what an article's page tells search engines of its text: the text itself, else its description.

    Pages that are built in the browser, or shown to subscribers only, have nothing else for us.
    """
    if linked.text:
        return _paragraphs(plain(unescape(linked.text)), set())
    is_article = bool(linked.headline) or meta.get("og:type", "").lower() == "article"
    return _first(meta, _DESCRIPTION) if is_article else ""


def _title(tree: HtmlElement, meta: dict[str, str], linked: LinkedData) -> str:
    """Return the headline: what the page tells others, its JSON-LD, its only h1, its title, in this order."""
    title = _first(meta, _TITLE) or _line(linked.headline)
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
