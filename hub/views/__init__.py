"""The hub's pages."""

from hub.views.practice import practice
from hub.views.search import practices_json, search

__all__ = ["practice", "practices_json", "search"]
