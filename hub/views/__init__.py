"""The hub's pages."""

from hub.views.practice import practice
from hub.views.search import practices_json, search
from hub.views.suggest import suggest

__all__ = ["practice", "practices_json", "search", "suggest"]
