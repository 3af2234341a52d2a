"""Sources put into watchlists.yaml: what was there stays as somebody wrote it, to the letter."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.edits.source_insertion import Entry, insert_sources
from bot.config.edits.write import add
from bot.config.watchlists.watchlists_file import load
from bot.errors import ConfigError

ENTRY: Entry = {"name": "Daily Courier", "url": "https://courier.example/feed", "tags": ["world"]}
WATCHLISTS = "watchlists:\n  k: {keywords: [Kremlin]}\n"
BLOCK = "  - name: Daily Courier\n    url: https://courier.example/feed\n    tags: [world]\n"
FLOW = "{name: Daily Courier, url: 'https://courier.example/feed', tags: [world]}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"sources:\n  - name: A\n    url: http://a  # why\n\n# next\n{WATCHLISTS}",
            f"http://a  # why\n{BLOCK}\n# next\n",
        ),
        (f"sources:\n- name: A\n  url: http://a\n{WATCHLISTS}", "http://a\n- name: Daily Courier\n  url: https://cour"),
        (f"sources:\n  -   {{name: A, url: 'http://a'}} # c\n{WATCHLISTS}", f"# c\n  -   {FLOW}\nwatchlists:"),
        (f"sources: [{{name: A, url: 'http://a'}}]\n{WATCHLISTS}", f"'http://a'}}, {FLOW}]\nwatchlists:"),
        (f"sources: []  # none\n{WATCHLISTS}", f"sources:  # none\n{BLOCK}watchlists:"),
        (f"sources: [ ]\n{WATCHLISTS}", f"sources:\n{BLOCK}watchlists:"),
        (f"{WATCHLISTS}sources: null", f"sources:\n{BLOCK}"),
        (f"sources: ~\n\n{WATCHLISTS}", f"sources:\n{BLOCK}\nwatchlists:"),
        (f"sources: [\n  # none\n]\n{WATCHLISTS}", f"  # none\n{FLOW}]\nwatchlists:"),
        (f"sources: &all\n  - name: A\n    url: http://a\n{WATCHLISTS}", f"http://a\n{BLOCK}watchlists:"),
        (f"sources:  # none\n{WATCHLISTS}", f"sources:  # none\n{BLOCK}watchlists:"),
        (WATCHLISTS, f"{WATCHLISTS}\nsources:\n{BLOCK}"),
        (f"{WATCHLISTS}sources:\n  - name: A\n    url: http://a", f"url: http://a\n{BLOCK}"),
        (
            f"sources:\n  - name: A\n    url: http://a\n    # of A\n  # of all\n{WATCHLISTS}",
            f"    # of A\n{BLOCK}  # of all",
        ),
        (f"{WATCHLISTS}sources:\n  - name: A\n    url: http://a\n...\n", f"http://a\n{BLOCK}...\n"),
    ],
)
def test_a_source_is_put_where_a_person_would_put_it(before: str, after: str) -> None:
    """It follows the last one in that one's style; comments, quotes, spaces and what follows are not touched."""
    result = insert_sources(before.encode(), "w.yaml", [ENTRY]).decode()
    assert after in result
    assert all(line in result for line in before.splitlines() if not line.startswith("sources: "))


def test_line_ends_and_byte_order_marks_stay() -> None:
    """A file of Windows stays one."""
    text = "sources:\r\n  - name: A\r\n    url: http://a\r\n" + WATCHLISTS.replace("\n", "\r\n")
    result = insert_sources(b"\xef\xbb\xbf" + text.encode(), "w.yaml", [ENTRY])
    assert result.startswith(b"\xef\xbb\xbfsources:")
    assert result.count(b"\n") == result.count(b"\r\n") == text.count("\n") + 3


def test_the_file_that_is_shipped_keeps_every_line(tmp_path: Path) -> None:
    """The three lines of the new source are all that differs."""
    shipped = Path(__file__).parents[3] / "watchlists.yaml"
    file = tmp_path / "watchlists.yaml"
    file.write_bytes(shipped.read_bytes())
    file.chmod(0o640)
    add(file, [ENTRY], {})
    lines = file.read_text(encoding="utf-8").splitlines()
    added = BLOCK.splitlines()
    start = lines.index(added[0])
    assert lines[:start] + lines[start + 3 :] == shipped.read_text(encoding="utf-8").splitlines()
    assert lines[start : start + 3] == added
    assert load(file, {}).sources[-1].name == "Daily Courier"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    former = file.with_name("watchlists.yaml.bak")
    assert former.read_bytes() == shipped.read_bytes()
    assert stat.S_IMODE(former.stat().st_mode) == 0o640
    assert sorted(tmp_path.iterdir()) == [file, former]


def test_what_cannot_be_put_in_is_said_with_the_lines_to_add(tmp_path: Path) -> None:
    """A file in braces, or one that the source would make wrong, is left as it is."""
    file = tmp_path / "watchlists.yaml"
    for text, entry in (
        ('{"watchlists": {"k": {"keywords": ["Kremlin"]}}}', ENTRY),
        (f"sources:\n  - {FLOW}\n{WATCHLISTS}", ENTRY),
        (WATCHLISTS, {**ENTRY, "every": "soon"}),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match="by hand") as error:
            add(file, [entry], {})
        assert "name: Daily Courier" in str(error.value)
        assert file.read_text(encoding="utf-8") == text


def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 82: neither the file that replaces it nor the one written in place may cost what somebody wrote."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(WATCHLISTS, encoding="utf-8")
    # The former file, and the file itself: in a new one, then in place.
    times = iter([OSError(errno.ENOSPC, "No space left on device")] * 3)

    def fsync(_: int) -> None:
        for fault in times:
            raise fault

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device; add this by hand"):
        add(file, [ENTRY], {})
    assert file.read_text(encoding="utf-8") == WATCHLISTS
    monkeypatch.setattr(tempfile, "mkstemp", lambda **_: (_ for _ in ()).throw(PermissionError()))
    with pytest.raises(ConfigError, match="cannot be written"):
        add(file, [ENTRY], {})
    assert file.read_text(encoding="utf-8") == WATCHLISTS
    assert list(tmp_path.iterdir()) == [file]
    add(file, [ENTRY], {})  # its folder lets nothing be kept beside it
    assert "Daily Courier" in file.read_text(encoding="utf-8")


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever made it read-only gets the lines to add, although the folder would let us put another file there."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(WATCHLISTS, encoding="utf-8")
    file.chmod(0o444)
    if os.geteuid() == 0:  # who may write everything
        monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigError, match="cannot be written: Permission denied; add this by hand"):
        add(file, [ENTRY], {})
    assert file.read_text(encoding="utf-8") == WATCHLISTS


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    """What is replaced is the file that it leads to."""
    file, link = tmp_path / "real.yaml", tmp_path / "watchlists.yaml"
    file.write_text(WATCHLISTS, encoding="utf-8")
    link.symlink_to(file)
    add(link, [ENTRY], {})
    assert link.is_symlink()
    assert "Daily Courier" in file.read_text(encoding="utf-8")


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(str.strip),
    st.lists(
        st.sampled_from(["no", "2026", "a: b", "#x", "12:30", "- x", "ё", "null", "~", "'", '"', "x y"]), max_size=3
    ),
    st.sampled_from([f"sources: []\n{WATCHLISTS}", WATCHLISTS, f"sources:\n- name: A\n  url: http://a\n{WATCHLISTS}"]),
)
def test_whatever_a_source_is_called_it_comes_back(
    tmp_path_factory: pytest.TempPathFactory, name: str, tags: list[str], before: str
) -> None:
    """Names and tags that YAML would read as something else are quoted."""
    file = tmp_path_factory.mktemp("yaml") / "watchlists.yaml"
    try:
        data = insert_sources(before.encode(), "w.yaml", [{"name": name, "url": "https://x.example/", "tags": tags}])
        file.write_bytes(data)
        source = load(file, {}).sources[-1]
    except ConfigError:  # a name of spaces that YAML does not keep
        return
    assert (source.name, source.tags) == (name, tuple(dict.fromkeys(tags)))


def test_an_edit_of_somebody_else_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Of two that write at once, the second sees the other's file, says so and changes nothing."""
    file = tmp_path / "watchlists.yaml"
    file.write_text("watchlists: {k: {keywords: [Kremlin]}}\nsources:\n  - {name: A, url: 'https://a.example/'}\n")
    said: list[ConfigError] = []

    def write() -> None:
        try:
            add(file, [{"name": "B", "url": "https://b.example/"}], {})
        except ConfigError as error:
            said.append(error)

    with file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        writer = threading.Thread(target=write)
        writer.start()
        waiting = f":{file.stat().st_ino} "
        while not any("->" in line and waiting in line for line in Path("/proc/locks").read_text().splitlines()):
            assert writer.is_alive()
        other = file.read_text() + "  - {name: C, url: 'https://c.example/'}\n"
        (tmp_path / "new").write_text(other)
        (tmp_path / "new").replace(file)
    writer.join(10)
    assert "meanwhile" in str(said[0])
    assert file.read_text() == other
