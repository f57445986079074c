"""Which pages of a list are linked to."""

import pytest

from strongcities.paging import Pages


@pytest.mark.parametrize(
    ("number", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 9, [1, 2, 3, 0, 9]),
        (3, 5, [1, 2, 3, 4, 5]),
        (5, 9, [1, 0, 3, 4, 5, 6, 7, 0, 9]),
        (9, 9, [1, 0, 7, 8, 9]),
    ],
)
def test_the_first_the_last_and_those_about_this_one(number, last, shown):
    pages = Pages(number, last, "?page={}".format)
    assert pages.numbered == [(one, f"?page={one}" if one else "") for one in shown]


def test_the_ends_lead_no_further():
    first, middle, last = (Pages(number, 3, "?page={}".format) for number in (1, 2, 3))
    assert [(pages.previous, pages.next) for pages in (first, middle, last)] == [
        ("", "?page=2"),
        ("?page=1", "?page=3"),
        ("?page=2", ""),
    ]
