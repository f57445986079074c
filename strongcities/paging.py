"""The pages of a list: which one is asked for, and which are linked to. `templates/house/_pages.html` draws them, everywhere
alike, and `_no_such_page.html` says that there is none of that number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import HttpRequest

ABOUT = 2  # pages linked to on either side of this one


def asked_for(request: HttpRequest, rows: Any, per_page: int) -> tuple[Page[Any], int]:
    """The page of `rows` that `?page=` names, and the status to answer with: 404, with the first page, where there is none."""
    paginator = Paginator(rows, per_page)
    try:
        return paginator.page(request.GET.get("page", 1)), 200
    except (EmptyPage, PageNotAnInteger):
        return paginator.page(1), 404


@dataclass(frozen=True)
class Pages:
    """This page's number, the last one's, and what gives the address of any."""

    number: int
    last: int
    address: Callable[[int], str]

    @property
    def previous(self) -> str:
        """Its address; "" on the first page."""
        return self.address(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """Its address; "" on the last page."""
        return self.address(self.number + 1) if self.number < self.last else ""

    @property
    def numbered(self) -> list[tuple[int, str]]:
        """Number and address of the first page, the last, and those about this one; 0 and "" where some are left out."""
        near = sorted({1, self.last, *range(max(1, self.number - ABOUT), min(self.last, self.number + ABOUT) + 1)})
        shown: list[tuple[int, str]] = []
        for number in near:
            if shown and number - shown[-1][0] > 1:
                shown.append((0, ""))
            shown.append((number, self.address(number)))
        return shown
