"""Many words, phrases and regexes against one text, at a cost that grows with the text alone.

Every word form that some query asks for belongs to a class, and a class is one character; so a text becomes a
string with a character for each word, and a phrase is looked up in it by its first two. Leaves come in with the
forms of their words already known; places in the text come out. Nothing here knows fields, operators, watchlists.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from operator import add
from typing import Any, Final

from bot.matching.regex_set import Allowance, RegexSets
from bot.matching.signs import Signs
from bot.text.chinese import is_japanese
from bot.text.numbers import mark_numbers
from bot.text.tokens import Tokens, bare, fold, folded_with_places, tokens, variants

MAX_SPELLINGS: Final = 64  # of one phrase; with more, its rarest word is looked up and the others are checked
MAX_SPANS: Final = 32  # places of one leaf in one text that are kept as evidence; where places decide, all are kept
MAX_APART: Final = 15  # words between a verb and its prefix
_SENTENCE_ENDS: Final = frozenset(".!?;…\n")
_JOINS: Final = frozenset({"und", "oder", "aber", "sowie"})  # a clause ends before these without a comma
_BATCH: Final = 20_000  # literals of one automaton: building it holds the interpreter for about 50 ms
_LONG: Final = 64  # characters; longer "words" are not remembered
_REMEMBERED: Final = 200_000  # words of texts; with more, the next text begins a new memory
_NOTHING: Final = "\0"  # the class of words that nobody asks for
_FLAG_A: Final = "\U0001f1e6"
_FLAG_Z: Final = "\U0001f1ff"
_ENDS: Final = frozenset(".!?;:,…")  # what may not stand between the parts of one word, but where it was written so

Span = tuple[int, int]
Spans = dict[Span, None]  # places in the order they were found, each once
Places = dict[int, Spans]  # leaf -> where it stands; never empty


@dataclass(frozen=True, slots=True)
class Form:
    """One word of a leaf: the folded `forms` that fill it, the `prefixes` that begin it, or the exact spelling."""

    forms: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    exact: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """What to look for: words in a row (numbers of Forms), one of the folded `literals` anywhere, or a `regex`.

    `glue` holds, for each gap between words, None where anything may stand there, else what was written there:
    the words are parts of one, as in COVID-19. `signs` says what must stand around which of the words.
    With `clause` the last word ends the clause that the first stands in,
    and anything may stand between them: "kündigte … an".
    """

    words: tuple[int, ...] = ()
    glue: tuple[str | None, ...] = ()
    literals: tuple[str, ...] = ()  # the first as it was written, the others in other Chinese characters
    regex: str | None = None
    clause: bool = False
    signs: tuple[tuple[int, Signs], ...] = ()


class Finder:
    """The leaves of all queries, ready to be looked up together.

    Whether a leaf is found is never cut short. Of its places the first are kept, as evidence; of the leaves that are
    `placed` all of them, for there the places decide.
    """

    def __init__(self, leaves: Sequence[Leaf], forms: Sequence[Form], placed: Container[int] = ()) -> None:
        self.leaves = tuple(leaves)
        self.forms = tuple(forms)
        self._placed = placed
        self._index = _Index(forms)
        self._classes = _Classes(self._index)
        self._singles: dict[str, list[tuple[int, int]]] = {}  # class -> (leaf, which of its words this is)
        self._phrases: dict[str, tuple[int, ...]] = {}  # classes -> leaves
        self._lengths: dict[str, tuple[int, ...]] = {}  # of the phrases that begin with these two classes
        self._checked: set[int] = set()
        self._has_numbers = any(map(_has_digit, forms))
        self._index_words()
        self._literals = _Literals([(number, each) for number, leaf in enumerate(leaves) for each in leaf.literals])
        self.regexes = RegexSets([(number, leaf.regex) for number, leaf in enumerate(leaves) if leaf.regex])

    def find(self, text: str, allowance: Allowance) -> Places:
        """Return the leaves found in the text, each with its places as offsets in the text as given.

        Of regexes only those are looked for that there is time for by the item's `allowance`.
        """
        found: Places = {}
        words = tokens(mark_numbers(text) if self._has_numbers else text)
        classes = self._classes  # the same for the whole text: another thread may begin a new memory meanwhile
        if len(classes) >= _REMEMBERED:
            classes = self._classes = _Classes(self._index)
        row = "".join(map(classes.__getitem__, words.words))
        self._find_words(row, words, found)
        if classes.others and not classes.others.keys().isdisjoint(words.words):
            others = classes.others
            self._find_words("".join([others.get(w) or classes[w] for w in words.words]), words, found)
        self._literals.find(text, found, self._placed)
        for number, spans in self.regexes.find(text, MAX_SPANS, allowance):
            found[number] = dict.fromkeys(spans)
        return found

    def _find_words(self, row: str, words: Tokens, found: Places) -> None:
        for char in self._singles.keys() & set(row):
            places = _places(row, char)
            for number, word in self._singles[char]:
                for at in places:
                    self._take(number, at - word, row, words, found)
        for head in self._lengths.keys() & set(map(add, row, row[1:])):
            for at in _places(row, head):
                for size in self._lengths[head]:
                    for number in self._phrases.get(row[at : at + size], ()):
                        self._take(number, at, row, words, found)

    def _take(self, number: int, at: int, row: str, words: Tokens, found: Places) -> None:
        """Note a place of a leaf, after a closer look where the row of classes alone does not decide."""
        spans = found.get(number, {})
        if len(spans) >= MAX_SPANS and number not in self._placed:
            return
        if number in self._checked and not self._holds(self.leaves[number], at, row, words):
            return
        last = at + len(self.leaves[number].words) - 1
        if self.leaves[number].clause and (last := self._end(self.leaves[number], at, row, words)) < 0:
            return
        spans[words.span(at, last)] = None
        found[number] = spans

    def _end(self, leaf: Leaf, first: int, row: str, words: Tokens) -> int:
        """Return which word ends the clause of this one and fills the last place of the leaf, -1 where none does."""
        for at in range(first + 1, min(first + MAX_APART + 2, len(row))):
            if not _SENTENCE_ENDS.isdisjoint(words.gap(at - 1)):
                break
            if row[at] in self._index.of(leaf.words[-1]) and (
                at + 1 == len(row) or words.gap(at).strip() or words.words[at + 1] in _JOINS
            ):
                return at
        return -1

    def _holds(self, leaf: Leaf, at: int, row: str, words: Tokens) -> bool:
        if at < 0 or at + len(leaf.words) > len(row):
            return False
        return (
            all(row[at + n] in self._index.of(form) for n, form in enumerate(leaf.words))
            and all(written is None or _joins(words.gap(at + n), written) for n, written in enumerate(leaf.glue))
            and all(_signs_stand(signs, at + n, words) for n, signs in leaf.signs)
        )

    def _index_words(self) -> None:
        lengths = self._lengths
        for number, leaf in enumerate(self.leaves):
            choices: list[Sequence[str]] = [self._index.of(form) for form in leaf.words]
            first = 0
            if leaf.signs or any(written is not None for written in leaf.glue):
                self._checked.add(number)
            if leaf.clause:
                choices = choices[:1]
            elif prod(map(len, choices)) > MAX_SPELLINGS and len(choices) > 1:
                first = min(range(len(choices)), key=lambda at: len(choices[at]))
                choices = choices[first : first + 1]
                self._checked.add(number)
            if len(choices) == 1:
                for char in choices[0]:
                    self._singles.setdefault(char, []).append((number, first))
            elif choices:
                for spelling in map("".join, product(*choices)):
                    self._phrases[spelling] = (*self._phrases.get(spelling, ()), number)
                    head, size = spelling[:2], len(spelling)
                    if size not in (known := lengths.get(head, ())):
                        lengths[head] = (*known, size)


class _Classes(dict[str, str]):
    """Word as written in a text -> its class; words not met before are folded and remembered.

    Nothing is ever forgotten: a word whose class is here has its second spelling here too.
    """

    def __init__(self, index: _Index) -> None:
        super().__init__()
        self.others: dict[str, str] = {}  # words with a second spelling (U.S., US) -> the class of that
        self._index = index

    def __missing__(self, word: str) -> str:
        char, other = self._index.classes(word)
        if len(word) <= _LONG:
            if other and other != char:
                self.others[word] = other  # first: another thread may read the class as soon as it is there
            self[word] = char
        return char


class _Index:
    """The classes of folded words: which places of leaves a word fills."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._chars: list[list[str]] = [[] for _ in forms]
        self._names: dict[tuple[int, ...], str] = {}
        self._prefixes: dict[str, str] = {}
        self._sizes: tuple[int, ...] = ()
        self._forms: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._build(forms)

    def of(self, form: int) -> list[str]:
        """Return the classes of the words that fill this place of a leaf."""
        return self._chars[form]

    def classes(self, word: str) -> tuple[str, str | None]:
        """Return the class of a word as written, and that of its second spelling where some query asks for it."""
        first, *more = variants(word)
        char = self._exact.get(bare(word)) or self._look_up(first)
        return char, next((found for each in more if (found := self._look_up(each)) != _NOTHING), None)

    def _look_up(self, folded: str) -> str:
        return self._forms.get(folded) or self._longest(folded, self._prefixes) or _NOTHING

    def _longest(self, folded: str, prefixes: dict[str, Any]) -> Any:
        """Return what stands for the longest of the prefixes that the word begins with."""
        return next((prefixes[folded[:n]] for n in self._sizes if n <= len(folded) and folded[:n] in prefixes), None)

    def _build(self, forms: Sequence[Form]) -> None:
        owners: dict[str, Any] = {}  # first the numbers of forms, then in the same place the class
        beginnings: dict[str, tuple[int, ...]] = {}
        exact: dict[str, tuple[int, ...]] = {}
        for number, form in enumerate(forms):
            alone = (number,)
            for each in form.forms:
                owners[each] = owners[each] + alone if each in owners else alone
            for each in form.prefixes:
                beginnings[each] = (*beginnings.get(each, ()), number)
            if form.exact is not None:
                exact[form.exact] = (*exact.get(form.exact, ()), number)
        self._sizes = tuple(sorted({len(prefix) for prefix in beginnings}, reverse=True))
        for prefix in sorted(beginnings, key=len):  # a longer prefix carries the shorter ones that begin it
            beginnings[prefix] += self._longest(prefix[:-1], beginnings) or ()
            self._prefixes[prefix] = self._name(beginnings[prefix])
        for each, numbers in exact.items():
            folded = variants(each)[0]
            self._exact[each] = self._name(numbers + owners.get(folded, ()) + (self._longest(folded, beginnings) or ()))
        for each, numbers in owners.items():
            owners[each] = self._name(numbers + (self._longest(each, beginnings) or ()) if beginnings else numbers)
        self._forms = owners

    def _name(self, numbers: tuple[int, ...]) -> str:
        """Return the character of a class, new where these places of leaves have none in common yet."""
        char = self._names.get(numbers)
        if char is None:
            code = len(self._names) + 1
            char = chr(code if code < 0xD800 else code + 0x800)  # noqa: PLR2004 - surrogates are no characters
            self._names[numbers] = char
            for number in set(numbers):
                self._chars[number].append(char)
        return char


class _Literals:
    """Substrings of the folded text, for scripts without spaces and for symbols."""

    def __init__(self, literals: Sequence[tuple[int, str]]) -> None:
        self._numbers = [number for number, _ in literals]
        self._respelled = [at > 0 and number == literals[at - 1][0] for at, (number, _) in enumerate(literals)]
        self._automata = list(self._build([literal for _, literal in literals]))

    @staticmethod
    def _build(literals: Sequence[str]) -> Iterator[tuple[int, Callable[..., list[tuple[int, int, int]]]]]:
        if literals:
            from ahocorasick_rs import AhoCorasick

            for start in range(0, len(literals), _BATCH):
                batch = literals[start : start + _BATCH]
                yield start, AhoCorasick(batch, store_patterns=False).find_matches_as_indexes

    def find(self, text: str, found: Places, placed: Container[int]) -> None:
        if not self._automata or text.isascii():
            return
        folded = fold(text)
        if not any(search(folded) for _, search in self._automata):
            return
        folded, places = folded_with_places(text)
        as_written = is_japanese(text)
        for first, search in self._automata:
            for pattern, start, end in search(folded, overlapping=True):
                number = self._numbers[first + pattern]
                if _parts_flags(folded, start) or (as_written and self._respelled[first + pattern]):
                    continue
                spans = found.setdefault(number, {})
                if len(spans) < MAX_SPANS or number in placed:
                    spans[places[start], max(places[end], places[end - 1] + 1)] = None


def _signs_stand(signs: Signs, word: int, words: Tokens) -> bool:
    """Return whether the signs that belong to a word stand around it."""
    return signs.stand(words.gap(word - 1), words.gap(word), first=not word, last=word + 1 == len(words))


def _parts_flags(text: str, start: int) -> bool:
    """Return whether a place begins within a flag, which is two letters: Andorra's in those of Ukraine and Germany."""
    if not _FLAG_A <= text[start] <= _FLAG_Z:
        return False
    before = start
    while before and _FLAG_A <= text[before - 1] <= _FLAG_Z:
        before -= 1
    return (start - before) % 2 == 1


def _has_digit(form: Form) -> bool:
    every = (*form.forms, *form.prefixes, form.exact or "")
    return any(not each.isalpha() and any(map(str.isdigit, each)) for each in every)


def _places(row: str, piece: str) -> list[int]:
    """Return where the piece stands in the row."""
    at = row.find(piece)
    places = []
    while at >= 0:
        places.append(at)
        at = row.find(piece, at + 1)
    return places


def _joins(gap: str, written: str) -> bool:
    """Return whether a gap holds the parts of one word together: COVID-19 also as COVID 19, never as COVID. 19."""
    return len(gap) <= 1 and (gap not in _ENDS or gap == written)
