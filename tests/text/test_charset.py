"""Bytes as text: marks, labels as the web writes them, damage, and guesses."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.charset import as_utf8, damage, decode, is_utf8, python_name, scrubbed

RUSSIAN = "Министр заявил о переговорах. Завод в Осташкове снова открыт, сообщает «Вестник»."
TEXTS = {
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN.replace("«", "").replace("»", ""),
    "cp866": RUSSIAN.replace("«", "").replace("»", ""),
    "koi8-u": "Депутати ухвалили закон про місцеві вибори, каже її речниця",
    "windows-1252": "Der Bürgermeister läßt die Brücke über die Flüsse für Fußgänger sperren, größere Schäden drohen.",
    "windows-1250": "Rząd ogłosił, że nowe przepisy wejdą w życie w październiku; świadkowie mówią o dużych zmianach.",
    "gb18030": "市长宣布大桥将于下周重新开放，居民表示欢迎。",
    "big5": "市長宣布大橋將於下週重新開放，居民表示歡迎。",
    "shift_jis": "市長は橋を来週また開くと発表した。住民は喜んでいる。",
    "euc-jp": "市長は橋を来週また開くと発表した。住民は喜んでいる。",
    "euc-kr": "시장은 다리를 다음 주에 다시 연다고 발표했다. 주민들은 환영했다.",
    "windows-1255": "ראש העיר הודיע כי הגשר ייפתח מחדש בשבוע הבא.",
    "windows-1256": "أعلن رئيس البلدية أن الجسر سيفتح مجددا الأسبوع المقبل.",
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "said", ["", "text/xml; charset=utf-8", "text/xml; charset={}"], ids=["unsaid", "says utf-8", "said rightly"]
)
def test_the_encodings_of_the_web_are_read_whatever_is_said(name: str, said: str) -> None:
    """Where no label is right, the bytes say enough."""
    raw = f"<rss><title>{TEXTS[name]}</title></rss>".encode(name)
    assert TEXTS[name] in decode(raw, said.format(name))


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_unicode_is_read_with_and_without_its_mark(name: str) -> None:
    """UTF-16 without a mark shows by the zeros around its first characters; a wrong label changes nothing."""
    assert RUSSIAN in decode(f"<p>{RUSSIAN}</p>".encode(name), "text/html; charset=iso-8859-1")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("cp-1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("Windows_1251", "cp1251"),
        ("koi8r", "koi8-r"),
        ("x-gbk", "gbk"),
        ("x-sjis", "cp932"),
        ("sjis", "cp932"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("iso88592", "iso8859-2"),
        ("latin1", "cp1252"),
        ("ks_c_5601-1987", "cp949"),
        ("UTF8", "utf-8"),
        ("tis-620", "cp874"),
        ("punycode", None),
        ("zlib", None),
        ("utf-7", None),
        ("nonsense", None),
    ],
)
def test_labels_mean_what_the_web_means_by_them(label: str, name: str | None) -> None:
    """The standard's labels, usual misspellings of them, and nothing that only Python calls an encoding."""
    found = python_name(label)
    assert found == name


def test_a_damaged_character_changes_nothing_else() -> None:
    """One byte that is cut off, or several among many whole ones, leave the rest as it is."""
    raw = RUSSIAN.encode()
    assert decode(raw[:-3] + b"\xd0" + raw[-3:]).replace("\ufffd", "") == RUSSIAN
    assert decode("Ein Café — ".encode() + b"\xf0\x9f").startswith("Ein Café —")
    assert not is_utf8("größere Flüsse".encode("cp1252"))


def test_a_header_that_is_wrong_loses_to_the_document_and_to_a_clear_guess() -> None:
    """Servers add iso-8859-1 to everything; what that makes of Russian is no language."""
    raw = f'<meta charset="windows-1251"><p>{RUSSIAN}</p>'.encode("cp1251")
    assert RUSSIAN in decode(raw, "text/html; charset=iso-8859-1")
    assert RUSSIAN in decode(f"<p>{RUSSIAN}</p>".encode("cp1251"), label="iso-8859-1")


def test_text_that_cannot_be_language_is_told_from_language() -> None:
    """Share of words: nearly none of a right reading, most of a wrong one."""
    assert all(damage(text) == 0 for text in TEXTS.values())
    assert damage(RUSSIAN.encode().decode("cp1251")) > 0.5
    assert damage(RUSSIAN.encode("koi8-r", "replace").decode("cp1251")) > 0.4
    assert damage(RUSSIAN.encode("cp1251").decode("cp1252")) > 0.5


def test_a_document_becomes_utf_8_that_says_so_and_holds_what_xml_may_hold() -> None:
    """The former declaration is gone, control characters and references to them as well."""
    raw = f"<?xml version='1.0' encoding='cp-1251'?><rss><title>{RUSSIAN}\x0b&#12;&#x1F;&#13;</title></rss>"
    data = as_utf8(raw.encode("cp1251"))
    assert data.decode() == f"<?xml version='1.0' encoding='utf-8'?>\n<rss><title>{RUSSIAN}&#13;</title></rss>"


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ufffe", "&#0;", "&#011;", "&#xB;", "&#xFFFE;", "&#xd800;"])
def test_control_characters_are_dropped_however_they_are_written(bad: str) -> None:
    """What neither XML nor people can use must not cost the text around it."""
    assert scrubbed(f"Peskov{bad} spoke\t&#9;&#10;&#65;") == "Peskov spoke\t&#9;&#10;&#65;"


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_under_any_label_are_some_text(raw: bytes, label: str) -> None:
    """Nothing is raised, and what comes out can be written as UTF-8 again."""
    assert decode(raw, f"text/html; charset={label}", label) is not None
    as_utf8(raw, label).decode()


def test_a_large_document_is_decided_by_a_part_of_it() -> None:
    """Processor time stays modest for megabytes that no label explains."""
    raw = f"<p>{RUSSIAN}</p>\n".encode("cp1251") * 20_000
    began = process_time()
    assert RUSSIAN in decode(raw)
    assert process_time() - began < 5.0
