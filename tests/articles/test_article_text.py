"""Texts made up for the purpose: which of those that a page offers is the article's."""

from __future__ import annotations

from bot.articles.article_text import behind_headline, choose_text, is_another, is_better, is_doubtful

NEWS = (
    "The harbour of Westerholm was closed on Monday after two ferries touched in thick fog off the old pier.",
    "Nobody was hurt, the port authority said, and both ships reached the quay under their own power.",
    "Divers will look at the hulls on Tuesday before the ferries may carry passengers again, a spokesman said.",
    "It was the third accident of the year, and the union of the pilots asked for a new radar on the island.",
    "The company that runs the ferries said that it had ordered one, and that it would be there by the spring.",
    "Until then the ships will go at half their speed whenever the lighthouse cannot be seen from the quay.",
)
OTHERS = (
    "Ten boats that we love, and why each of them is the best of its kind.",
    "How to paint a hull in one day only.",
)
TITLE = "Two ferries touch in fog off Westerholm"


def text(*lines: str) -> str:
    """Return lines as one text."""
    return "\n".join(lines)


def test_lines_of_other_articles_are_left_out_where_linked_data_knows_better() -> None:
    """What the page tells search engines has the article's lines, and none of the lists above and below it."""
    seen = text(OTHERS[0], *NEWS, OTHERS[1])
    assert choose_text(seen, " ".join(NEWS), TITLE) == text(*NEWS)


def test_a_line_about_the_title_is_kept_whatever_linked_data_say() -> None:
    """Some pages leave the first paragraph out of what they tell search engines."""
    seen = text(*NEWS)
    assert choose_text(seen, " ".join(NEWS[1:]), TITLE) == seen


def test_another_text_gives_way_to_linked_data() -> None:
    """Where an extractor took a list for the text, the page's own word is the article."""
    assert choose_text(text(*OTHERS), " ".join(NEWS), TITLE) == " ".join(NEWS)


def test_linked_data_that_are_cut_short_decide_nothing() -> None:
    """A beginning of the text, or one that ends in dots, is not the text."""
    seen = text(*NEWS, *OTHERS)
    for short in ("", NEWS[0], " ".join(NEWS) + "…", " ".join(NEWS)[:610] + "..."):
        assert choose_text(seen, short, TITLE) == seen


def test_blocks_serve_where_they_say_more_about_the_article() -> None:
    """A menu is about nothing that the headline says; lists of others beside a short article are not, either."""
    about = f"{TITLE} The harbour was closed on Monday."
    assert is_doubtful(text(*OTHERS), about)
    assert is_better(text(*NEWS), text(*OTHERS), about)
    assert not is_better(text(*NEWS[:2], *OTHERS * 3), text(*NEWS[:2]), about)


def test_a_page_is_another_only_where_it_surely_is() -> None:
    """Short texts, and those in scripts without spaces, prove nothing."""
    assert is_another(text(*OTHERS), text(*NEWS))
    assert not is_another(text(*NEWS), NEWS[1])
    assert not is_another(text(*OTHERS), "Ferries in fog")
    assert not is_another("港口周一因大雾关闭。", "两艘渡轮周一在大雾中相撞，无人受伤，港务局表示。")


def test_what_stands_above_the_headline_is_a_menu() -> None:
    """Below an article it is named in lists of others, and nothing is cut."""
    assert behind_headline(text(OTHERS[0], TITLE, *NEWS), TITLE, 200) == text(*NEWS)
    assert behind_headline(text(*NEWS, TITLE, OTHERS[0]), TITLE, 50) == text(*NEWS, TITLE, OTHERS[0])
    assert behind_headline(text(*NEWS), "", 50) == text(*NEWS)
