"""Practices, and what the search keeps of them."""

from hub.models.entry import Entry, Word
from hub.models.practice import Practice, PracticeTransition
from hub.models.saved import SavedSearch, Told

__all__ = ["Entry", "Practice", "PracticeTransition", "SavedSearch", "Told", "Word"]
