"""The hub's pages."""

from hub.views.practice import practice
from hub.views.programs import export_csv, feed, practices_json
from hub.views.saved import alert_stop, saved, saved_change, saved_delete, saved_mend, saved_new, saved_stop
from hub.views.search import search
from hub.views.suggest import suggest

__all__ = [
    "alert_stop", "export_csv", "feed", "practice", "practices_json", "saved", "saved_change", "saved_delete", "saved_mend", "saved_new",
    "saved_stop", "search", "suggest",
]  # fmt: skip
