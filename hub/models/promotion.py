"""Answers that the Secretariat puts first: for a question, for a time, up to three practices or pages of the house, each with why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Trim
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy as _, pgettext_lazy

from hub.models.practice import Audience, Practice
from hub.models.synonym import LANGUAGES
from hub.querysets import LISTED
from members.querysets import today

MOST_PICKS = 3
PICKED_TWICE = _("Each practice and each page is picked once.")
# Pages of the house that may be an answer, by the names of their addresses.
PAGES = [
    ("pages:about", _("About the network")),
    ("members:join", _("Become a Strong City")),
    ("members:cities", _("Member cities")),
    ("members:people", _("People in member cities")),
    ("members:governance", _("How the network is governed")),
    ("pages:contact", _("Contact")),
    ("pages:privacy", _("Privacy")),
    ("pages:accessibility", _("Accessibility")),
]


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def today(self) -> PromotionQuerySet:
        """Those shown on this day, the last day included."""
        return self.filter(begins__lte=today(), ends__gte=today())

    def beside(self, begins: date, ends: date) -> PromotionQuerySet:
        """Those that share a day with this time."""
        return self.filter(begins__lte=ends, ends__gte=begins)


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), model_name="PromotionHistory")
class Promotion(models.Model):
    """For whoever asks any of its questions, its picks stand above what is found, from `begins` to `ends`, both included."""

    name = models.CharField(_("name"), max_length=120, unique=True, help_text=_("For the staff alone: what it is about."))
    begins = models.DateField(_("from"), default=today)
    ends = models.DateField(_("until"), help_text=_("The last day on which it is shown."))

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of the search", "promoted answer")
        verbose_name_plural = pgettext_lazy("of the search", "promoted answers")
        ordering = ["-begins", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="promotion_has_a_name"),
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")),
                name="promotion_ends_after_it_begins",
                violation_error_message=_("It can’t end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shown(self) -> bool:
        return self.begins <= today() <= self.ends

    def clashes(self) -> list[tuple[Phrasing, Phrasing]]:
        """Pairs of a question of this one and one of another that is shown on some of the same days, where whoever asks the one
        asks the other."""
        beside = Promotion.objects.beside(self.begins, self.ends).exclude(pk=self.pk)
        others = list(Phrasing.objects.filter(promotion__in=beside).select_related("promotion"))
        own = Phrasing.objects.filter(promotion=self)
        return [(one, other) for one in own for other in others if set(one.words) <= set(other.words) or set(other.words) <= set(one.words)]

    def common(self) -> list[Phrasing]:
        """Questions of nothing but common words (the, of, в), which stand in very many questions."""
        is_rare = "NOT EXISTS (SELECT FROM unnest(%s::text[]) AS language WHERE hub_is_stop(word, language))"
        rare = RawSQL(f"(SELECT count(*) FROM unnest(words) AS word WHERE {is_rare})", [[code for code, _name in LANGUAGES]])  # noqa: S608, S611
        return list(self.phrasings.alias(rare=rare).filter(rare=0))


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), exclude=["words"], model_name="PhrasingHistory")
class Phrasing(models.Model):
    """One way to ask: whoever's question holds all its words, in any order, asks it. `words` are they, as the search compares them."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="phrasings", verbose_name=_("promoted answer"))
    text = models.CharField(_("question"), max_length=120, help_text=_("Whoever asks with all of these words, in any order."))
    words = models.GeneratedField(
        expression=Func(Trim(Func(F("text"), function="hub_words")), Value(" "), function="string_to_array"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(words__len__gt=0),
                name="phrasing_has_words",
                violation_error_message=_("A question has at least one word."),
            ),
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), pghistory.DeleteEvent(), model_name="PickHistory")
class Pick(models.Model):
    """A practice or a page of the house, in the place that it has; `why` is a sentence in each language, English always."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="picks", verbose_name=_("promoted answer"))
    place = models.PositiveSmallIntegerField(_("place"))
    practice = models.ForeignKey(Practice, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("practice"))
    page = models.CharField(_("page"), max_length=40, blank=True, choices=PAGES)
    why = models.JSONField(_("why"), default=dict)

    class Meta:
        verbose_name = pgettext_lazy("of the search", "pick")
        verbose_name_plural = pgettext_lazy("of the search", "picks")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "place"], name="pick_one_in_a_place"),
            models.CheckConstraint(condition=Q(place__range=(1, MOST_PICKS)), name="pick_place_is_one_to_three"),
            models.CheckConstraint(
                condition=Q(practice__isnull=False, page="") | Q(practice=None, page__in=[name for name, _label in PAGES]),
                name="pick_is_a_practice_or_a_page",
                violation_error_message=_("Choose a practice or a page, not both."),
            ),
            models.CheckConstraint(condition=Q(why__has_key="en") & ~Q(why__en=""), name="pick_says_why_in_english"),
            models.UniqueConstraint(fields=["promotion", "practice"], name="pick_a_practice_once", violation_error_message=PICKED_TWICE),
            models.UniqueConstraint(
                fields=["promotion", "page"], condition=~Q(page=""), name="pick_a_page_once", violation_error_message=PICKED_TWICE
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return str(self.practice.get_absolute_url() if self.practice else reverse(self.page))

    @property
    def unseen(self) -> Any:
        """Why readers don't see it, or some of them don't; "" where everyone does."""
        if self.practice is None:
            return ""
        if not self.is_seen:
            return _("not published")
        return _("for members alone") if self.practice.audience == Audience.MEMBERS else ""

    @property
    def is_seen(self) -> bool:
        """Whether any reader sees it."""
        return self.practice is None or self.practice.state in LISTED

    @property
    def title(self) -> Any:
        return self.practice.title if self.practice else self.get_page_display()

    @property
    def why_here(self) -> str:
        """Why, in the reader's language, else in English."""
        return str(self.why.get(get_language() or "en") or self.why["en"])

    @property
    def why_language(self) -> str:
        here = get_language() or "en"
        return here if self.why.get(here) else "en"
