"""How words are written: with their accents and capitals, which the search's own words lack."""

from __future__ import annotations

from django.db import models


class Spelling(models.Model):
    """How a word of the hub (entry.Word) is written most often in its language, where that differs from the folded word. Written
    by hub/spellings.py; a word that isn't here is shown as it is kept."""

    pk = models.CompositePrimaryKey("word", "language")
    word = models.TextField()
    language = models.CharField(max_length=3)
    shown = models.TextField()

    class Meta:
        verbose_name = "spelling"
        verbose_name_plural = "spellings"

    def __str__(self) -> str:
        return self.shown
