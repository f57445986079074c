"""Practices, and what the search keeps of them."""

from hub.models.entry import Entry, Word
from hub.models.practice import Practice, PracticeTransition
from hub.models.synonym import Expression, SynonymGroup

__all__ = ["Entry", "Expression", "Practice", "PracticeTransition", "SynonymGroup", "Word"]
