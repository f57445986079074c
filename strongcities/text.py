"""Markdown, as staff and cities write it, into HTML that is safe to show."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {"p", "br", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "a", "code", "pre", "hr",
         "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip


def markdown(text: str) -> SafeString:
    """HTML of a Markdown text: no raw HTML, no images, links to http, https and mailto only."""
    html = _MARKDOWN.render(text)
    return mark_safe(  # noqa: S308  cleaned in this very call
        nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}, link_rel="noopener nofollow")
    )
