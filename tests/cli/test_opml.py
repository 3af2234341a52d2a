"""`newswatch opml`, in a process of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.config.watchlists.watchlists_file import load

if TYPE_CHECKING:
    from tests.plugins.home import Home

pytestmark = pytest.mark.e2e

WATCHLISTS = "watchlists:\n  k: {keywords: [Kremlin]}\n"
LIST = (
    "<opml version='1.0'><body><outline text='Press & Co'><outline text='Courier' xmlUrl='https://courier.example/rss'>"
    "<outline text='BBC' xmlUrl='http://bbc.example/'/><outline text='Own' xmlUrl='http://10.0.0.1/feed'/>"
)


async def test_a_broken_list_is_added_and_what_was_mended_is_said(home: Home) -> None:
    """New feeds go to the end of `sources` with their folder as a tag; the YAML is printed, the rest is said beside."""
    text = f"sources:\n  # ours\n  - name: Old\n    url: http://bbc.example/  # why\n{WATCHLISTS}"
    file = home.watch(text)
    (home.folder / "list.opml").write_text(LIST, encoding="utf-8")
    ended = await home.run("opml", "import", "list.opml")
    added = "  - name: Courier\n    url: https://courier.example/rss\n    tags: [Press & Co]\n"
    assert (ended.code, ended.out) == (0, added)
    assert "mended: an & that is not escaped" in ended.err
    assert "left out: Own: http://10.0.0.1/feed: not on the public internet" in ended.err
    assert f"1 of 3 feeds added to {file}" in ended.err
    assert file.read_text(encoding="utf-8") == text.replace("# why\n", f"# why\n{added}")
    again = await home.run("opml", "import", "list.opml", "--json")
    assert json.loads(again.out)["known"] == ["Courier", "Old"]
    assert load(file, {}).sources[1].tags == ("Press & Co",)


async def test_a_list_without_a_file_to_put_it_into_is_printed(home: Home) -> None:
    """Where there is no watchlists.yaml yet, the lines for one come out; a file that is no list is a mistake."""
    home.watch("").unlink()
    (home.folder / "list.opml").write_text(LIST, encoding="utf-8")
    ended = await home.run("opml", "import", "list.opml")
    assert ended.code == 0
    assert ended.out.startswith("  - name: Courier\n")
    assert "put them under `sources:`" in ended.err
    for name in ("list.txt", "missing.opml"):
        (home.folder / "list.txt").write_text("no list", encoding="utf-8")
        ended = await home.run("opml", "import", name)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith(name)


async def test_case_53_an_export_has_no_secrets_and_comes_back(home: Home) -> None:
    """What is exported is what another installation imports, but for addresses that hold keys."""
    home.watch(
        "sources:\n  - {name: Open, url: 'https://open.example/f', tags: [a, b]}\n"
        f"  - {{name: Key, url: 'https://ann:CANARY@key.example/f'}}\n{WATCHLISTS}"
    )
    ended = await home.run("opml", "export")
    assert ended.code == 0
    assert "1 addresses hold keys" in ended.err
    assert "CANARY" not in ended.out + ended.err
    home.watch(f"sources: []\n{WATCHLISTS}")
    (home.folder / "list.opml").write_text(ended.out, encoding="utf-8")
    back = await home.run("opml", "import", "list.opml", "--json")
    assert [(one["name"], one["tags"]) for one in json.loads(back.out)["added"]] == [("Open", ["a", "b"])]
