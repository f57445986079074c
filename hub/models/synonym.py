"""Synonyms: expressions of the field that mean the same, in any language, as the staff keep them for the search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from hub.taxonomy import CODED

MOST_WORDS = 8  # of an expression; names of themes have six, in French eight
LONGEST_NOTE = 1_000  # characters
# The official languages of the United Nations, each in its own words.
LANGUAGES = [("ar", "العربية"), ("en", "English"), ("es", "Español"), ("fr", "Français"), ("ru", "Русский"), ("zh", "中文")]
# What a group may lead to: values of facets that a practice itself bears, as the search's rows have them.
CODES = [f"{facet.name}:{slug}" for facet in CODED if facet.many and facet.choices for slug in facet.choices.values]


def codes_by_facet() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """CODES with their labels, in groups by facet, to choose from."""
    facets = [facet for facet in CODED if facet.many]
    return [(facet.label, [(f"{facet.name}:{slug}", label) for slug, label in facet.labels().items()]) for facet in facets]


def as_compared(texts: Sequence[str]) -> list[str]:
    """Texts as the database folds them: what `Expression.folded` of each would be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT trim(hub_words(t.text)) FROM unnest(%s::text[]) WITH ORDINALITY t(text, place) ORDER BY place", [list(texts)]
        )
        return [row[0] for row in cursor]


class SynonymGroupQuerySet(models.QuerySet["SynonymGroup"]):
    def with_kind(self) -> SynonymGroupQuerySet:
        """Each with `only_finds`: whether some of its expressions are only found, never asked by."""
        return self.annotate(only_finds=Exists(Expression.objects.filter(group=OuterRef("pk"), only_found=True)))


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), model_name="SynonymGroupHistory")
class SynonymGroup(models.Model):
    """Expressions of which asking one finds all; some of them may be only found, so that asking “hooliganism” also finds
    “football”, and not the other way round. A group may also lead to values of facets, whose practices it finds."""

    name = models.CharField(_("name"), max_length=120, unique=True, help_text=_("For the staff alone: what the group is about."))
    codes = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("also leads to"),
        default=list,
        blank=True,
        help_text=_("Practices with any of these are found as well."),
    )
    note = models.TextField(
        _("note"), max_length=LONGEST_NOTE, blank=True, help_text=_("Where the terms come from, or why they belong together.")
    )

    objects = SynonymGroupQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of the search", "group of synonyms")
        verbose_name_plural = pgettext_lazy("of the search", "synonyms")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="synonyms_have_a_name"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("note"), LONGEST_NOTE), name="synonyms_note_is_short"),
            models.CheckConstraint(
                condition=Q(codes__contained_by=CODES),
                name="synonyms_lead_to_what_is_known",
                violation_error_message=_("A group leads to values of filters alone."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    exclude=["folded"],  # a generated column can't be written into a history
    model_name="ExpressionHistory",
)
class Expression(models.Model):
    """One expression of a group. `folded` is its words as the search compares them, with single spaces between them: “P/CVE” is
    “p cve”. The database makes it, so whatever writes an expression, the search finds it."""

    group = models.ForeignKey(SynonymGroup, models.CASCADE, related_name="expressions", verbose_name=_("group"))
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    text = models.CharField(_("expression"), max_length=120, help_text=_("One to eight words, as people write them."))
    only_found = models.BooleanField(
        _("only found"),
        default=False,
        help_text=_("Asking for the others finds it; asking for it finds nothing but itself."),
    )
    folded = models.GeneratedField(
        expression=Trim(Func(F("text"), function="hub_words")),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("as compared"),
    )

    class Meta:
        verbose_name = _("expression")
        verbose_name_plural = _("expressions")
        ordering = ["language", "only_found", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(language__in=[code for code, _name in LANGUAGES]), name="expression_language_is_known"),
            models.CheckConstraint(
                condition=Q(folded__regex=rf"^[^ ]+( [^ ]+){{0,{MOST_WORDS - 1}}}$"),
                name="expression_has_one_to_eight_words",
                violation_error_message=_("An expression has one to eight words."),
            ),
            models.UniqueConstraint(
                fields=["group", "folded"],
                name="expression_once_in_a_group",
                violation_error_message=_(
                    "The group has this expression already: to the search, capitals, accents and hyphens make no difference."
                ),
            ),
            # Whoever asks by it means one thing, so the search never has to choose between groups.
            models.UniqueConstraint(
                fields=["folded"],
                condition=Q(only_found=False),
                name="expression_asks_for_one_group",
                violation_error_message=_("Another group has this expression already. Put the two together, or let it be only found here."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
