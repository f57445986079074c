"""Practices, and what the search keeps of them."""

from hub.models.entry import Entry, Language, Lexeme, Word
from hub.models.practice import Practice, PracticeTransition
from hub.models.spelling import Spelling

__all__ = ["Entry", "Language", "Lexeme", "Practice", "PracticeTransition", "Spelling", "Word"]
