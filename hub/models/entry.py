"""What the search keeps: a row for each listed practice, and the words that stand in them.

Both are written by the database itself (migrations/0002_search.py), so no way of changing a practice or a city passes them by.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F

from hub.models.practice import Practice
from hub.querysets import EntryQuerySet


class Entry(models.Model):
    """A listed practice as the search sees it. Each facet of a fixed set of values is a number with a bit a value (in the
    order of taxonomy.py), so that a hundred thousand rows are counted in one pass.

    `words` holds the stem of every word in the practice's own language, with its places, the title's twice (which is its double
    weight); beside them `<facet>:<slug>`, `country:<code>` for what labels and names of countries lead to in any language. `size`
    is how many places that makes, and `spelt` has the words as they are written, folded.
    """

    practice = models.OneToOneField(Practice, models.DO_NOTHING, primary_key=True, related_name="entry")  # a trigger takes it along
    for_members = models.BooleanField()
    is_sample = models.BooleanField()
    language = models.CharField(max_length=3)
    fresh = models.DateField()  # last confirmed, or else published
    start_year = models.SmallIntegerField(null=True)
    level = models.IntegerField()
    theme = models.IntegerField()
    type = models.IntegerField()
    people = models.IntegerField()
    sector = models.IntegerField()
    setting = models.IntegerField()
    form = models.IntegerField()
    evidence = models.IntegerField()
    region = models.IntegerField()
    population = models.IntegerField()
    words = SearchVectorField()
    spelt = SearchVectorField()
    size = models.IntegerField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "search entry"
        verbose_name_plural = "search entries"
        indexes = [GinIndex(fields=["words"], name="entry_words")]

    def __str__(self) -> str:
        return f"{self.practice_id}"


class Word(models.Model):
    """A word of the listed practices of one language, as it is written (folded): its stem, in how many of them it stands, and in
    how many that are for everyone (as of the last count).

    From here come suggestions, the right word for a misspelt one, and what is marked in a text.
    """

    pk = models.CompositePrimaryKey("word", "language")
    word = models.TextField()
    language = models.CharField(max_length=3)
    stem = models.TextField()
    is_stop = models.BooleanField()
    records = models.IntegerField()
    public = models.IntegerField()

    class Meta:
        verbose_name = "word"
        verbose_name_plural = "words"
        indexes = [
            models.Index(fields=["stem", "language"], name="word_stem"),
            GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="word_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.word} ({self.language})"


class Lexeme(models.Model):
    """A stem that practices are found by, and in how many of them it stands, as of the last count; one that is not here is newer.

    Of a frequent one (`is_kept`) the settled practices that hold it are kept as bits (migrations/0009_bits.py);
    those in which its BM25 impact is at least `bar` come first, as was found out when it stood in `bar_records`.
    """

    lexeme = models.TextField(primary_key=True)
    records = models.IntegerField()
    is_kept = models.BooleanField(default=False, db_default=False)
    bar = models.FloatField(null=True)
    bar_records = models.IntegerField(null=True)

    class Meta:
        verbose_name = "stem"
        verbose_name_plural = "stems"

    def __str__(self) -> str:
        return self.lexeme


class Language(models.Model):
    """A language of listed practices: how many there are, and the places of all their words, as of the last count."""

    language = models.CharField(primary_key=True, max_length=3)
    records = models.IntegerField()
    size = models.BigIntegerField()

    class Meta:
        verbose_name = "language"
        verbose_name_plural = "languages"

    def __str__(self) -> str:
        return self.language
