"""Bytes from the web as text: one decision for feeds, sitemaps, list pages, article pages and OPML.

Bytes and what is said of their encoding come in, text comes out; nothing is raised and nothing is read. What counts,
in this order:

1. a byte order mark, or the zeros of UTF-16 around the first characters of markup;
2. UTF-8, where the bytes are that: valid, or with few damaged characters among many whole ones (`MANY`). A damaged
   character becomes U+FFFD and changes nothing else;
3. the labels, the document's own before the header's, where the text that they give can be language (`damage`);
4. charset-normalizer's guess among the encodings that the web is written in, where no label gives language;
5. where no guess does either: the first label that is known, else the guess, else windows-1252.

Labels are those of the WHATWG Encoding Standard (webencodings), and usual misspellings of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, pairwise

MANY = 4  # whole characters of several bytes for each damaged one, and it still is UTF-8
CLEAR = 0.1  # share of words that cannot be language, above which a label is not believed
LOOKED_AT = 10_000  # bytes with signs beyond ASCII that a guess is made from
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ZEROS = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"), (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"))
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,300}?encoding\s{0,9}=\s{0,9}[\"']\s{0,9}([\w.:+-]{2,40})|<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:+-]{2,40})",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"\A\s*+<\?xml\b[^>]{0,1000}\?>")
# What XML 1.0 forbids; HTML maps the rest of C1 to windows-1252, so those stay.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    "|&#(?:0{0,6}(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0{0,6}(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]|[dD][89abcdefABCDEF][0-9a-fA-F]{2}));"
)
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?\s*+([\w.:+-]{2,40})", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,40}")
# What the web is written in, by Python's names: nothing else is guessed.
_USUAL = [
    *("cp1251", "cp1252", "cp1250", "gb18030", "cp932", "big5hkscs", "big5", "cp949", "euc_jp", "koi8_u", "koi8_r"),
    *("cp1254", "cp1253", "cp1256", "cp1255", "iso8859_2", "cp1257", "cp866", "iso8859_5", "iso8859_7", "cp1258"),
]
_MISSPELT = re.compile(r"^(?:x-)?(?:cp|win|windows|ansi|ms)?[-_ ]?(125[0-8]|874)$")


def decode(data: bytes, content_type: str = "", label: str | None = None) -> str:
    """Return the text of a document. `content_type` is the header as sent; `label` an encoding that it named."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    head = data.lstrip(b" \t\r\n")[:2]
    for zeros, name in _ZEROS:
        if head == zeros:
            return data.decode(name, "replace")
    if b"\x1b$" in data and data.isascii():  # Japanese in seven bits switches its alphabets so
        return data.decode("iso2022_jp", "replace")
    if is_utf8(data):
        return data.decode("utf-8", "replace")
    named = [name for name in map(python_name, _labels(data, content_type, label)) if name and name != "utf-8"]
    return data.decode(_chosen(data, named), "replace")


def as_utf8(data: bytes, content_type: str = "") -> bytes:
    """Return an XML document in UTF-8 that says so, without the characters that XML may not hold, as references too."""
    text = _DECLARATION.sub("", scrubbed(decode(data, content_type)).removeprefix("\ufeff"), count=1)
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode("utf-8", "replace")


def scrubbed(text: str) -> str:
    """Return the text without control characters but tab and line breaks, and without numeric references to them."""
    return _CONTROL.sub("", text)


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are UTF-8: valid, or with few damaged characters among many whole ones."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        whole = sum(1 for _ in _MULTIBYTE.finditer(data))
        damaged = data.decode("utf-8", "replace").count("\ufffd") - data.count(b"\xef\xbf\xbd")
        return whole >= MANY * damaged or (whole > 0 and damaged == 1)
    return True


def python_name(label: str) -> str | None:
    """Return Python's name of the encoding that a label of the web means, or None for one that nobody knows."""
    import webencodings

    name = label.strip().lower()
    misspelt = _MISSPELT.match(name)
    plain = re.sub(r"[^a-z0-9]", "", name)
    for candidate in (name, f"windows-{misspelt[1]}" if misspelt else name, _SPELLINGS.get(plain, name)):
        found = webencodings.lookup(candidate)
        if found is not None:
            return found.codec_info.name if found.name not in {"replacement", "x-user-defined"} else None
    return _by_letters().get(plain)


def damage(text: str) -> float:
    """Return the share of words with signs beyond ASCII that cannot be language, 0 … 1; of no such word 0.

    Such are words with damaged or control characters, with capitals behind small letters, of nothing but accented
    Latin letters, or of letters of two scripts: what a wrong encoding makes of most words, and a right one of few.
    """
    words = strange = 0
    for word in _strange_words(text):
        words += 1
        strange += _is_damaged(word)
    broken = sum(text.count(sign) for sign in ("\ufffd", "\x98", "\x88", "\x8f", "\x81", "\x90"))
    return min(1.0, (strange + broken) / words) if words else float(broken > 0)


_SPELLINGS = {
    "utf": "utf-8",
    "unicode": "utf-8",
    "koi8": "koi8-r",
    "xgbk": "gbk",
    "cp936": "gbk",
    "cp949": "euc-kr",
    "cp950": "big5",
    "cp932": "shift_jis",
    "xsjis": "shift_jis",
    "cp866": "ibm866",
    "dos866": "ibm866",
    "maccyrillic": "x-mac-cyrillic",
    "xmacukrainian": "x-mac-cyrillic",
    "cyrillic": "iso-8859-5",
    "latin9": "iso-8859-15",
    "ms949": "euc-kr",
    "latin": "windows-1252",
}


@cache
def _by_letters() -> dict[str, str]:
    """Return the standard's labels without their hyphens and the like: `koi8r`, `iso88591`, `xsjis`."""
    from webencodings.labels import LABELS

    found: dict[str, str] = {}
    for label, name in LABELS.items():
        codec = python_name(name)
        if codec is not None:
            plain = re.sub(r"[^a-z0-9]", "", label)
            found.setdefault(plain, codec)
            found.setdefault(f"x{plain}", codec)
    return found


def _labels(data: bytes, content_type: str, label: str | None) -> Iterator[str]:
    declared = _DECLARED.search(data[:8192])
    if declared:
        yield (declared[1] or declared[2]).decode("ascii", "replace")
    said = _CHARSET.search(content_type[:1000])
    if said:
        yield said[1]
    if label:
        yield label


def _chosen(data: bytes, named: Sequence[str]) -> str:
    """Return the encoding of bytes that are not UTF-8: the first label that gives language, else the best guess."""
    sample = _sample(data)
    for name in dict.fromkeys(named):
        if damage(sample.decode(name, "replace")) <= CLEAR:
            return name
    from charset_normalizer import from_bytes

    guesses = [guess.encoding for guess in from_bytes(sample, steps=1, chunk_size=len(sample), cp_isolation=_USUAL)]
    clear = (name for name in guesses if damage(sample.decode(name, "replace")) <= CLEAR)
    return next(chain(clear, named, guesses), "cp1252")


def _sample(data: bytes) -> bytes:
    """Return the lines with signs beyond ASCII, up to a limit: the rest says nothing of the encoding."""
    lines = (line for line in re.split(rb"[\n<>]", data) if not line.isascii())
    kept, size = [], 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size > LOOKED_AT:
            break
    return b"\n".join(kept)[: 2 * LOOKED_AT]


def _strange_words(text: str) -> Iterator[str]:
    return (word[0] for word in _WORD.finditer(text) if not word[0].isascii())


def _is_damaged(word: str) -> bool:
    """Return whether a word with signs beyond ASCII cannot be of any language."""
    latin = sum(sign.isascii() for sign in word)
    accented = sum("\u00c0" <= sign <= "\u024f" for sign in word)
    if latin + accented == len(word):
        return (latin == 0 and len(word) > 2) or _is_mixed(word)  # noqa: PLR2004 - "où", "às" are words
    return latin + accented > 0 or _is_mixed(word)


def _is_mixed(word: str) -> bool:
    """Return whether capitals stand behind small letters."""
    return any(one.islower() and two.isupper() for one, two in pairwise(word))
