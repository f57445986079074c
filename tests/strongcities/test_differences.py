"""Two versions of a text as one that can be read."""

from html import unescape
from re import DOTALL, sub

from hypothesis import given, settings, strategies as st

from strongcities.differences import difference

SOME = st.text(alphabet="ab <&>\n.", max_size=80)


def side(html, drop):
    return unescape(sub(r"</?(del|ins)>", "", sub(rf"<{drop}>.*?</{drop}>", "", html, flags=DOTALL)))


def test_words_within_a_line():
    assert difference("Our city prevents.\n", "Our town prevents.\n") == "Our <del>city</del><ins>town</ins> prevents.\n"
    assert difference("", "New") == "<ins>New</ins>"
    assert difference("Old", "") == "<del>Old</del>"
    assert difference("Same", "Same") == "Same"


def test_markup_is_text():
    assert difference("<b>", "<i>") == "&lt;<del>b</del><ins>i</ins>&gt;"


def test_long_unchanged_stretches_are_left_out():
    lines = [f"line {number}\n" for number in range(40)]
    html = difference("".join(lines), "".join([*lines[:20], "new\n", *lines[20:]]))
    assert html == "…\nline 18\nline 19\n<ins>new\n</ins>line 20\nline 21\n…\n"


def test_a_text_made_to_be_slow_is_compared_all_the_same():
    old, new = "a b " * 2500, "b a c " * 1600
    assert side(difference(old, new), "del") == new
    assert difference("\n" * 10_000, "\n" * 9_999).count("<del>") == 1


@settings(max_examples=200, deadline=None)
@given(SOME, SOME)
def test_both_versions_can_be_read_from_it(old, new):
    html = difference(old, new)
    if "…" not in html:
        assert side(html, "ins") == old
        assert side(html, "del") == new
