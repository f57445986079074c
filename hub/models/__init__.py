"""Practices, and what the search keeps of them."""

from hub.models.counting import Asking, FacetDay, Question, QuestionDay, Salt, SearchDay
from hub.models.entry import Entry, Language, Lexeme, Word
from hub.models.practice import Practice, PracticeTransition
from hub.models.promotion import Phrasing, Pick, Promotion
from hub.models.saved import SavedSearch, Told
from hub.models.spelling import Spelling
from hub.models.synonym import Expression, SynonymGroup
from hub.models.theme_order import ThemeOrder

__all__ = [
    "Asking",
    "Entry",
    "Expression",
    "FacetDay",
    "Language",
    "Lexeme",
    "Phrasing",
    "Pick",
    "Practice",
    "PracticeTransition",
    "Promotion",
    "Question",
    "QuestionDay",
    "Salt",
    "SavedSearch",
    "SearchDay",
    "Spelling",
    "SynonymGroup",
    "ThemeOrder",
    "Told",
    "Word",
]
