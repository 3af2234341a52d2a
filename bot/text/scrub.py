"""Scrubbing of text from outside, once, where it enters: what no reader sees and no program should obey is taken out.

Any text comes in: of feeds, pages, chats, watchlists.yaml, the command line, the environment. Out goes what is seen,
with tabs, and newlines for line breaks of any kind. Gone are escape sequences of terminals, control characters, halves
of surrogate pairs and noncharacters (UTF-8, PostgreSQL and Telegram do not take all of them), what turns the direction
of a line, and what is invisible by itself. The joiners U+200C and U+200D are spelling, and stay.
"""

from __future__ import annotations

import re

# CSI … final byte, OSC, DCS, PM, APC and SOS … until their end, and the short ones of two or three bytes (ECMA-48).
_SEQUENCES = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,2000}(?:\x07|\x1b\\\\|\x9c)?"
    "|\x1b[ -/]*[0-~]?"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
# Tags spell the flags of England, Scotland and Wales behind a black one (UTS 51); alone, they only hide text.
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e007f]")


def scrub(text: str) -> str:
    """Return the text without what cannot be seen; every line break is a newline."""
    if text.isascii() and text.isprintable():
        return text
    if "\x1b" in text or "\x9b" in text:
        text = _SEQUENCES.sub("", text)
    return _TAGS.sub(r"\1", _UNSEEN.sub("", _BREAKS.sub("\n", text)))


def scrub_json(value: object) -> object:
    """Return JSON data with every text in it scrubbed, names of members too."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [scrub_json(one) for one in value]
    if isinstance(value, dict):
        return {scrub(str(name)): scrub_json(one) for name, one in value.items()}
    return value
