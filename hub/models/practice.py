"""A practice: something that a city did, described so that another can judge and adapt it.

| verb        | from                              | to            | who                                        |
|-------------|-----------------------------------|---------------|--------------------------------------------|
| submit      | draft, changes asked              | submitted     | officials of the city; staff               |
| review      | submitted                         | in review     | staff                                      |
| ask_changes | submitted, in review              | changes asked | staff, saying what                         |
| publish     | submitted, in review              | published     | staff                                      |
| archive     | published                         | archived      | staff; lead officials of the city          |
| restore     | archived                          | published     | staff                                      |

"Staff" are people of ISD with the permission to change practices (group Secretariat).

Import and samples make published practices from nothing, with a transition that says so (hub/importing.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact, IsNull, LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from hub.querysets import LISTED, PracticeQuerySet, old_before
from hub.taxonomy import EVIDENCE_EXPLAINED, FACETS, Evidence, Facet, Form, Level, People, PracticeType, Sector, Setting
from members.models import City
from strongcities import languages
from strongcities.licences import Licence
from strongcities.themes import Theme
from strongcities.workflow import Move, Transition, Workflow

SUMMARY_LENGTH = 200
BODY_LENGTH = 50_000


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    IN_REVIEW = "in_review", _("in review")
    CHANGES_ASKED = "changes_asked", _("changes asked")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived")


class Status(models.TextChoices):
    """Of the practice itself, not of its record."""

    PILOT = "pilot", _("Pilot")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")
    UNKNOWN = "unknown", _("Not known")


class Audience(models.TextChoices):
    PUBLIC = "public", _("Everyone")
    MEMBERS = "members", _("Member cities only")


def validate_language(code: str) -> None:
    if not languages.exists(code):
        raise ValidationError(_("“%(code)s” is not the code of a language."), params={"code": code})


def validate_sources(sources: Any) -> None:
    """A list of {"title", "url", "publisher"}, all text; addresses by http or https only, since they become links."""
    if not isinstance(sources, list):
        raise ValidationError(_("Give a list of sources."))
    for source in sources:
        if not isinstance(source, dict) or set(source) - {"title", "url", "publisher"}:
            raise ValidationError(_("A source has a title, a url and a publisher, nothing else."))
        if not all(isinstance(value, str) for value in source.values()):
            raise ValidationError(_("Title, url and publisher of a source are text."))
        if not source.get("title"):
            raise ValidationError(_("A source needs a title."))
        url = source.get("url", "")
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("The address of a source begins with https:// or http://."))


def _facet(choices: type[models.TextChoices], label: Any) -> Any:
    return ArrayField(models.CharField(max_length=60, choices=choices), verbose_name=label, default=list, blank=True)


def _known(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__contained_by": choices.values}), name=f"practice_{field}_are_known")


def _of(field: str, choices: type[models.TextChoices], *more: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [*choices.values, *more]}), name=f"practice_{field}_is_known")


@pghistory.track(
    # What a record was before each change; the record itself is what it is now. So a million rows come in without a copy each.
    pghistory.UpdateEvent(row=pghistory.Old),
    pghistory.DeleteEvent(),
    model_name="PracticeHistory",
)
class Practice(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "submit": Move({State.DRAFT, State.CHANGES_ASKED}, State.SUBMITTED),
        "review": Move({State.SUBMITTED}, State.IN_REVIEW),
        "ask_changes": Move({State.SUBMITTED, State.IN_REVIEW}, State.CHANGES_ASKED),
        "publish": Move({State.SUBMITTED, State.IN_REVIEW}, State.PUBLISHED),
        "archive": Move({State.PUBLISHED}, State.ARCHIVED),
        "restore": Move({State.ARCHIVED}, State.PUBLISHED),
    }

    external_id = models.CharField(
        _("name in imports"), max_length=100, blank=True, help_text=_("By which an import finds the record again.")
    )
    slug = models.SlugField(_("address"), max_length=140, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("in one sentence"), max_length=SUMMARY_LENGTH)
    body = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(BODY_LENGTH)], help_text=_("Markdown."))
    language = models.CharField(_("language"), max_length=3, default="en", validators=[validate_language])
    city = models.ForeignKey(City, models.PROTECT, related_name="practices", verbose_name=_("city"))
    start_year = models.PositiveSmallIntegerField(_("began in"), null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(_("ended in"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UNKNOWN)

    prevention_levels = _facet(Level, _("prevention levels"))
    themes = _facet(Theme, _("themes"))
    practice_types = _facet(PracticeType, _("practice types"))
    people_reached = _facet(People, _("people reached"))
    sectors = _facet(Sector, _("sectors involved"))
    lead_sector = models.CharField(_("leading sector"), max_length=60, choices=Sector, blank=True)
    settings = _facet(Setting, _("settings"))
    forms_addressed = _facet(Form, _("forms addressed"))
    evidence = models.CharField(
        _("evidence"), max_length=1, choices=Evidence, default=Evidence.DESCRIBED, help_text=_("Set by the reviewer, not the author.")
    )

    partners = ArrayField(models.CharField(max_length=300), verbose_name=_("partners"), default=list, blank=True)
    lessons = ArrayField(models.CharField(max_length=1000), verbose_name=_("lessons"), default=list, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True, validators=[validate_sources])
    audience = models.CharField(_("for"), max_length=10, choices=Audience, default=Audience.PUBLIC)
    licence = models.CharField(_("licence"), max_length=30, choices=Licence, blank=True)

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    last_confirmed = models.DateField(_("last confirmed by its city"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("changed"), auto_now=True)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practices")
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["updated"], name="practice_updated")]  # what is new to a saved search (hub/alerts.py)
        constraints = [
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="practice_one_of_an_external_id"),
            _known("prevention_levels", Level),
            _known("themes", Theme),
            _known("practice_types", PracticeType),
            _known("people_reached", People),
            _known("sectors", Sector),
            _known("settings", Setting),
            _known("forms_addressed", Form),
            _of("evidence", Evidence),
            _of("status", Status),
            _of("audience", Audience),
            _of("licence", Licence, ""),
            _of("state", State),
            models.CheckConstraint(
                condition=Q(lead_sector="")
                | Q(IsNull(Func("sectors", "lead_sector", function="array_position", output_field=models.IntegerField()), rhs=False)),
                name="practice_lead_sector_is_involved",
                violation_error_message=_("The leading sector is one of the sectors involved."),
            ),
            models.CheckConstraint(
                condition=Q(end_year=None) | Q(start_year=None) | Q(end_year__gte=F("start_year")),
                name="practice_ends_after_it_began",
                violation_error_message=_("A practice can't end before it began."),
            ),
            models.CheckConstraint(
                condition=(Q(start_year=None) | Q(start_year__range=(1900, 2100))) & (Q(end_year=None) | Q(end_year__range=(1900, 2100))),
                name="practice_years_are_years",
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(summary=""), name="practice_has_title_and_summary"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("body"), Value(BODY_LENGTH)), name="practice_body_is_readable"),
            models.CheckConstraint(condition=Q(language__regex=r"^[a-z]{2,3}$"), name="practice_language_is_a_code"),
            models.CheckConstraint(
                condition=Exact(Func(F("sources"), function="jsonb_typeof", output_field=models.TextField()), Value("array")),
                name="practice_sources_are_a_list",
            ),
            models.CheckConstraint(condition=~Q(state__in=LISTED) | Q(published_at__isnull=False), name="practice_listed_has_a_date"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("hub:practice", args=[self.slug])

    @property
    def confirmed_on(self) -> date | None:
        """When somebody last stood by the text: its city's confirmation, or else its publication."""
        return self.last_confirmed or (self.published_at.date() if self.published_at else None)

    @property
    def is_old(self) -> bool:
        """Not confirmed for over three years, judged today."""
        return bool(self.confirmed_on and self.confirmed_on < old_before(timezone.now().date()))

    @property
    def is_listed(self) -> bool:
        return self.state in LISTED

    @property
    def direction(self) -> str:
        return languages.direction(self.language)

    @property
    def language_name(self) -> str:
        return languages.name(self.language)

    @property
    def levels_in_short(self) -> str:
        """Primary, Secondary: the labels without what follows the colon."""
        return gettext(", ").join(str(Level(slug).label).partition(":")[0] for slug in self.prevention_levels)

    @property
    def years(self) -> str:
        """2007 to 2015, since 2007, until 2015; "" where nothing is known."""
        years = {"start": self.start_year, "end": self.end_year}
        if self.start_year and self.end_year:
            return str(self.start_year) if self.start_year == self.end_year else gettext("%(start)s to %(end)s") % years
        if self.start_year:
            return (gettext("began in %(start)s") if self.status in {Status.ENDED, Status.UNKNOWN} else gettext("since %(start)s")) % years
        return gettext("until %(end)s") % years if self.end_year else ""

    @property
    def standing(self) -> str:
        """In a row of a list: when its city last confirmed it, or else when it was done."""
        if self.last_confirmed:
            return gettext("Confirmed in %(year)s") % {"year": self.last_confirmed.year}
        return self.years

    @property
    def evidence_explained(self) -> str:
        return str(EVIDENCE_EXPLAINED[Evidence(self.evidence)])

    @property
    def classified(self) -> list[tuple[Facet, list[tuple[str, str]]]]:
        """Each facet with several values that the practice has, with (slug, label) of each."""
        found = []
        for facet in FACETS:
            if facet.many and (slugs := getattr(self, facet.field)):
                labels = facet.labels()
                found.append((facet, [(slug, labels[slug]) for slug in slugs]))
        return found

    def can_submit(self, user: Any) -> bool:
        return self.can_review(user) or bool(user.is_authenticated and user.posts_today.filter(city=self.city_id).exists())

    def can_review(self, user: Any) -> bool:
        """Staff who curate the hub: those with the permission to change practices (group Secretariat)."""
        return bool(user.is_authenticated and user.is_active and user.is_staff and user.has_perm("hub.change_practice"))

    can_ask_changes = can_publish = can_restore = can_review

    def can_archive(self, user: Any) -> bool:
        return self.can_review(user) or bool(user.is_authenticated and user.leads(self.city))

    def submit(self, *, by: Any) -> None:
        with self.move("submit", by=by):
            pass

    def review(self, *, by: Any) -> None:
        with self.move("review", by=by):
            pass

    def ask_changes(self, *, by: Any, why: str) -> None:
        """Send it back; `why` says what should change. Raises ValueError without it."""
        if not why.strip():
            raise ValueError("say what should change")
        with self.move("ask_changes", by=by, why=why):
            pass

    def publish(self, *, by: Any) -> None:
        """Show it, and its city with it. The first publication sets the date."""
        with self.move("publish", by=by) as step:
            step.record.published_at = step.record.published_at or timezone.now()
            City.objects.filter(pk=step.record.city_id, is_public=False).update(is_public=True)

    def archive(self, *, by: Any, why: str = "") -> None:
        with self.move("archive", by=by, why=why):
            pass

    def restore(self, *, by: Any, why: str = "") -> None:
        with self.move("restore", by=by, why=why):
            pass


class PracticeTransition(Transition):
    subject = models.ForeignKey(Practice, models.CASCADE, related_name="transitions", verbose_name=_("practice"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
