"""Markdown, as staff and cities write it, into HTML that is safe to show; any text into one that XML can hold."""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore

MAX_CELLS = 5_000  # of all tables of a text together
_CELLS = "cells"
_NOT_IN_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_TAGS = {"p", "br", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "a", "code", "pre", "hr",
         "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The library's table, while the text has cells left; what comes beyond stays as it was typed. Short rows are filled up
    to the width of the head, so that a page of text could become a million cells, and take minutes."""
    if state.env.get(_CELLS, 0) > MAX_CELLS or not table(state, start, end, silent=True):
        return False
    if silent:
        return True
    rows = next((line for line in range(start, end) if state.isEmpty(line)), end) - start - 1  # without the line below the head
    columns = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]].strip("| \t").count("|") + 1
    state.env[_CELLS] = state.env.get(_CELLS, 0) + rows * columns
    return state.env[_CELLS] <= MAX_CELLS and table(state, start, end, silent=False)


# Without link references: one long address, named again and again, would be as many long addresses in the page.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
_MARKDOWN.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _below_the_page(state: StateCore) -> None:
    """A page has its title already: what was typed as one is a heading below it."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"} and token.tag == "h1":
            token.tag = "h2"


_MARKDOWN.core.ruler.push("below_the_page", _below_the_page)


def markdown(text: str) -> SafeString:
    """HTML of a Markdown text: no raw HTML, no images, links to http, https and mailto only, written where they stand."""
    html = _MARKDOWN.render(text)
    return mark_safe(  # noqa: S308  cleaned in this very call
        nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel="noopener nofollow")
    )


def fit_for_xml(text: str) -> str:
    """A text without the characters that XML 1.0 has no way to hold: a single one makes a whole file unreadable."""
    return _NOT_IN_XML.sub("", text)
