"""From parsed queries to what a Finder looks for: trees over numbered leaves.

Queries with the languages of their watchlist come in; leaves with the forms of their words, and trees that refer
to them by number, come out. Equal leaves of different queries are one. Nothing here sees a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.inflection.spelling import transliterate
from bot.inflection.word_forms import Wanted, split_prefix
from bot.matching.finder import Form, Leaf
from bot.matching.query_tree import And, FromSource, InLanguage, Node, Not, Or, Phrase, Query, Regex, Word, leaves
from bot.matching.signs import Signs, read_signs
from bot.model import Field
from bot.text.chinese import chinese_spellings
from bot.text.numbers import mark_numbers
from bot.text.tokens import Tokens, bare, fold, script, spell_out, tokens, unspaced, variants

_Places = tuple[tuple[int, ...], tuple[str | None, ...]]
"""What fills the places of a word, as numbers of Forms, and what joins the places."""

Forms = Mapping[Wanted, tuple[str, ...]]
_GERMAN: Final = ("de",)
_CHINESE: Final = "zh"
_SHORT: Final = 3  # letters; shorter words have one form
_YEAR: Final = 4  # digits
_DECADES: Final = frozenset(str(tens) for tens in range(10, 100, 10))
_MIXED: Final = re.compile(r"([^\W\d_]+)(-?)([0-9]+)")  # COVID-19 and COVID19, G7 and G-7


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf is found, in this field or in any."""

    leaf: int
    field: Field | None
    shown: str  # as written in the query


@dataclass(frozen=True, slots=True)
class Near:
    """All these leaves are found within one field, with at most so many words between them."""

    parts: tuple[Found, ...]
    between: int
    field: Field | None
    shown: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One part or more holds."""

    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """The part does not hold; it is no All, Any or Absent itself."""

    part: Found | Near | FromSource | InLanguage


Test = Found | Near | FromSource | InLanguage | All | Any | Absent


def leaves_of(test: Test) -> Iterator[int]:
    """Give the leaves that a test looks at."""
    if isinstance(test, Found):
        yield test.leaf
    elif isinstance(test, Absent):
        yield from leaves_of(test.part)
    elif isinstance(test, Near | All | Any):
        for part in test.parts:
            yield from leaves_of(part)


def words_to_inflect(queries: Iterable[tuple[Query, tuple[str, ...]]]) -> set[Wanted]:
    """Return the words whose forms queries need, each query with the languages of its watchlist."""
    found: set[Wanted] = set()
    for query, languages in queries:
        for leaf in leaves(query.root):
            for word in (leaf,) if isinstance(leaf, Word) else leaf.words if isinstance(leaf, Phrase) else ():
                if (word.text, languages) not in found or word.across:
                    found.update(_wanted(word, languages))
            if (word_alone := _alone(leaf)) and (apart := _apart(word_alone, languages)):
                found.add((apart[1], _GERMAN))
    return found


def _wanted(word: Word, languages: tuple[str, ...]) -> Iterator[Wanted]:
    if not (word.exact or word.prefix or unspaced(word.text)):
        for spelling in _spellings(word):
            yield from ((part, languages) for part in _parts(spelling) if inflects(part))


def inflects(part: str) -> bool:
    """Return whether a word can have other forms: `AT&T`, `5G` and `is` have none."""
    return len(part) >= _SHORT and (part.isalpha() or all(char.isalpha() or char in "'’ʼ" for char in fold(part)))


class Planner:
    """Collects the leaves of many queries and builds their trees."""

    def __init__(self, forms: Forms) -> None:
        self.leaves: list[Leaf] = []
        self.forms: list[Form] = []
        self.placed: set[int] = set()  # leaves of which it counts where they stand
        self._forms = forms
        self._numbers: dict[Leaf, int] = {}
        self._form_numbers: dict[Form, int] = {}
        self._words: dict[tuple[str, ...], dict[Word | str, _Places | None]] = {}

    def plan(self, query: Query, languages: tuple[str, ...]) -> Test:
        """Return the tree of a query over numbered leaves, negations pushed down to them."""
        return self._tree(query.root, languages, wanted=True)

    def _tree(self, node: Node, languages: tuple[str, ...], *, wanted: bool) -> Test:
        if isinstance(node, Not):
            return self._tree(node.part, languages, wanted=not wanted)
        if isinstance(node, And | Or):
            parts = tuple(self._tree(part, languages, wanted=wanted) for part in node.parts)
            return All(parts) if isinstance(node, And) is wanted else Any(parts)
        if isinstance(node, FromSource | InLanguage):
            return node if wanted else Absent(node)
        if isinstance(node, Regex):
            spots = [Found(self._number(Leaf(regex=node.pattern)), node.field, f"/{node.pattern}/")]
        elif isinstance(node, Word):
            spots = [self._row((word,), languages, node.field, _shown(node)) for word in _alternatives(node)]
            spots += self._parted(node, languages, node.field, _shown(node))
        elif node.near is None:
            shown = f'"{" ".join(map(_shown, node.words))}"'
            spots = [self._row(node.words, languages, node.field, shown)]
            if alone := _alone(node):
                spots += self._parted(alone, languages, node.field, shown)
        else:
            apart = tuple(self._row((word,), languages, node.field, _shown(word)) for word in node.words)
            self.placed.update(part.leaf for part in apart)
            near = Near(apart, node.near, node.field, f'"{" ".join(map(_shown, node.words))}"~{node.near}')
            return near if wanted else Absent(near)
        if wanted:
            return spots[0] if len(spots) == 1 else Any(tuple(spots))
        return Absent(spots[0]) if len(spots) == 1 else All(tuple(map(Absent, spots)))

    def _row(self, row: tuple[Word, ...], languages: tuple[str, ...], field: Field | None, shown: str) -> Found:
        """Return the test for words in a row, or for a substring where the script has no words or it is a symbol."""
        forms: tuple[int, ...] = ()
        glue: tuple[str | None, ...] = ()
        glued = False
        signs: list[tuple[int, Signs]] = []
        for word in row:
            if (known := self._forms_of(word, languages)) is None:
                return self._literal(row, languages, field, shown)
            more, within = known
            glued = glued or bool(within)
            glue = (*glue, None, *within) if forms else within
            if not word.text.isalnum() and (its := read_signs(word.text)):
                signs += _around(its, len(forms), len(more))
            forms += more
        if len(row) > 1 and row[-2].text.isalpha() and _has_plural(row[-1].text):  # a fleet of Boeing 737s
            last = self.forms[forms[-1]]
            plural = Form((*last.forms, *(f"{form}s" for form in last.forms)), last.prefixes, last.exact)
            forms = (*forms[:-1], self._form_number(plural))
        return Found(self._number(Leaf(forms, glue if glued else (), signs=tuple(signs))), field, shown)

    def _literal(self, row: tuple[Word, ...], languages: tuple[str, ...], field: Field | None, shown: str) -> Found:
        pieces = [fold(word.text) for word in row]
        joint = "" if all(map(unspaced, pieces)) else " "
        joined = joint.join(pieces)
        is_chinese = not any(word.exact for word in row) and (not languages or _CHINESE in languages)
        literals = chinese_spellings(joined) if is_chinese else (joined,)
        return Found(self._number(Leaf(literals=literals)), field, shown)

    def _parted(self, word: Word, languages: tuple[str, ...], field: Field | None, shown: str) -> list[Found]:
        """Return the test for a verb whose prefix stands at the end of the clause, none for other words."""
        if not (apart := _apart(word, languages)):
            return []
        prefix, base = apart
        whole = self._forms.get((base, _GERMAN), (fold(base),))
        finite = tuple(form for form in whole if base.startswith("ge") or not form.startswith("ge"))
        places = (self._form_number(Form(finite)), self._form_number(Form((prefix,))))
        return [Found(self._number(Leaf(places, clause=True)), field, shown)]

    def _number(self, leaf: Leaf) -> int:
        number = self._numbers.setdefault(leaf, len(self._numbers))
        if number == len(self.leaves):
            self.leaves.append(leaf)
        return number

    def _forms_of(self, word: Word, languages: tuple[str, ...]) -> _Places | None:
        """Return what fills the places of a word (one, but for COVID-19 and its like); None for what is no word."""
        scope = self._words.setdefault(languages, {})
        key = word if word.exact or word.prefix or word.across else word.text
        if key not in scope:
            scope[key] = self._new_places(word, languages)
        return scope[key]

    def _new_places(self, word: Word, languages: tuple[str, ...]) -> _Places | None:
        if unspaced(word.text) or not (word.text.isalpha() or tokens(word.text).words):
            return None
        forms, glue = self._new_forms(word, languages)
        return tuple(map(self._form_number, forms)), glue

    def _form_number(self, form: Form) -> int:
        number = self._form_numbers.setdefault(form, len(self._form_numbers))
        if number == len(self.forms):
            self.forms.append(form)
        return number

    def _new_forms(self, word: Word, languages: tuple[str, ...]) -> tuple[list[Form], tuple[str | None, ...]]:
        simple = word.text.isalpha() and not (word.exact or word.prefix or word.across)
        if simple and script(word.text) != "hangul":
            return [Form(self._forms.get((word.text, languages)) or _plain_forms(word.text))], ()
        parts = _words_of(word.text)
        glue = tuple(parts.gap(at) for at in range(len(parts) - 1))
        if word.exact:
            return [Form(exact=bare(part)) for part in parts.words], glue
        forms = [Form(tuple(sorted(found))) for found in self._inflected(word, languages, len(parts))]
        if word.prefix or script(word.text) == "hangul":  # Korean particles are written onto the word
            forms[-1] = Form(prefixes=(variants(parts.words[-1])[0],))
        return forms, glue

    def _inflected(self, word: Word, languages: tuple[str, ...], size: int) -> list[set[str]]:
        """Return the forms for each place of a word, in all its spellings that have as many places."""
        places: list[set[str]] = [set() for _ in range(size)]
        for spelling in _spellings(word):
            at = 0
            for part in _parts(spelling):
                width = len(_words_of(part))
                for form in {*_plain_forms(part), *self._forms.get((part, languages), ())}:
                    split = [form] if width == 1 else tokens(form).folded()
                    if len(split) == width and at + width <= size:
                        for offset, piece in enumerate(split):
                            places[at + offset].add(piece)
                at += width
        if _is_type(word.text):
            places[-1] |= {f"{form}s" for form in places[-1]}
        return places


def _words_of(text: str) -> Tokens:
    """Return the words of what is written in a query, read as a text is: a number is one word, whatever its marks."""
    return tokens(mark_numbers(text))


def _plain_forms(part: str) -> tuple[str, ...]:
    """Return the forms of a word that does not inflect: as written, with digraphs for umlauts, MPs as MP."""
    main, *more = variants(part)
    digraphs = spell_out(part)
    return tuple(
        dict.fromkeys((main, *([digraphs] if digraphs else ()), *(each for each in more if f"{each}s" == main)))
    )


def _is_type(text: str) -> bool:
    """Return whether a word names a type by letters and a number: F-16, MiG-29, A320."""
    *before, number = re.split(r"(?<=\D)(?=\d)", text)
    letters = "".join(before).replace("-", "")
    return letters.isalpha() and _has_plural(number)


def _has_plural(number: str) -> bool:
    """Return whether a number may take an s in the name of a type: the 1990s are another thing than 1990."""
    return number.isdecimal() and len(number) != _YEAR and number not in _DECADES


def _around(signs: Signs, first: int, size: int) -> list[tuple[int, Signs]]:
    """Return the signs around a word of `size` places, each with the place that it stands at."""
    if size == 1 or not signs.after:
        return [(first, signs)]
    before = [(first, Signs(before=signs.before))] if signs.before else []
    return [*before, (first + size - 1, Signs(after=signs.after))]


def _shown(word: Word) -> str:
    if not (word.exact or word.across or word.prefix):
        return word.text
    return f"{'=' * word.exact}{'~' * word.across}{word.text}{'*' * word.prefix}"


def _alone(node: Node) -> Word | None:
    """Return the one word that a leaf of a query consists of, if it does."""
    if isinstance(node, Phrase):
        return node.words[0] if len(node.words) == 1 and node.near is None else None
    return node if isinstance(node, Word) else None


def _apart(word: Word, languages: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the prefix and the rest of a verb that parts from its prefix in a clause."""
    return None if word.exact or word.prefix or word.across else split_prefix(word.text, languages)


def _spellings(word: Word) -> tuple[str, ...]:
    return (word.text, *transliterate(word.text)) if word.across else (word.text,)


def _parts(text: str) -> list[str]:
    """Return the parts of a word that inflect each on its own; an apostrophe parts none in Cyrillic (здоров'я)."""
    if text.isalpha():
        return [text]
    if script(text) == "cyrillic" and any(char in "'’ʼ`" for char in text):
        return [part for part in re.split(r"[^\w'’ʼ`\u0301]+", text) if tokens(part).words]
    return _words_of(text).words


def _alternatives(word: Word) -> tuple[Word, ...]:
    """Return the word, and its other spelling where letters and a number meet: COVID-19, COVID19."""
    mixed = None if word.text.isalpha() or word.exact or word.prefix else _MIXED.fullmatch(word.text)
    if not mixed:
        return (word,)
    return word, Word(f"{mixed[1]}{'' if mixed[2] else '-'}{mixed[3]}", field=word.field)
