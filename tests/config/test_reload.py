"""An edited watchlists.yaml: noticed whatever the edit looks like to the file system, and told in words."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.reload import WatchedFile, changes, signature
from bot.model import Chat, Config, Source, Watchlist

KREMLIN = Source("Kremlin", "http://kremlin.example/feed", "kremlin.example", tags=("official",))
COURIER = Source("Daily Courier", "https://courier.example/", "courier", headers=(("Authorization", "Bearer canary"),))
LIST = Watchlist("kremlin", "Kremlin", ("Kremlin", "Peskov"))
OLD = Config((KREMLIN, COURIER), (LIST,))


def test_equal_configs_have_no_changes() -> None:
    """Nor does a comment or another order of the keywords."""
    assert changes(OLD, OLD) == ()
    assert changes(OLD, replace(OLD, watchlists=(replace(LIST, keywords=("Peskov", "Kremlin")),))) == ()


def test_changes_are_told_in_words() -> None:
    """What came, what went, and what became of the rest."""
    new = Config(
        (replace(KREMLIN, every=timedelta(seconds=90), backlog=None), Source("TASS", "https://tass.example/", "tass")),
        (
            replace(LIST, keywords=("Peskov", "summit", "Putin"), exclude=("hockey",), languages=("en",), confirm=2),
            Watchlist("new", "New", ("x",)),
        ),
        max_per_hour=10,
        timezone="Europe/Berlin",
    )
    assert changes(OLD, new) == (
        "source TASS added",
        "source Daily Courier removed",
        "source Kremlin: every 10m → 90s, backlog 0 → all",
        "watchlist new added with 1 keyword",
        "+2 keywords in kremlin",
        "-1 keyword in kremlin",
        "+1 exclusion in kremlin",
        "watchlist kremlin: languages all → en, confirm 1 → 2",
        "max_per_hour: 30 → 10",
        "timezone: UTC → Europe/Berlin",
    )
    assert changes(new, OLD)[:2] == ("source Daily Courier added", "source TASS removed")
    assert "watchlist new removed" in changes(new, OLD)


def test_no_secret_is_in_what_changed() -> None:
    """Headers and addresses may hold one: that they changed is all that is said."""
    other = replace(COURIER, headers=(("Authorization", "Bearer second"),), url="https://u:third@courier.example/")
    assert changes(OLD, replace(OLD, sources=(KREMLIN, other))) == (
        "source Daily Courier: url changed, headers changed",
    )


def test_fixed_readers_that_changed_are_said() -> None:
    """Without their numbers, which nobody knows by heart."""
    new = replace(OLD, watchlists=(replace(LIST, deliver_to=(Chat(-100, 7),)),))
    assert changes(OLD, new) == ("watchlist kremlin: deliver_to changed",)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_there_are_words_for_every_change_of_keywords_and_none_else(old: list[str], new: list[str]) -> None:
    """Something is said exactly when the set of keywords differs."""
    before, after = (Config((), (Watchlist("w", "w", tuple(words)),)) for words in (old, new))
    assert bool(changes(before, after)) == (set(old) != set(new))


def test_an_edit_is_noticed_once_at_the_second_look(tmp_path: Path) -> None:
    """The first look may find a file half written."""
    path = tmp_path / "w.yaml"
    path.write_text("one", encoding="utf-8")
    watched = WatchedFile(path)
    assert not watched.changed()
    path.write_text("tw", encoding="utf-8")
    assert not watched.changed()
    path.write_text("two", encoding="utf-8")
    assert not watched.changed()
    assert watched.changed()
    watched.accept()
    assert not watched.changed()


def test_an_edit_is_new_until_it_is_in_force(tmp_path: Path) -> None:
    """What could not be swapped in is found at each look, and a newer content takes the place of an accepted one."""
    path = tmp_path / "w.yaml"
    path.write_text("one", encoding="utf-8")
    watched = WatchedFile(path)
    path.write_text("two", encoding="utf-8")
    assert [watched.changed() for _ in range(3)] == [False, True, True]
    path.write_text("three", encoding="utf-8")
    watched.accept()  # of the second
    assert [watched.changed() for _ in range(2)] == [False, True]
    watched.accept()
    assert not watched.changed()


def test_an_edit_that_keeps_size_and_time_is_noticed(tmp_path: Path) -> None:
    """As on file systems with coarse times, and from editors that restore them."""
    path = tmp_path / "w.yaml"
    path.write_text("one", encoding="utf-8")
    times = path.stat()
    watched = WatchedFile(path)
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert [watched.changed(), watched.changed()] == [False, True]


def test_a_swapped_link_is_noticed(tmp_path: Path) -> None:
    """Kubernetes mounts a ConfigMap as a link to a link, and swaps the directory."""
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "w.yaml").write_text(name, encoding="utf-8")
    (tmp_path / "data").symlink_to("v1")
    (tmp_path / "w.yaml").symlink_to("data/w.yaml")
    watched = WatchedFile(tmp_path / "w.yaml")
    (tmp_path / "next").symlink_to("v2")
    (tmp_path / "next").replace(tmp_path / "data")
    assert [watched.changed(), watched.changed()] == [False, True]


def test_a_touch_or_a_missing_file_is_no_change(tmp_path: Path) -> None:
    """An editor that removes and writes anew brings a change only when the content is another."""
    path = tmp_path / "w.yaml"
    path.write_text("one", encoding="utf-8")
    watched = WatchedFile(path)
    os.utime(path, (1, 1))
    assert not any(watched.changed() for _ in range(3))
    path.unlink()
    assert not any(watched.changed() for _ in range(3))
    path.write_text("one", encoding="utf-8")
    assert not any(watched.changed() for _ in range(3))


def test_a_file_that_comes_later_is_a_change(tmp_path: Path) -> None:
    """A bot may run before its file is there."""
    watched = WatchedFile(tmp_path / "w.yaml")
    assert signature(tmp_path / "w.yaml") is None
    (tmp_path / "w.yaml").write_text("one", encoding="utf-8")
    assert [watched.changed(), watched.changed()] == [False, True]


def test_a_file_may_be_replaced_by_a_directory(tmp_path: Path) -> None:
    """It cannot be read, which is no change and no crash."""
    path = tmp_path / "w.yaml"
    path.write_text("one", encoding="utf-8")
    watched = WatchedFile(path)
    path.unlink()
    path.mkdir()
    assert not any(watched.changed() for _ in range(3))


@pytest.mark.parametrize(("every", "said"), [(3600, "1h"), (90, "90s"), (120, "2m")])
def test_times_are_told_as_they_are_written(every: int, said: str) -> None:
    """The largest unit that fits."""
    new = replace(OLD, sources=(replace(KREMLIN, every=timedelta(seconds=every)), COURIER))
    assert changes(OLD, new) == (f"source Kremlin: every 10m → {said}",)


def test_a_pipe_is_no_file_to_watch(tmp_path: Path) -> None:
    """Whoever opened it would wait for ever."""
    os.mkfifo(tmp_path / "w.yaml")
    assert not any(WatchedFile(tmp_path / "w.yaml").changed() for _ in range(2))
