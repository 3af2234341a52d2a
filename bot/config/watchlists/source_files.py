"""Sources that stand in files beside watchlists.yaml: `sources_from: [world.opml, "sources/*.yaml"]`.

In: the patterns, and the folder of watchlists.yaml. Out: the sources of all files, with mistakes and warnings as lines
`file:line:column: …`. A file is read again only where its bytes have changed, so that an edit of one of many costs
what is in that one. Nothing is fetched, and a list of feeds, which may be anybody's, gets nothing of the environment.
"""

from __future__ import annotations

import glob
import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from pydantic import ValidationError

from bot.config.regular_file import read_regular_file
from bot.config.watchlists import validation_errors
from bot.config.watchlists.checks import Findings, check_sources
from bot.config.watchlists.watchlists_schema import DefaultsSection, SourceSection, SourcesSection
from bot.config.watchlists.yaml_file import MOST_BYTES, child, compose, plain, shown, values
from bot.errors import ConfigError
from bot.model import Source
from bot.text.opml_parser import Feed, parse_opml

MOST_FILES = 1_000
MOST_SOURCES = 250_000  # of all files together: 100,000 take 150 MB
_LISTS = frozenset({".opml", ".xml"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all files: `make` turns a section into a source, defaults applied."""

    defaults: DefaultsSection
    environ: Mapping[str, str]
    make: Callable[[SourceSection, DefaultsSection], Source]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was read: `lines` says on which line each of its sources stands."""

    name: str
    digest: bytes
    sources: tuple[Source, ...] = ()
    lines: array[int] = field(default_factory=lambda: array("I"))
    is_list: bool = False  # a list of feeds, whose names and addresses nobody here has chosen
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()  # and tags
    publishers: frozenset[str] = frozenset()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class SourcesOfFiles:
    """What all files come to."""

    sources: tuple[Source, ...] = ()
    names: frozenset[str] = frozenset()  # and tags
    publishers: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    fingerprint: str = ""  # tells one content from another


class SourceFiles:
    """The files of one watchlists.yaml; remembers them between two loads."""

    def __init__(self) -> None:
        self._read: dict[Path, SourceFile] = {}
        self._defaults: DefaultsSection | None = None
        self._places: tuple[Path, tuple[str, ...]] = Path(), ()

    def signature(self) -> bytes:
        """Return what tells one content of the files last named from another, as they are now."""
        folder, patterns = self._places
        found = ((path, _digest(path)) for path in dict.fromkeys(_paths(folder, patterns)))
        return _together((path, digest) for path, digest in found if digest is not None)

    def loaded(self) -> bytes:
        """Return the same of the contents that were loaded."""
        return _together((path, file.digest) for path, file in self._read.items() if file.digest)

    def load(self, folder: Path, patterns: Sequence[str], own: Sequence[Source], terms: Terms) -> SourcesOfFiles:
        """Return what the files hold beside the `own` sources of watchlists.yaml."""
        self._places = folder, tuple(patterns)
        known = self._read if terms.defaults == self._defaults else {}
        problems, warnings = list[str](), list[str]()
        paths = dict.fromkeys(_paths(folder, patterns))
        for pattern in patterns:
            if not any(True for _ in _paths(folder, (pattern,))):
                warnings.append(f"{folder / pattern}:1:1: sources_from names it, and there is no such file")
        if len(paths) > MOST_FILES:
            problems.append(f"{folder}:1:1: sources_from names more than {MOST_FILES} files; put sources together")
            paths = dict.fromkeys(list(paths)[:MOST_FILES])
        read: dict[Path, SourceFile] = {}
        for path in paths:
            digest = _digest(path)
            before = known.get(path)
            read[path] = before if before and before.digest == digest else _load(path, terms)
        self._read, self._defaults = read, terms.defaults
        files = tuple(read.values())
        sources, doubles, repeated = _merge(files, own)
        if len(sources) > MOST_SOURCES:
            problems.append(f"{folder}:1:1: more than {MOST_SOURCES} sources; split them over several bots")
        return SourcesOfFiles(
            sources,
            frozenset().union(*(file.names for file in files), (one.name for one in sources if one.name)),
            frozenset().union(*(file.publishers for file in files)),
            (*problems, *(line for file in files for line in file.problems), *doubles),
            (*warnings, *(line for file in files for line in file.warnings), *repeated),
            "".join(file.fingerprint for file in files),
        )


def _paths(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """Yield the files that the patterns name, in their order, each pattern's by name.

    A pattern that no file can have (absolute, too long, odd stars) finds nothing: `Path.glob` would raise.
    """
    for pattern in patterns:
        if glob.has_magic(pattern):
            found = glob.glob(pattern, root_dir=folder, recursive=True, include_hidden=True)  # noqa: PTH207 - as above
            yield from sorted(folder / one for one in found if os.path.isfile(folder / one))  # noqa: PTH113 - raises not
        elif os.path.exists(folder / pattern):  # noqa: PTH110 - `Path.exists` raises for a name that is too long
            yield folder / pattern


def _digest(path: Path) -> bytes | None:
    try:
        return blake2b(read_regular_file(path, MOST_BYTES + 1), digest_size=16).digest()
    except (OSError, ValueError):
        return None


def _together(files: Iterator[tuple[Path, bytes]]) -> bytes:
    return blake2b(b"".join(str(path).encode() + digest for path, digest in files), digest_size=16).digest()


def _load(path: Path, terms: Terms) -> SourceFile:
    name = str(path)
    try:
        data = read_regular_file(path, MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return SourceFile(name, b"", problems=(f"{name}:1:1: cannot be read: {reason}; check its permissions",))
    digest = blake2b(data, digest_size=16).digest()
    try:
        file = _from_list(name, data, terms) if path.suffix.lower() in _LISTS else _from_yaml(name, data, terms)
    except ConfigError as error:
        return SourceFile(name, digest, problems=tuple(error.problems))
    said = repr(file.sources).encode("utf-8", "replace")
    return replace(
        file,
        digest=digest,
        names=frozenset(text for one in file.sources for text in (one.name, *one.tags)),
        publishers=frozenset(one.publisher for one in file.sources),
        fingerprint=blake2b(said, digest_size=8).hexdigest(),
    )


def _from_yaml(name: str, data: bytes, terms: Terms) -> SourceFile:
    found = Findings(compose(data, name), [], [])
    content = plain(found.document, found.problems)
    try:
        section = SourcesSection.model_validate(content)
    except ValidationError as error:
        found.problems += validation_errors.lines(error, found.document, content)
        section = None
    check_sources(found, terms.environ)
    if found.problems or section is None:
        return SourceFile(name, b"", problems=tuple(found.ordered(found.problems)))
    places = (node.start_mark.line + 1 for node in values(child(found.document.root, "sources")))
    made = tuple(terms.make(one, terms.defaults) for one in section.sources)
    return SourceFile(name, b"", made, array("I", places), warnings=tuple(found.ordered(found.warnings)))


def _from_list(name: str, data: bytes, terms: Terms) -> SourceFile:
    outlines = parse_opml(data)
    if not outlines.is_list:
        return SourceFile(name, b"", problems=(f"{name}:1:1: no list of feeds: it has none of the tags of OPML",))
    made, warnings = list[Source](), [f"{name}:1:1: {line}" for line in outlines.mended]
    for feed in outlines.feeds:
        one = None if "${" in feed.url else _of_feed(feed, terms)  # no secret of ours for whoever wrote the list
        if one is None:
            warnings.append(f"{name}:1:1: '{shown(feed.title)}' is left out: its address is none that can be asked")
        else:
            made.append(one)
    return SourceFile(name, b"", tuple(made), array("I", [1] * len(made)), is_list=True, warnings=tuple(warnings))


def _of_feed(feed: Feed, terms: Terms) -> Source | None:
    content = {"name": feed.title or feed.url, "url": feed.url, "tags": list(feed.folders)}
    try:
        return terms.make(SourceSection.model_validate(content), terms.defaults)
    except ValidationError:
        return None


def _merge(files: Sequence[SourceFile], own: Sequence[Source]) -> tuple[tuple[Source, ...], list[str], list[str]]:
    """Return the sources of all files, each under a name of its own, with mistakes and warnings.

    What a list of feeds repeats is left out, and what it calls as another is called gets its publisher behind it.
    """
    names = {one.name for one in own}
    addresses = {one.url for one in own}
    merged, problems, warnings = list[Source](), list[str](), list[str]()
    for file in files:
        for one, line in zip(file.sources, file.lines, strict=True):
            name = one.name
            if one.url in addresses:
                warnings.append(f"{file.name}:{line}:1: the same address as another source; one of them is enough")
                if file.is_list:
                    continue
            if name in names and file.is_list:
                name = _free_name(one, names)
            elif name in names:
                problems.append(f"{file.name}:{line}:1: duplicate source name '{shown(name)}'; name it otherwise")
            names.add(name)
            addresses.add(one.url)
            merged.append(one if name is one.name else replace(one, name=name))
    return tuple(merged), problems, warnings


def _free_name(one: Source, names: set[str]) -> str:
    name, number = f"{one.name} ({one.publisher})", 2
    while name in names:
        name, number = f"{one.name} ({one.publisher} {number})", number + 1
    return name
