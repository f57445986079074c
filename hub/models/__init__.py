"""Practices, and what the search keeps of them."""

from hub.models.entry import Entry, Language, Lexeme, Word
from hub.models.practice import Practice, PracticeTransition

__all__ = ["Entry", "Language", "Lexeme", "Practice", "PracticeTransition", "Word"]
