"""Markdown into safe HTML: what it draws, and that no text is drawn many times as large as it was typed."""

import pytest
from hypothesis import given, settings, strategies as st

from strongcities.text import MAX_CELLS, markdown

LONGEST = 50_000  # characters, of a practice
WIDE = "a|" * 256 + "\n" + "-|" * 256 + "\n" + "b\n" * 256 + "\n"  # short rows, which are filled up to the width of the head
TABLE = "City|Cases\n-|-\nAarhus|12\n\n"


def cells(html):
    return html.count("<td>") + html.count("<th>")


def filled(text):
    return text * (LONGEST // len(text))


def test_a_table_is_drawn():
    html = markdown(f"Before\n\n{TABLE}After")
    assert "<td>Aarhus</td>\n<td>12</td>" in html
    assert cells(html) == 4
    assert "<p>After</p>" in html


def test_a_table_right_after_a_paragraph_is_drawn():
    assert cells(markdown(f"Before\n{TABLE}")) == 4


def test_a_long_table_is_drawn_whole():
    rows = MAX_CELLS // 5 - 1
    assert cells(markdown("a|b|c|d|e\n-|-|-|-|-\n" + "1|2|3|4|5\n" * rows)) == MAX_CELLS


@pytest.mark.parametrize("text", [filled(WIDE), filled(WIDE.replace("\n\n", "\n\n> \n\n")), filled(TABLE), "> " + filled("a|b\n-|-\n")])
def test_tables_end_where_a_text_has_its_cells(text):
    assert cells(markdown(text)) <= MAX_CELLS


def test_what_is_no_table_any_more_can_still_be_read():
    html = markdown(filled(TABLE))
    assert 0 < cells(html) <= MAX_CELLS
    assert html.count("Aarhus") == filled(TABLE).count("Aarhus")
    assert "Aarhus|12</p>" in html


def test_an_address_is_not_repeated_by_its_name():
    text = f"[a]: /{'x' * 25_000}\n\n" + "[a]" * 8_000
    assert len(markdown(text)) < 2 * len(text)
    assert '<a href="https://s.example" rel="noopener nofollow">here</a>' in markdown("See [here](https://s.example)")


@settings(deadline=None)
@given(st.text(st.sampled_from("ab |-:\n>*_`[]()!#1.<&\\~"), max_size=80), st.sampled_from([1, 7, 40]))
def test_what_is_drawn_is_a_small_multiple_of_what_was_typed(text, times):
    assert len(markdown(text * times)) <= 40 * len(text * times) + 10 * MAX_CELLS + 100


def test_a_title_within_a_text_is_a_heading_below_the_pages_own():
    assert markdown("# What we do\n\nWe meet.\n\nOn Mondays\n===") == "<h2>What we do</h2>\n<p>We meet.</p>\n<h2>On Mondays</h2>\n"
