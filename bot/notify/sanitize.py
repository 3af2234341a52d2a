"""Sanitizes foreign text: anything in, one line of plain text out, counted as Telegram counts.

Telegram counts and places everything in UTF-16 units, links `/commands`, `@names` and `tg:` addresses by itself even
without markup, and refuses what is no valid Unicode. Nothing here knows an alert.
"""

from __future__ import annotations

from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import regex

# A title of a megabyte costs nothing beyond this: no text of ours shows more (characters).
LONGEST = 8_000
# An address longer than that is no news article; Telegram ignores longer ones (characters).
LONGEST_LINK = 2_048

_SURROGATE = regex.compile(r"\p{Cs}")
_SPACE = regex.compile(r"[\s\p{Cc}\u2028\u2029]+")
# Format characters turn text around or hide in it; joiners stay where letters or emoji need them to be joined.
_UNFIT = regex.compile(r"[\s\p{C}<>\"\\]+")  # in addresses
_HIDDEN = regex.compile(
    r"(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])(\u200D)(?=\p{Extended_Pictographic})"
    r"|(?<=[\p{Arabic}\p{Devanagari}\p{Bengali}\p{Tamil}\p{Malayalam}\p{Sinhala}\p{Kannada}\p{Telugu}\p{Gujarati}])"
    r"([\u200C\u200D])(?=[\p{L}\p{M}])"
    r"|(?<=\U0001F3F4)([\U000E0030-\U000E0039\U000E0061-\U000E007A]{3,6}\U000E007F)"  # flags of parts of countries
    r"|[\p{Cf}\p{Co}\p{Cn}\u034F\u115F\u1160\u17B4\u17B5\u3164\uFFA0]"
)
_ZALGO = regex.compile(r"([\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]+")
# Telegram's clients would make these clickable: a word joiner between the sign and the name leaves them as they look.
_LIVELY = regex.compile(
    r"(?<![\p{L}\p{N}_/<>])/(?=[A-Za-z0-9_])|(?<![\p{L}\p{N}_])@(?=[A-Za-z0-9_])|(?<=\b(?:tg|ton|tonsite)):(?=//)",
    regex.IGNORECASE,
)
# A grapheme; two letters of a flag are one by themselves, since \X looks back along all flags before it.
_CLUSTER = regex.compile(
    r"\p{Regional_Indicator}{2}[\p{Grapheme_Cluster_Break=Extend}\p{Grapheme_Cluster_Break=SpacingMark}\u200D]*+|\X"
)


def plain(text: str, longest: int = LONGEST) -> str:
    """Return the text on one line, without what could command, hide, turn or break it in Telegram."""
    text = _LIVELY.sub(lambda found: found[0] + "\u2060", one_line(text, longest))
    return _SPACE.sub(" ", text).strip()


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return the text on one line, without what could hide, turn or break it anywhere."""
    text = text[:longest]
    text = _SURROGATE.sub("\ufffd", text)
    text = _SPACE.sub(" ", text)
    text = _HIDDEN.sub(lambda found: found[1] or found[2] or found[3] or "", text)
    text = _ZALGO.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip()


def units(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, most: int) -> str:
    """Return at most so many UTF-16 units of a text, ended with "…" between two graphemes where it had to be cut.

    Prefers the end of a word in the last fifth. A grapheme that alone exceeds the room is cut between characters.
    """
    if units(text) <= most:
        return text
    room = most - 1
    kept: list[str] = []
    for found in _CLUSTER.finditer(text):
        room -= units(found[0])
        if room < 0:
            break
        kept.append(found[0])
    short = "".join(kept)
    if not short:
        short = text[: (most - 1) // 2]
    word = short.rfind(" ")
    if word > len(short) * 0.8 and not text[len(short) :].startswith(" "):
        short = short[:word]
    return short.rstrip() + "…"


def link(url: str | None) -> str | None:
    """Return an http or https address fit to be clicked on, without a name or password in it; None for all else.

    What does not belong into an address is percent-encoded; of one that is too long its site is left.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or _UNFIT.search(parts.netloc):
        return None
    if ":" in host:
        host = f"[{host}]"
    where = host if port is None else f"{host}:{port}"
    path, query, fragment = (_UNFIT.sub(_encode, part) for part in parts[2:])
    whole = urlunsplit(SplitResult(parts.scheme, where, path, query, fragment))
    return whole if len(whole) <= LONGEST_LINK else f"{parts.scheme}://{where}/"


def _encode(found: regex.Match[str]) -> str:
    return quote(found[0], errors="ignore")
