"""The bot's own words: every language whole, sound and current, and said with its own numbers and dates."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel import Locale, dates, numbers
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.i18n import DOMAIN, LANGUAGES, LOCALE, words

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

PACKAGE = Path(__file__).parent.parent / "bot"
TRANSLATED = tuple(code for code in LANGUAGES if code != "en")
TAG = re.compile(r"</?[a-z][^<>]*>")
PLACE = re.compile(r"\{[^{}]*\}")
COMMAND = re.compile(r"(?<![\w<])/[a-z]+(?!\w|\.\w)")
KEYWORDS = DEFAULT_KEYWORDS | {"fail": None, "QueryError": None}  # those of `make words`
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]  # the same
OPTIONS = {"web/templates/**.html": {"silent": "false"}}
RENEW = "run `make words`, then translate what is empty in bot/locale/*/LC_MESSAGES/newswatch.po"
Key = tuple[str | None, str]


def catalogue(language: str) -> Catalog:
    """Read a language's translations."""
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(found: Catalog) -> dict[Key, Message]:
    """Return all messages by context and (first) English text."""
    return {(one.context, one.id if isinstance(one.id, str) else one.id[0]): one for one in found if one.id}


def english(message: Message) -> tuple[str, ...]:
    """Return the English forms of a message."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translated(message: Message) -> tuple[str, ...]:
    """Return the forms of a message in its language."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.fixture(scope="module")
def extracted() -> set[tuple[Key, tuple[str, ...]]]:
    """Return every text that `make words` finds in the code."""
    found = set()
    for *_, texts, _comments, context in extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS):
        forms = (texts,) if isinstance(texts, str) else texts
        found.add(((context, forms[0]), forms))
    return found


def spoken(path: Path) -> Iterator[ast.Call]:
    """Find every call by which a module says something: `_("…")`, `_.ngettext("…", "…", n)`, `_.pgettext("…", "…")`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name in {"_", "ngettext", "pgettext"}:
                yield node


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_lacks_a_translation(language: str, extracted: set[tuple[Key, tuple[str, ...]]]) -> None:
    """Every text that the code says has its words in every language, and no language has words that nobody says."""
    found = messages(catalogue(language))
    assert {(key, english(one)) for key, one in found.items()} == extracted, RENEW
    assert [key for key, one in found.items() if one.fuzzy] == []
    empty = [key for key, one in found.items() if not all(form.strip() for form in translated(one))]
    assert empty == [], RENEW


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_compiled_catalogue_is_that_of_its_words(language: str) -> None:
    """What the program reads was compiled from what translators write."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    assert compiled.getvalue() == (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes(), "run `make words`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_places_tags_and_commands(language: str) -> None:
    """Values, markup and commands stand in it as often as in English, the tags in an order that nests."""
    for message in messages(catalogue(language)).values():
        meant = english(message)[-1]
        for form in filter(None, translated(message)):
            for what in (TAG, PLACE):
                assert sorted(what.findall(form)) == sorted(what.findall(meant)), form
            assert set(COMMAND.findall(form)) <= set().union(*map(COMMAND.findall, english(message))), form
            assert nests(form), form
            assert (form[:1] == " ", form[-1:] == " ", form.count("\n")) == (
                meant[:1] == " ",
                meant[-1:] == " ",
                meant.count("\n"),
            ), form


def nests(text: str) -> bool:
    """Return whether every tag of a text is closed, the last opened first."""
    opened: list[str] = []
    for tag in TAG.findall(text):
        name = re.sub(r"\W|\s.*", "", tag.strip("</>").split()[0])
        if not tag.startswith("</"):
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """One rule for each language, that of CLDR; both English forms have the same places."""
    found, rule = catalogue(language), Locale.parse(language).plural_form
    chosen = words(language).catalogue.ngettext
    forms = {
        (rule(number), chosen("{number} alert follows.", "{number} alerts follow, as a list.", number))
        for number in range(200)
    }
    assert len(forms) == len({name for name, _ in forms}) == found.num_plurals
    for message in messages(found).values():
        if not isinstance(message.id, str):
            one, many = english(message)
            assert sorted(PLACE.findall(one)) == sorted(PLACE.findall(many)), one
            assert len(translated(message)) == found.num_plurals, one


def test_everything_said_is_found_by_the_tools() -> None:
    """Each text is a literal where it is said, and none hides in an f-string, where gettext's tools do not look."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path == PACKAGE / "i18n.py":
            continue
        for call in spoken(path):
            literal = [isinstance(one, ast.Constant) and isinstance(one.value, str) for one in call.args]
            plural = isinstance(call.func, ast.Attribute) and call.func.attr == "ngettext"
            assert literal == ([True, True, False] if plural else [True] * len(call.args)), f"{path}:{call.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FormattedValue):
                said = [one for one in ast.walk(node) if isinstance(one, ast.Call) and is_spoken(one)]
                assert said == [], f"{path}:{node.lineno}: a text inside an f-string"


def is_spoken(call: ast.Call) -> bool:
    """Return whether a call says a text."""
    return isinstance(call.func, ast.Name) and call.func.id == "_"


def test_an_unknown_language_speaks_english() -> None:
    """Whatever a chat or a file says."""
    assert set(LANGUAGES) == {"en", "ru", "uk", "de", "fr", "es"}
    assert words("xx").language == words(None).language == "en"
    assert words("xx")("🗂 More stories") == "🗂 More stories"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_written_as_cldr_does(language: str) -> None:
    """With the separators of the language, from the number on that has them."""
    for number in (0, 7, 999, 1000, 1234, 9999, 10_000, 1_234_567, -4321):
        assert words(language).number(number) == numbers.format_decimal(number, locale=language), number


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_are_written_as_cldr_does(language: str) -> None:
    """Day and short month, in the order and with the endings of the language; British in English."""
    locale = {"en": "en_GB"}.get(language, language)
    for month in range(1, 13):
        day = date(2026, month, 3)
        shown = dates.format_skeleton("MMMd", day, locale=locale)
        assert words(language).day(day, date(2026, 6, 30)) == shown.replace("\u00a0", " ").replace(
            "Sept", "Sep", locale == "en_GB"
        )


def test_days_are_short() -> None:
    """The year only where it is another, the day only where it is not today."""
    today = date(2026, 11, 23)
    assert words("en").day(date(2026, 11, 22), today) == "22 Nov"
    assert words("en").day(date(2025, 3, 1), today) == "1 Mar 2025"
    assert words("de").day(date(2025, 3, 1), today) == "1. März 2025"
    now = datetime(2026, 11, 23, 12, 5)  # noqa: DTZ001 - in the reader's zone, whichever
    assert words("ru").moment(now, now) == "12:05"
    assert words("ru").moment(now - timedelta(days=1), now) == "22 нояб. 12:05"
