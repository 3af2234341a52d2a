"""What an edit did to lines: shown to people, and taken back while its place is untouched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.config.edits.hunks import diff_lines, inverse, make_hunk, revert_hunk

LINES = st.lists(st.sampled_from(["a\n", "b\n", "a\r\n", "  - x\n", "\n"]), max_size=8)


@given(LINES, LINES, LINES, LINES, st.booleans())
def test_a_hunk_taken_back_leaves_what_was(
    above: list[str], old: list[str], new: list[str], below: list[str], whole: bool
) -> None:
    """Whatever lines come and go, at the beginning, in the middle or at the end, with or without a last line break."""
    before, after = ("".join([*above, *middle, *below]) for middle in (old, new))
    if not whole:
        before, after = before.rstrip("\r\n"), after.rstrip("\r\n")
    hunk = make_hunk(before, after)
    if before == after or not (hunk.above or hunk.added or hunk.below):
        return
    assert revert_hunk(after, hunk) == before
    if before:
        assert revert_hunk(before, inverse(hunk)) == after


def test_of_lines_that_look_alike_the_nearest_is_meant_and_of_changed_ones_none() -> None:
    """What stood around a line may have changed, if the line itself stands there once."""
    before = "k:\n  - a\nj:\n  - a\n"
    hunk = make_hunk(before, before.replace("j:\n  - a\n", "j:\n  - a\n  - b\n"))
    assert revert_hunk("# new\n" + before + "  - b\n", hunk) == "# new\n" + before
    assert revert_hunk("k:\n  - c\nj:\n  - c\n  - b\n", hunk) == "k:\n  - c\nj:\n  - c\n"
    assert revert_hunk("k:\n  - b\nj:\n  - c\n  - b\n", hunk) is None
    assert revert_hunk(before, hunk) is None


def test_long_lines_are_cut_to_where_they_differ_and_secrets_are_not_shown() -> None:
    """A line with headers, a proxy or a password in an address is only said to have changed."""
    long = "keywords: [" + "word, " * 200 + "end]\n"
    (gone, new) = diff_lines(make_hunk(long, long.replace("end]", "end, new]")))
    assert len(new) < 320
    assert new.endswith("end, new]")
    assert gone.startswith("1 - …")
    (_, secret) = diff_lines(make_hunk("url: http://a\n", "url: http://me:word@a\n"))
    assert secret == "2 + (a line that may hold a secret)".replace("2", "1")
