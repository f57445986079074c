"""A long text for reading: its headings can be linked to, and a table of contents lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from strongcities.text import markdown

_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """`html` is safe to show; `contents` has (id, words) of each heading."""

    html: SafeString
    contents: list[tuple[str, str]]


def read(text: str) -> Reading:
    """A Markdown text with an id on each heading of the second level (the page's title being the first)."""
    contents: list[tuple[str, str]] = []

    def with_id(found: re.Match[str]) -> str:
        words = unescape(strip_tags(found[1]))
        place = f"text-{len(contents) + 1}-{slugify(words, allow_unicode=True)}".rstrip("-")
        contents.append((place, words))
        return f'<h2 id="{place}">{found[1]}</h2>'

    html = _HEADING.sub(with_id, markdown(text))  # cleaned HTML, in which a heading bears no attribute
    return Reading(mark_safe(html), contents)  # noqa: S308  ids hold letters, digits and hyphens alone
