"""Pages made up for the purpose: their text is found whatever their elements are called."""

from __future__ import annotations

import pytest
from lxml import html

from bot.articles.extraction import extract
from bot.articles.text_blocks import read_blocks, told

NEWS = (
    "The harbour of Westerholm was closed on Monday after two ferries touched in thick fog off the old pier.",
    "Nobody was hurt, the port authority said, and both ships reached the quay under their own power.",
    "Divers will look at the hulls on Tuesday before the ferries may carry passengers again, a spokesman said.",
    "It was the third accident of the year, and the union of the pilots asked for a new radar on the island.",
)
MENU = "".join(
    f"<li><a href='/{at}'>A long link to another article of this paper about boats and hulls</a></li>"
    for at in range(9)
)


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<div class='slice-widget'><div class='overlay'><p>{line}</p></div></div>" for line in NEWS),
        f"<div class='premium-content hidden' style='display:none'>{''.join(f'<p>{line}</p>' for line in NEWS)}</div>",
        "".join(f"<div class='text-share'>{line}</div>" for line in NEWS),
        f"<div class='embed'>{'<br><br>'.join(NEWS)}</div>",
    ],
)
def test_text_in_slices_walls_and_plain_elements_is_found(body: str) -> None:
    """Sites hide their text under names that extractors take for adverts."""
    head = "<title>Two ferries touched in fog</title>"
    page = f"<html><head>{head}</head><body><ul>{MENU}</ul><h1>Two ferries touched in fog</h1>{body}</body></html>"
    assert extract(page.encode()).text.splitlines() == list(NEWS)


def test_a_script_that_writes_the_end_of_a_style_hides_nothing() -> None:
    """Only its own tag ends a script, and what stands in a comment begins none."""
    article = "".join(f"<p>{line}</p>" for line in NEWS)
    head = "<title>Ferries</title><script>var a = '</style><p>i<n';</script><!-- <script> no longer -->"
    assert extract(f"<html><head>{head}</head><body>{article}</body></html>".encode()).text.splitlines() == list(NEWS)


def test_lists_of_links_and_notices_are_no_blocks() -> None:
    """What is nearly all link is a list of others; menus, forms and footers are passed over."""
    notice = "<p>We use cookies to make this site better for you, and so do our partners.</p>"
    footer = "<footer><p>The Daily Quay is printed on Fridays, and sold in all harbours of the bay.</p></footer>"
    body = "".join(f"<p>{line}</p>" for line in NEWS)
    tree = html.document_fromstring(f"<html><body>{notice}<ul>{MENU}</ul><div>{body}</div>{footer}</body></html>")
    assert read_blocks(tree).splitlines() == list(NEWS)
    assert not read_blocks(html.document_fromstring("<html><body><p>short</p></body></html>"))


def test_notices_do_not_count_as_something_told() -> None:
    """The count ends where it is enough."""
    assert told("Subscribe now and read on.\n" + NEWS[0], 1_000) == len(NEWS[0])
    assert told("\n".join(NEWS), 150) == len(NEWS[0]) + len(NEWS[1])
