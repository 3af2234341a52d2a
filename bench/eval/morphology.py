"""How well keywords find the forms of their word: our engine beside exact words, Snowball, simplemma and pymorphy3.

Running text: the keyword is a lemma (a noun or name of over three letters, seen in more than one form), the texts
are sentences, gold are the sentences that hold a token of that lemma; precision and recall over all pairs.
Word by word: recall is the share of (lemma, form) pairs that match; false hits are those of another lemma's forms.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import pymorphy3
import simplemma
import Stemmer

from bot.matching.engine import build_engine
from bot.model import Watchlist
from bot.text.tokens import fold, tokens

DATA: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "morphology"
TEXTS: Final = {"ru": "ru_gsd", "uk": "uk_iu", "en": "en_ewt", "de": "de_gsd"}
LISTS: Final = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "pl": "polish",
    "ru": "russian", "uk": "ukrainian",
}  # fmt: skip
SNOWBALL: Final = {**LISTS, "uk": None, "pl": "polish"}
Matches = set[tuple[str, int]]  # (keyword, number of the text)


def sentences(path: Path) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Give each sentence of a CoNLL-U file as text, with the (form, lemma, part of speech) of its tokens."""
    text, words = "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        columns = line.split("\t")
        if line.startswith("# text = "):
            text = line[9:]
        elif columns[0].isdigit():
            words.append((columns[1], columns[2], columns[3]))
        elif not line and words:
            yield text, words
            words = []


def ours(keywords: Iterable[str], texts: list[str], languages: tuple[str, ...]) -> Matches:
    """Ask the engine, as a user would: each keyword a query."""
    engine = build_engine([Watchlist("w", "w", tuple(f"{word}" for word in keywords), languages=languages)])
    return {(match.query, number) for number, text in enumerate(texts) for match in engine.match(text)}


def by_key(keywords: Iterable[str], texts: list[str], keys: Callable[[str], Iterable[str]]) -> Matches:
    """Match a keyword with every text that has a word with a key in common."""
    index: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        for word in tokens(text).words:
            for key in keys(word):
                index[key].add(number)
    return {(word, number) for word in keywords for key in keys(word) for number in index.get(key, ())}


def rivals(language: str) -> dict[str, Callable[[str], Iterable[str]]]:
    """Return what a user would pick instead, each as a function from a word to its keys."""
    found: dict[str, Callable[[str], Iterable[str]]] = {"exact": lambda word: (fold(word),)}
    if name := SNOWBALL[language]:
        try:
            stem = Stemmer.Stemmer(name).stemWord
            found["Snowball"] = lambda word: (stem(word.lower()),)
        except KeyError:
            pass
    found["simplemma"] = lru_cache(maxsize=None)(lambda word: (simplemma.lemmatize(word, lang=language).lower(),))
    if language in ("ru", "uk"):
        parse = pymorphy3.MorphAnalyzer(lang=language).parse
        found["pymorphy3"] = lru_cache(maxsize=None)(lambda word: (fold(parse(word)[0].normal_form),))
    return found


def running_text() -> None:
    """Print precision and recall on sentences."""
    print(f"{'running text':24}{'keywords':>9}{'P':>8}{'R':>8}{'seconds':>9}")
    for language, name in TEXTS.items():
        texts, seen, gold = [], defaultdict(set), defaultdict(set)
        for number, (text, words) in enumerate(sentences(DATA / f"{name}-ud-dev.conllu")):
            texts.append(text)
            for form, lemma, part in words:
                gold[lemma.lower()].add(number)
                if part in ("NOUN", "PROPN") and len(lemma) > 3 and lemma.isalpha():
                    seen[lemma.lower()].add(form.lower())
        keywords = sorted(lemma for lemma, forms in seen.items() if len(forms) > 1)
        right = {(word, number) for word in keywords for number in gold[word]}
        ways: dict[str, Callable[[], Matches]] = {
            way: partial(by_key, keywords, texts, keys) for way, keys in rivals(language).items()
        }
        ways["ours"] = partial(ours, keywords, texts, (language,))
        ways["ours, no languages"] = partial(ours, keywords, texts, ())
        for way, run in ways.items():
            start = time.perf_counter()
            hits = run()
            seconds = time.perf_counter() - start
            good = len(hits & right)
            print(f"{language} {way:21}{len(keywords):9}{good / len(hits):8.3f}{good / len(right):8.3f}{seconds:9.2f}")


def word_by_word() -> None:
    """Print recall and false hits on the lists of (lemma, form)."""
    print(f"\n{'word by word':24}{'pairs':>9}{'recall':>8}{'false':>8}")
    for language, name in LISTS.items():
        path = DATA / f"sigmorphon-{name}-dev.tsv"
        pairs = [tuple(line.split("\t")[:2]) for line in path.read_text(encoding="utf-8").splitlines()]
        lemmas = [lemma for lemma, _ in pairs]
        others = lemmas[:]
        random.Random(7).shuffle(others)  # noqa: S311 - the same sample every time
        forms = [form for _, form in pairs]
        quoted = {lemma: f'"{lemma}"' for lemma in lemmas}
        for way, keys in {**rivals(language), "ours": None, "ours, no languages": None}.items():
            if keys is None:
                scope = (language,) if way == "ours" else ()
                hits = {(query.strip('"'), number) for query, number in ours(quoted.values(), forms, scope)}
            else:
                hits = _phrases(lemmas, forms, keys)
            recall = sum((lemma, number) in hits for number, lemma in enumerate(lemmas)) / len(pairs)
            false = sum((o, n) in hits for n, o in enumerate(others) if o != lemmas[n]) / len(pairs)
            print(f"{language} {way:21}{len(pairs):9}{recall:8.3f}{false:8.4f}")


def _phrases(lemmas: list[str], forms: list[str], keys: Callable[[str], Iterable[str]]) -> Matches:
    """Match whole entries, of several words some of them, word for word."""
    index: dict[Any, set[int]] = defaultdict(set)
    for number, form in enumerate(forms):
        index[tuple(key for word in form.split() for key in keys(word))].add(number)
    return {
        (lemma, number)
        for lemma in lemmas
        for number in index.get(tuple(key for word in lemma.split() for key in keys(word)), ())
    }


if __name__ == "__main__":
    if DATA.is_dir():
        running_text()
        word_by_word()
    else:
        print(f"skipped: no labelled data at {DATA}")
