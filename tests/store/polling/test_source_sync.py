"""Which record belongs to which source: laws that hold for every file."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Source
from bot.store.polling.source_sync import StoredSource, assign_records

NAMES = st.sampled_from("abcd")
SOURCES = st.lists(
    st.builds(lambda name, url: Source(name, url, "p"), NAMES, NAMES), max_size=5, unique_by=lambda one: one.name
)
RECORDS = st.lists(st.tuples(NAMES, NAMES, st.none() | st.integers(1, 9)), max_size=6).map(
    lambda rows: [StoredSource(number, name, url, gone) for number, (name, url, gone) in enumerate(rows)]
)


@settings(deadline=None, max_examples=200)
@given(records=RECORDS, sources=SOURCES)
def test_everything_is_assigned_once(records: list[StoredSource], sources: list[Source]) -> None:
    """Every source has one record or is new, every record has one source or is gone."""
    found = assign_records(records, sources)
    assert sorted([one.name for _, one in found.kept] + [one.name for one in found.new]) == sorted(
        one.name for one in sources
    )
    assert sorted([kept.id for kept, _ in found.kept] + [kept.id for kept in found.gone]) == [
        kept.id for kept in records
    ]


@settings(deadline=None, max_examples=200)
@given(records=RECORDS, sources=SOURCES)
def test_no_memory_is_wasted(records: list[StoredSource], sources: list[Source]) -> None:
    """A source is new only when no free record has its address or its name."""
    found = assign_records(records, sources)
    assert not {one.url for one in found.new} & {kept.url for kept in found.gone}
    assert not {one.name for one in found.new} & {kept.name for kept in found.gone}


@settings(deadline=None, max_examples=100)
@given(sources=SOURCES)
def test_an_unchanged_file_changes_nothing(sources: list[Source]) -> None:
    """The same file again gives each source its own record."""
    records = [StoredSource(number, one.name, one.url, None) for number, one in enumerate(sources)]
    found = assign_records(records, sources)
    assert all((kept.name, kept.url) == (one.name, one.url) for kept, one in found.kept)
    assert (found.new, found.gone) == ((), ())
