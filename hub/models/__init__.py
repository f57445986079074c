"""Practices, and what the search keeps of them."""

from hub.models.entry import Entry, Word
from hub.models.practice import Practice, PracticeTransition

__all__ = ["Entry", "Practice", "PracticeTransition", "Word"]
