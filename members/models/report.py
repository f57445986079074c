"""What somebody of a member city tells the staff: of words that were written to them, of a person's page, of a city's.

| verb    | from   | to        | what follows                                                                      |
|---------|--------|-----------|-----------------------------------------------------------------------------------|
| file    | –      | open      | waits in the staff's queue; a contact is reported with all its words               |
| dismiss | open   | dismissed | who reported reads why                                                             |
| settle  | open   | settled   | what was wrong on a page is put right; who reported hears that something was done  |
| warn    | open   | warned    | the person reads why by mail; who reported hears that something was done           |
| bar     | open   | barred    | the same, and the person can't write to anybody here any more                      |
| lift    | barred | lifted    | they may write again, if no other bar holds; they read why                         |

"Staff" are people of ISD with the permission (`User.handles_reports`). Nobody decides on a report of theirs or about them,
nor sees one about them. Who reported is never told to whom it is about; words of the staff that would tell are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, override

from members.models.city import City
from members.models.contact import Contact
from members.models.official import Official
from members.querysets import next_in_turn
from strongcities import mail
from strongcities.workflow import Move, MoveRefused, Step, Transition, Workflow

WHY_LENGTH = 2000
KEPT = timedelta(days=730)  # after the decision, so that the staff see who was reported before


class State(models.TextChoices):
    OPEN = "open", _("to be decided")
    DISMISSED = "dismissed", _("dismissed")
    SETTLED = "settled", _("put right")
    WARNED = "warned", _("warned")
    BARRED = "barred", _("barred from writing")
    LIFTED = "lifted", _("bar lifted")


class Kind(models.TextChoices):
    ABUSE = "abuse", _("Insults, threats or harassment")
    POSING = "posing", _("Not who they say they are")
    SELLING = "selling", _("Advertising or selling")
    WRONG = "wrong", _("Untrue, or doesn’t belong here")
    OTHER = "other", _("Something else")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> ReportQuerySet:
        """Staff who handle reports see all but those about themselves; nobody else sees any, who reported included."""
        if not user.is_authenticated or not user.handles_reports:
            return self.none()
        return self.exclude(person__user=user)

    def waiting(self) -> ReportQuerySet:
        return self.filter(state=State.OPEN)

    def next_for(self, user: Any, done: Report) -> Report | None:
        """What waits for `user` after `done`, in turn; what they reported themselves is for others."""
        following: Report | None = next_in_turn(self.waiting().exclude(by=user), done, "at")
        return following

    def old(self) -> ReportQuerySet:
        """Decided so long ago that they are to be deleted; a bar that holds keeps its reason."""
        return self.exclude(state__in=[State.OPEN, State.BARRED]).filter(decided_at__lt=timezone.now() - KEPT)


class Report(Workflow):
    State = State
    Kind = Kind
    MOVES: ClassVar[dict[str, Move]] = {
        "dismiss": Move({State.OPEN}, State.DISMISSED),
        "settle": Move({State.OPEN}, State.SETTLED),
        "warn": Move({State.OPEN}, State.WARNED),
        "bar": Move({State.OPEN}, State.BARRED),
        "lift": Move({State.BARRED}, State.LIFTED),
    }

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reports", verbose_name=_("who reported"))
    person = models.ForeignKey(Official, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("about this person"))
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("about these words")
    )
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("about this city’s page"))
    kind = models.CharField(_("what is wrong"), max_length=10, choices=Kind)
    why = models.CharField(_("in the words of who reported"), max_length=WHY_LENGTH)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.OPEN, editable=False)
    at = models.DateTimeField(_("reported"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of abuse")
        verbose_name_plural = _("reports of abuse")
        ordering = ["at", "pk"]
        permissions = [("handle_report", "Can decide on reports of abuse")]
        indexes = [models.Index(fields=["at"], condition=Q(state="open"), name="report_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, city=None) | Q(person=None, city__isnull=False, contact=None),
                name="report_about_a_person_or_a_city",
            ),
            models.UniqueConstraint(fields=["by", "contact"], name="report_one_a_person_and_contact"),
            models.UniqueConstraint(
                fields=["by", "person"], condition=Q(state="open", contact=None), name="report_one_open_a_person_and_page"
            ),
            models.UniqueConstraint(fields=["by", "city"], condition=Q(state="open"), name="report_one_open_a_person_and_city"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="report_decided_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(state__in=["warned", "barred", "lifted"]), name="report_only_people_are_warned"
            ),
        ]

    def __str__(self) -> str:
        return self.about

    @property
    def about(self) -> str:
        if self.person is None:
            return gettext("The page of %(city)s") % {"city": self.city}
        return self.person.user.name if self.contact_id else gettext("The page of %(person)s") % {"person": self.person.user.name}

    @property
    def messages(self) -> Any:
        """The words that were reported, those of both; empty once they are deleted, or for a page."""
        return self.contact.messages.select_related("contact__sender__user", "contact__receiver__user") if self.contact else ()

    # --- Who may -----------------------------------------------------------------------------------------------------

    def can_dismiss(self, user: Any) -> bool:
        if not user.is_authenticated or not user.handles_reports or user.pk == self.by_id:
            return False
        return self.person is None or self.person.user_id != user.pk

    can_settle = can_dismiss

    def can_warn(self, user: Any) -> bool:
        return self.person is not None and self.can_dismiss(user)

    can_bar = can_lift = can_warn

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def file(cls, *, by: Any, kind: str, why: str, contact: Contact | None = None, person: Official | None = None,
             city: City | None = None) -> Report:  # fmt: skip
        """Tell the staff of one of the three: a contact, a person's page, a city's. A contact is reported, which ends it, together with
        the words in it.

        Raises PermissionDenied where `by` may not, MoveRefused where they told of it already.
        """
        try:
            with transaction.atomic():
                if contact is not None:
                    person = _report_contact(contact, by)
                elif not (person or city).can_report(by):  # type: ignore[union-attr]  # one of the three is given
                    raise PermissionDenied
                report = cls.objects.create(by=by, kind=kind, why=why, contact=contact, person=person, city=city)
                report.transitions.create(verb="file", to_state=report.state, by=by)
        except IntegrityError as error:
            raise MoveRefused(gettext("You told us already; we are looking into it.")) from error
        return report

    def dismiss(self, *, by: Any, why: str) -> None:
        """Nothing to be done, for a reason that who reported reads."""
        with self._decide("dismiss", by=by, why=why) as step:
            step.record._tell_reporter(why=why)

    def settle(self, *, by: Any, why: str) -> None:
        """What was wrong is put right; `why` says how, for the record."""
        with self._decide("settle", by=by, why=why) as step:
            step.record._tell_reporter()

    def warn(self, *, by: Any, why: str) -> None:
        """The person reads `why`."""
        with self._decide("warn", by=by, why=why) as step:
            step.record._refuse_if_named(why)
            step.record._tell_person("warned", why)
            step.record._tell_reporter()

    def bar(self, *, by: Any, why: str) -> None:
        """The person reads `why`, and can't write to anybody here from now on."""
        with self._decide("bar", by=by, why=why) as step:
            step.record._refuse_if_named(why)
            step.record._set_bar(barred=True)
            step.record._tell_person("barred", why)
            step.record._tell_reporter()

    def lift(self, *, by: Any, why: str) -> None:
        """The bar of this report ends; with the last one the person may write again."""
        with self._decide("lift", by=by, why=why) as step:
            report = step.record
            report._refuse_if_named(why)
            Official.objects.select_for_update(of=("self",), no_key=True).get(reports=report)  # two that are lifted at once see each other
            if not Report.objects.filter(person=report.person_id, state=State.BARRED).exclude(pk=report.pk).exists():
                report._set_bar(barred=False)
                report._tell_person("unbarred", why)

    # --- Their parts -------------------------------------------------------------------------------------------------

    @contextmanager
    def _decide(self, verb: str, *, by: Any, why: str) -> Iterator[Step[Report]]:
        with self.move(verb, by=by, why=why) as step:
            step.record.decided_at = timezone.now()
            yield step

    def _set_bar(self, *, barred: bool) -> None:
        self.person = Official.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(reports=self)
        self.person.barred_from_relay = barred
        self.person.save(update_fields=["barred_from_relay"])

    def _refuse_if_named(self, why: str) -> None:
        """Raises MoveRefused where words for the person would tell who reported."""
        said = why.casefold()
        if any(mark and mark.casefold() in said for mark in (self.by.name, self.by.email)):
            raise MoveRefused(gettext("Your words name who reported. The person must not learn that: leave it out."))

    def _tell_person(self, name: str, why: str) -> None:
        user = self.person.user  # type: ignore[union-attr]  # warned and barred are people alone
        mail.send(f"members/{name}", to=user.email, context={"why": why}, language=user.language, private=True)

    def _tell_reporter(self, why: str = "") -> None:
        with override(self.by.language):
            context = {"about": self.about, "why": why}
        mail.send("members/report_decided", to=self.by.email, context=context, language=self.by.language, private=True)


def _report_contact(contact: Contact, by: Any) -> Official:
    """Move the contact to reported; answers whom it is about."""
    with contact.move("report", by=by):
        pass
    return contact.other(by)


class ReportTransition(Transition):
    subject = models.ForeignKey(Report, models.CASCADE, related_name="transitions", verbose_name=_("report"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(to_state__in=["dismissed", "settled", "warned", "barred"]), name="report_one_decision"
            ),
        ]

    @property
    def words(self) -> str:
        return {
            "file": gettext("Reported"),
            "dismiss": gettext("Dismissed"),
            "settle": gettext("Put right"),
            "warn": gettext("Warned by mail"),
            "bar": gettext("Barred from writing"),
            "lift": gettext("Bar lifted"),
        }[self.verb]
