"""Checks of watchlists.yaml across places: names, references, keywords, variables.

In: the nodes of the file, however wrong they are elsewhere, so that all mistakes come out at once. Out: `Findings`,
mistakes and warnings as lines. No value of a header or variable is ever repeated in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import yaml

from bot.config.watchlists.yaml_file import YamlDocument, child, pairs, problem, reading, shown, values
from bot.config.watchlists.yaml_values import SPOKEN, nearest
from bot.errors import QueryError
from bot.i18n import LANGUAGES
from bot.matching.loose_operators import LooseQuery, find_loose
from bot.model import Config
from bot.proxies.proxy_address import parse_proxy
from bot.text.language import is_function_word
from bot.text.scrub import scrub
from bot.urls import publisher_of

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_CASE_COUNTS = frozenset("=/")  # signs of a query in which upper and lower case are not the same
_TELLING = 8  # characters of a value that stands nowhere by chance; the keys of feeds have 20 and more
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


class Parsed(Protocol):
    """What a checked keyword tells: the operands of its `source:`, each with its column from 1."""

    @property
    def sources(self) -> tuple[tuple[str, int], ...]:
        """Return them in the order written."""
        ...


ParseQuery = Callable[[str], Parsed]
Verdict = tuple[tuple[str, int], ...] | QueryError


@dataclass(slots=True)
class Findings:
    """Mistakes and warnings so far."""

    document: YamlDocument
    problems: list[str]
    warnings: list[str]

    def wrong(self, node: yaml.Node, message: str, offset: int | None = None) -> None:
        """Add a mistake: at the node, or at a character of its value."""
        self.problems.append(problem(self.document, node, message, offset))

    def warn(self, node: yaml.Node, message: str, offset: int | None = None) -> None:
        """Add a warning."""
        self.warnings.append(problem(self.document, node, message, offset))

    def ordered(self, lines: list[str]) -> list[str]:
        """Return the lines in the order of the file, each once."""
        skip = len(self.document.name) + 1
        return sorted(set(lines), key=lambda line: (*map(int, line[skip:].split(":", 2)[:2]), line))


def texts(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield the texts of a list, those too that YAML takes for something else: they will stand in quotes."""
    for value in values(node):
        if isinstance(value, yaml.ScalarNode) and reading(value) != "nothing" and value.value.strip():
            yield value


def check_sources(found: Findings, environ: Mapping[str, str]) -> None:
    """Find double names and addresses, misplaced selectors, and headers that cannot be sent."""
    names: dict[str, yaml.Node] = {}
    addresses: dict[str, yaml.Node] = {}
    for source in values(child(found.document.root, "sources")):
        name, url, kind, select = (child(source, key) for key in ("name", "url", "kind", "select"))
        if isinstance(name, yaml.ScalarNode) and names.setdefault(name.value, name) is not name:
            line = names[name.value].start_mark.line + 1
            found.wrong(
                name, f"duplicate source name '{shown(name.value)}'; line {line} has it already, name it otherwise"
            )
        if isinstance(url, yaml.ScalarNode) and addresses.setdefault(url.value, url) is not url:
            line = addresses[url.value].start_mark.line + 1
            found.warn(url, f"the same address as on line {line}; one of them is enough")
        if select is not None and isinstance(kind, yaml.ScalarNode) and kind.value in {"feed", "sitemap"}:
            found.wrong(select, f"select is for pages, and this is a {kind.value}; remove select, or set kind: page")
        elif isinstance(select, yaml.ScalarNode) and select.value.strip() and (mistake := _selector(select.value)):
            found.wrong(select, f'no CSS selector: {mistake}; write one such as "main h2 a"')
        if isinstance(url, yaml.ScalarNode):
            check_variables(found, url, environ)
        _check_headers(found, child(source, "headers"), environ)
        _check_proxy(found, child(source, "proxy"), environ)


def _selector(text: str) -> str | None:
    """Return what is wrong with a CSS selector."""
    from cssselect import HTMLTranslator, SelectorError

    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as error:
        return shown(str(error))
    return None


def _check_headers(found: Findings, headers: yaml.Node | None, environ: Mapping[str, str]) -> None:
    seen: set[str] = set()
    for key, value in pairs(headers):
        if key.value.lower() in seen:
            found.wrong(key, f"duplicate header '{shown(key.value)}' (case does not matter); keep one of them")
        seen.add(key.value.lower())
        if not isinstance(value, yaml.ScalarNode):
            continue
        check_variables(found, value, environ)
        if not fill_variables(value.value, environ).isprintable():
            found.wrong(
                value, "a header must be one line without control characters; check the value and its variables"
            )


def _check_proxy(found: Findings, proxy: yaml.Node | None, environ: Mapping[str, str]) -> None:
    if not isinstance(proxy, yaml.ScalarNode) or not proxy.value.strip() or reading(proxy) is not None:
        return
    check_variables(found, proxy, environ)
    try:
        parse_proxy(fill_variables(proxy.value, environ))
    except ValueError as error:  # never with the address: it may hold a password
        found.wrong(proxy, str(error))


def check_variables(found: Findings, value: yaml.ScalarNode, environ: Mapping[str, str]) -> bool:
    """Return whether all variables of a value are there; find those that are not."""
    before = len(found.problems)
    for variable in _VARIABLE.finditer(value.value):
        name, at = variable[1], variable.start()
        if not _NAME.fullmatch(name):  # not repeated: it may be the secret itself
            found.wrong(value, "between ${ and } stands the name of a variable: letters, digits and _", at)
        elif not environ.get(name):
            found.wrong(value, f"{name} is not in the environment; set it where the bot runs, or in .env", at)
    return len(found.problems) == before


def fill_variables(value: str, environ: Mapping[str, str]) -> str:
    """Return an address or the value of a header with its `${NAME}` replaced."""
    return _VARIABLE.sub(lambda variable: environ.get(variable[1], ""), value)


def without_variables(address: str) -> str:
    """Return an address of a site or a list, not of the operator, so written that no variable is seen in it.

    Else whoever chose the address could name one, and would be sent its value. What is invisible goes first: it would
    go when the file is read.
    """
    return scrub(address).replace("${", "$%7B")


def restore_variables(value: str, written: str, environ: Mapping[str, str]) -> str:
    """Return the value with what stands for the variables of `written` in it replaced by their `${NAME}` again.

    A value of a few characters is replaced nowhere else than in `written` itself: it may stand anywhere by chance.
    """
    if value == fill_variables(written, environ):
        return written
    for variable in _VARIABLE.finditer(written):
        filled = environ.get(variable[1], "")
        if len(filled) >= _TELLING:
            value = value.replace(filled, variable[0])
    return value


def check_watchlists(
    found: Findings,
    parse_query: ParseQuery,
    more_names: frozenset[str] = frozenset(),
    more_publishers: frozenset[str] = frozenset(),
) -> None:
    """Find keywords that are no queries, and names of sources that there are not, here or in other files (`more_…`)."""
    names, publishers = _names(found.document.root)
    names, publishers = names | more_names, publishers | more_publishers
    known = {name.casefold(): name for name in names | publishers}
    verdicts: dict[str, Verdict] = {}
    for _, watchlist in pairs(child(found.document.root, "watchlists")):
        for source in texts(child(watchlist, "sources")):
            if source.value not in names:
                hint = nearest(source.value, names) or "write the name or a tag of one under sources"
                found.wrong(source, f"unknown source or tag '{shown(source.value)}'; {hint}")
        for part in ("keywords", "exclude"):
            _check_worth(found, texts(child(watchlist, part)))
            for keyword in texts(child(watchlist, part)):
                text = str(keyword.value)
                if text not in verdicts:
                    verdicts[text] = _verdict(text, parse_query)
                _report_query(found, keyword, verdicts[text], known)


def _check_worth(found: Findings, keywords: Iterable[yaml.ScalarNode]) -> None:
    """Warn of what is there already, whatever its case, and of words that would fire on nearly everything."""
    seen: dict[str, yaml.ScalarNode] = {}
    for keyword in keywords:
        text = " ".join(str(keyword.value).split())
        key = text if _CASE_COUNTS & set(text) else text.casefold()
        first = seen.setdefault(key, keyword)
        if first is not keyword:
            found.warn(
                keyword, f"'{shown(text)}' is on line {first.start_mark.line + 1} already; one of them is enough"
            )
        elif is_function_word(text):
            found.warn(
                keyword,
                f"'{shown(text)}' stands in nearly every text; write ={shown(text)} for exactly this form, "
                "or put a phrase in quotes",
            )


def _names(root: yaml.Node) -> tuple[set[str], set[str]]:
    """Return the names and tags of all sources, and their publishers."""
    names: set[str] = set()
    publishers: set[str] = set()
    for source in values(child(root, "sources")):
        name, url, publisher = (child(source, key) for key in ("name", "url", "publisher"))
        names |= {str(name.value)} if isinstance(name, yaml.ScalarNode) else set()
        names |= {str(tag.value) for tag in texts(child(source, "tags"))}
        publishers |= {str(publisher.value)} if isinstance(publisher, yaml.ScalarNode) else set()
        publishers |= {publisher_of(url.value)} if isinstance(url, yaml.ScalarNode) else set()
    return names, publishers


def _verdict(text: str, parse_query: ParseQuery) -> Verdict:
    try:
        return parse_query(text).sources
    except QueryError as error:
        return error


def _report_query(found: Findings, keyword: yaml.ScalarNode, verdict: Verdict, known: Mapping[str, str]) -> None:
    if isinstance(verdict, QueryError):
        found.wrong(
            keyword,
            f"in {shown(' '.join(keyword.value.split()))}: {' '.join(str(verdict).split())}",
            verdict.column - 1,
        )
        return
    if loose := find_loose(keyword.value):
        found.warn(keyword, _loose_hint(loose), loose.at)
    for operand, column in verdict:
        if operand.casefold() not in known:
            hint = nearest(operand, tuple(known.values())) or "this part never matches"
            found.warn(keyword, f"no source, tag or publisher is called '{shown(operand)}'; {hint}", column - 1)


def _loose_hint(loose: LooseQuery) -> str:
    """Say that a word or sign is no operator here, and what can be written instead."""
    (_, first), (_, second) = loose.readings[:2]
    said = "a line break" if loose.said == "\n" else f"'{shown(loose.said)}'"
    return f"{said} is no operator, so all of these words must be there; write {shown(first)}, or {shown(second)}"


def check_without_model(found: Findings) -> None:
    """Warn of what nobody judges, as no language model is set."""
    for _, watchlist in pairs(child(found.document.root, "watchlists")):
        if (only := child(watchlist, "only")) is not None:
            found.warn(only, "'only' holds nothing back without a language model; set NEWSWATCH_MODEL_URL and _MODEL")


def check_odd(found: Findings, config: Config) -> None:
    """Warn of what is allowed and hardly meant."""
    root = found.document.root
    language = child(child(root, "defaults"), "language")
    if language is not None and config.language not in LANGUAGES:
        found.warn(language, f"the bot has no texts in '{config.language}' and will write English; {SPOKEN}")
    for part, those in (("sources", config.sources), ("watchlists", config.watchlists)):
        if not those:
            found.warn(root, f"there are no {part}; add some under {part}")
    sections = {key.value: section for key, section in pairs(child(root, "watchlists"))}
    everyone = {source.publisher for source in config.sources}
    called: dict[str, set[str]] = {name: set() for watchlist in config.watchlists for name in watchlist.sources}
    for source in config.sources:
        for name in (source.name, *source.tags):
            if name in called:
                called[name].add(source.publisher)
    for watchlist in config.watchlists:
        section = sections.get(watchlist.id)
        heard = [called.get(name, set()) for name in watchlist.sources]
        voices = set[str]().union(*heard) if heard else everyone
        for needs, needed, then in (
            ("confirm", watchlist.confirm, "speak"),
            ("urgent_at", watchlist.urgent_at, "be urgent"),
        ):
            node = child(section, needs)
            if node is not None and needed > max(len(voices), 1):
                have = "1 publisher" if len(voices) == 1 else f"{len(voices)} publishers"
                found.warn(node, f"{needs} is {needed}, but its sources have {have}: it will never {then}")
    nodes = [root]
    while nodes:
        node = nodes.pop()
        nodes += values(node)
        for key, value in pairs(node):
            nodes.append(value)
            if reading(value) == "nothing":
                found.warn(key, f"'{shown(key.value)}' has no value and counts as left out")
