"""An application to join: one person, one city, one decision.

| verb     | from                                       | to                        | who                                     |
|----------|--------------------------------------------|---------------------------|-----------------------------------------|
| submit   | (nothing)                                  | submitted                 | the applicant, by the mailed button     |
| review   | submitted                                  | under review              | staff; lead official of the member city |
| ask      | submitted, under review                    | more information asked    | staff; lead official of the member city |
| answer   | more information asked                     | under review              | the applicant                           |
| match    | submitted, under review, information asked | unchanged                 | staff                                   |
| approve  | submitted, under review                    | under review¹ or approved | staff; lead official of the member city |
| decline  | submitted, under review, information asked | declined                  | staff; lead official of the member city |
| withdraw | submitted, under review, information asked | withdrawn                 | the applicant                           |

"Staff" are people of ISD with the permission to vet (`User.vets`). Nobody decides on an application of their own.

¹ How many approvals? Judged anew, under lock, each time somebody approves, since a city may join or leave meanwhile:

| the city today   | who approves                                | then                                             |
|------------------|---------------------------------------------|--------------------------------------------------|
| not a member     | staff, the first                            | under review, waits for a second person          |
| not a member     | the same person again                       | refused with words                               |
| not a member     | a second person of the staff                | approved; the city joins today                   |
| not a member²    | its lead official                           | not allowed (403)                                |
| became a member³ | staff (also the first approver), lead       | approved; the city's membership stays as it is   |
| a member         | staff, or its lead official                 | approved                                         |
| a member         | who confirmed the mail domain⁴, who invited⁵ | approved, as it comes in                         |

² Also where it was a member when the application came in and has left since.
³ By another application, approved meanwhile.
⁴ models/domain.py: a decision taken beforehand by a person who still could take it by hand; `by_domain` says so.
⁵ models/invitation.py: likewise, for one mail address.

What `why` holds on a transition is always shown to the applicant (of a match, the city that they were told);
what staff note for themselves is an `ApplicationNote`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

import pghistory
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from members.mailboxes import domain_of
from members.models.application_state import HELD, OPEN, WAITING, ApplicationQuerySet, State
from members.models.city import City
from members.models.draft import Draft
from members.models.membership import Membership
from members.models.official import Official, Post
from members.models.said import Said
from members.models.user import User
from members.querysets import today
from strongcities import mail
from strongcities.workflow import Move, MoveRefused, Step, Workflow

if TYPE_CHECKING:
    from members.models.application_step import ApplicationTransition


@pghistory.track()
class Application(Said, Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "review": Move({State.SUBMITTED}, State.UNDER_REVIEW),
        "ask": Move(set(WAITING), State.INFORMATION_ASKED),
        "answer": Move({State.INFORMATION_ASKED}, State.UNDER_REVIEW),
        "match": Move(set(OPEN), OPEN),
        "approve": Move(set(WAITING), (State.UNDER_REVIEW, State.APPROVED)),
        "decline": Move(set(OPEN), State.DECLINED),
        "withdraw": Move(set(OPEN), State.WITHDRAWN),
    }

    draft = models.OneToOneField(Draft, models.SET_NULL, null=True, blank=True, editable=False, related_name="application")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant"))
    city = models.ForeignKey(City, models.PROTECT, related_name="applications", verbose_name=_("city"))
    city_typed = models.CharField(_("city as the applicant wrote it"), max_length=120, blank=True, db_default="", editable=False)
    needs_two = models.BooleanField(_("needs two of the staff"), default=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.SUBMITTED, editable=False)

    title = models.CharField(_("post"), max_length=120)
    department = models.CharField(_("department"), max_length=120, blank=True)
    kind = models.CharField(_("kind of work"), max_length=20, choices=Post.Kind)
    head_knows = models.BooleanField(_("the city's head knows"), default=False)
    signatory = models.CharField(_("who signs for the city"), max_length=200, blank=True)
    has_mandate = models.BooleanField(_("the applicant signs for the city"), default=False)
    second_contact = models.CharField(_("second contact"), max_length=200, blank=True)
    message = models.TextField(_("in the applicant's words"), blank=True, max_length=2000)
    language = models.CharField(_("language of mails"), max_length=10, default="en")

    by_domain = models.ForeignKey(
        "members.CityDomain",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="admitted",
        verbose_name=_("by mail domain"),
    )
    first_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("first of two")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application to join")
        verbose_name_plural = _("applications to join")
        ordering = ["submitted_at", "pk"]
        permissions = [("vet_application", "Can decide on applications to join")]
        indexes = [models.Index(fields=["submitted_at"], condition=Q(state__in=OPEN), name="application_queue")]
        constraints = [*HELD, *Said.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.applicant}, {self.city}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def city_for_applicant(self) -> str:
        """The city's name, as the applicant may read it: until it is shown to everyone, what they wrote themselves. How somebody
        else wrote it would tell that somebody else applied."""
        return self.city.name if self.city.is_public else self.city_typed or self.city.name

    @property
    def shown_steps(self) -> list[ApplicationTransition]:
        """What the applicant sees of the way: each change of state, and to which city they were matched where that was told;
        not the staff's steps between."""
        return [step for step in self.transitions.all() if step.from_state != step.to_state or (step.verb == "match" and step.why)]

    # --- Who may -----------------------------------------------------------------------------------------------------

    def can_approve(self, user: Any) -> bool:
        """Staff who vet and, for a city that is a member, its lead officials; nobody for an application of their own."""
        if not user.is_authenticated or user.pk == self.applicant_id:
            return False
        return bool(user.vets or (user.leads(self.city) and self.city.is_member))

    can_review = can_ask = can_decline = can_approve

    def can_match(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.pk != self.applicant_id and user.vets)

    def can_answer(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.pk == self.applicant_id)

    can_withdraw = can_answer
    can_note = can_match  # also to read them: what is noted of oneself is for the others

    def can_confirm_mandate(self, user: Any) -> bool:
        """Whether `user`'s word is enough for the applicant's claim to sign for the city: staff, or one who may sign."""
        if not self.has_mandate or not self.can_approve(user):
            return False
        return bool(user.vets or user.posts_today.filter(city=self.city, has_mandate=True).exists())

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def submit(cls, *, draft: Draft, applicant: Any, city: City, mail_at: str = "", **fields: Any) -> Application:
        """A new application: approved at once where the city has confirmed the domain of `mail_at` (the address that the
        applicant has just confirmed), else told to the applicant and to those who decide. Raises IntegrityError where the
        draft has become one already, or the applicant has an open one for the city; CityGone. Whoever calls it holds the
        transaction (members/joining.py)."""
        application = cls._begun(applicant, city, draft=draft, language=draft.language, **fields)
        if not (mail_at and application._decide_by_domain(domain_of(mail_at))):
            application._announce()
        return application

    @classmethod
    def of_invited(cls, *, applicant: Any, city: City, **told: Any) -> Application:
        """What somebody who was invited told: their open application for the city, brought up to date, or a new one.
        Nobody hears of it yet (`decide_as_invited`). Raises MoveRefused where they stand for the city already, or apply for it
        in another window this very moment."""
        if application := cls._open_one(applicant, city):
            for name, value in told.items():
                setattr(application, name, value)
            application.save(update_fields=list(told))
        else:
            try:
                with transaction.atomic():
                    application = cls._begun(applicant, city, language=applicant.language, **told)
            except IntegrityError as error:
                words = gettext("You applied for %(city)s this very moment, in another window. Open the invitation once more.")
                raise MoveRefused(words % {"city": city}) from error
        application._refuse_if_standing_for(city)
        return application

    @classmethod
    def _open_one(cls, applicant: Any, city: City) -> Application | None:
        """The applicant's open application for the city, locked."""
        return cls.objects.open().select_for_update(of=("self",), no_key=True).filter(applicant=applicant, city=city).first()

    @classmethod
    def _begun(cls, applicant: Any, city: City, **fields: Any) -> Application:
        city = City.held(city.pk)
        application = cls.objects.create(applicant=applicant, city=city, needs_two=not city.is_member, **fields)
        application.begin("submit", by=applicant)
        return application

    def decide_as_invited(self, *, by: Any) -> None:
        """Approved by `by`, who invited, if they still may; else it waits as every application does."""
        if not self._approved_by(by):
            self._announce()

    def _decide_by_domain(self, domain: str) -> bool:
        """Approved by who confirmed the city's mail domain, if they still may. Answers whether it was. A mailbox often outlives
        a post: whose post was ever ended by others, or whose account was closed, is looked at by somebody first, whatever they
        write behind a plus."""
        same = User.objects.of_one_mailbox(self.applicant.email)
        if same.filter(is_active=False).exists() or Post.objects.filter(official__user__in=same).taken_away().exists():
            return False
        rule = self.city.domains.on().select_for_update(of=("self",), no_key=True).filter(domain=domain).first()
        if rule is None or not self._approved_by(rule.confirmed_by, why=gettext("By the confirmed mail domain %s.") % domain):
            return False
        self.by_domain = rule
        self.save(update_fields=["by_domain"])
        self._tell_leads("members/joined_by_domain", domain=domain, person=self.applicant)
        return True

    def _approved_by(self, user: Any, why: str = "") -> bool:
        """Whether `user`, who decided beforehand, could approve by hand today (alone, for a member city); then it is done."""
        if not (user.is_active and self.city.is_member and self.can_approve(user)):
            return False
        with suppress(PermissionDenied, MoveRefused), transaction.atomic():  # the city or the lead official left this moment
            self.approve(by=user, why=why)
        return self.state == State.APPROVED

    def _announce(self) -> None:
        self._tell("submitted")
        if not self.needs_two:  # a member city's lead officials know who wants in, the staff don't
            self._tell_leads("members/colleague", application=self)

    def review(self, *, by: Any) -> None:
        """Take it up; the applicant hears that somebody reads it."""
        with self.move("review", by=by) as step:
            step.record._tell("under_review")

    def ask(self, *, by: Any, why: str) -> None:
        """Ask the applicant for what `why` says. Nothing goes on until they answer."""
        with self.move("ask", by=by, why=why) as step:
            step.record._tell("information_asked", why=why)

    def answer(self, *, by: Any, why: str) -> None:
        """The applicant's answer to what was asked."""
        with self.move("answer", by=by, why=why) as step:
            step.record._tell("answered")

    def match(self, *, by: Any, city: City) -> None:
        """The city that the applicant described is `city`, which is here already: apply for that one instead. They hear of it
        where the city is shown to everyone; of another one it would tell that somebody else applied.

        An approval given so far was for another city and is dropped; so is the proposed city where nothing else hangs
        on it. Raises MoveRefused when the applicant has an open application for `city` or stands for it, or when `city`
        was merged or dropped.
        """
        another = gettext("The applicant has another open application for %(city)s.") % {"city": city}
        try:
            with transaction.atomic():
                with self.move("match", by=by) as step:
                    application = step.record
                    # Both, in the order in which a merge takes them: nobody applies for one of them, merges or drops it meanwhile.
                    both = City.objects.select_for_update().filter(pk__in=[application.city_id, city.pk]).order_by("pk").in_bulk()
                    proposed, held = both[application.city_id], both.get(city.pk)
                    if proposed == city:
                        raise MoveRefused(gettext("The application is for this city already."))
                    if held is None:
                        raise MoveRefused(gettext("That city is no longer here: it was only proposed. Look again."))
                    if Application.objects.open().filter(applicant=application.applicant_id, city=held).exists():
                        raise MoveRefused(another)
                    application._refuse_if_standing_for(held)
                    _refuse_if_merged(held)
                    application.city, application.first_approver = held, None
                    application.needs_two = not held.is_member
                    if held.is_public:
                        step.why = held.name
                        application._tell("matched")
                    step.to(application.state)
                proposed.drop_if_only_proposed()
        except IntegrityError as error:  # they applied for it by a way that doesn't hold the city
            raise MoveRefused(another) from error

    def approve(self, *, by: Any, mandate: bool = False, seen: str | None = None, checked: str = "", why: str = "") -> None:
        """One approval; the last one that is needed admits the applicant and, if it is new, the city (table above).

        `mandate` says that `by` checked the applicant's claim to sign for the city; `seen` is the identity of the city that
        `by` had before them (City.identity); `checked` is kept as a note of the staff; the
        applicant reads `why`. Raises MoveRefused when the city changed or was merged
        meanwhile, or `by` gave the first of two approvals; PermissionDenied when `by` may not approve, not confirm the
        mandate, or not note.
        """
        with self.move("approve", by=by, why=why) as step:
            application = step.record
            if mandate and not application.can_confirm_mandate(by):
                raise PermissionDenied
            # Two applications for one new city wait here for each other, so that it joins once and has one first lead.
            city = City.objects.select_for_update(no_key=True).get(pk=application.city_id)
            _refuse_if_merged(city)  # before applications held their city, or by a rule that kept this one back
            if seen is not None and seen != city.identity:
                raise MoveRefused(gettext("The city was changed while you looked at it. See what it is now, then decide."))
            application.needs_two = not city.is_member
            if not application.needs_two:
                application._admit(step, city, by=by, mandate=mandate)
            elif not by.vets:  # the city left between the look at the permission and the lock
                raise PermissionDenied
            elif application.first_approver_id is None:
                application.first_approver = by
                if application.state == State.SUBMITTED:
                    application._tell("under_review")
                step.to(State.UNDER_REVIEW)
            elif application.first_approver_id == by.pk:
                raise MoveRefused(gettext("You approved already; a new city needs a second person of the staff."))
            else:
                Membership.objects.create(city=city, joined=today())
                application._admit(step, city, by=by, mandate=mandate)
            if checked:
                application.note(by=by, text=checked)

    def decline(self, *, by: Any, why: str) -> None:
        """The end, with a reason that the applicant reads. A new application stays possible."""
        with self.move("decline", by=by, why=why) as step:
            step.record._decided(by)
            step.record._tell("declined", why=why)

    def withdraw(self, *, by: Any) -> None:
        """The applicant takes it back. A new application stays possible."""
        with self.move("withdraw", by=by) as step:
            step.record._decided(by)
            step.record._tell("withdrawn")

    def note(self, *, by: Any, text: str) -> None:
        """Write down what `by` checked or thought, for the staff alone. Raises PermissionDenied."""
        if not self.can_note(by):
            raise PermissionDenied
        self.notes.create(by=by, text=text)

    # --- Their parts -------------------------------------------------------------------------------------------------

    def _admit(self, step: Step[Application], city: City, *, by: Any, mandate: bool) -> None:
        """The person becomes an official of the (locked) city; the first one of a city without a lead becomes its lead."""
        self._refuse_if_standing_for(city)
        if not city.is_public:
            city.is_public = True
            city.save(update_fields=["is_public"])
        official, made = Official.objects.select_for_update().get_or_create(user=self.applicant, defaults=self.said)
        if not made and not official.posts.filter(Q(until=None) | Q(until__gt=today())).exists():
            official.choose(**self.said)  # who stands for a city has said since what others may see, and goes on saying so there
        Post.objects.create(
            official=official,
            city=city,
            title=self.title,
            department=self.department,
            kind=self.kind,
            is_lead=not city.posts.today().filter(is_lead=True).exists(),
            has_mandate=mandate,
            since=today(),
            vetted=today(),
        )
        step.to(State.APPROVED)
        self._decided(by)
        self._tell("approved")

    def _refuse_if_standing_for(self, city: City) -> None:
        if Post.objects.filter(official__user=self.applicant_id, city=city, until=None).exists():
            raise MoveRefused(gettext("The applicant represents %(city)s already.") % {"city": city})

    def _decided(self, by: Any) -> None:
        self.decided_by, self.decided_at = by, timezone.now()

    def _tell_leads(self, name: str, **context: Any) -> None:
        for lead in self.city.leads_today():
            mail.send(name, to=lead.email, context={"city": self.city, **context}, language=lead.language)

    def _tell(self, name: str, **context: Any) -> None:
        """Mail the applicant, in their language."""
        context = {"application": self, "city": self.city_for_applicant, **context}
        mail.send(f"members/{name}", to=self.applicant.email, context=context, language=self.language)


def _refuse_if_merged(city: City) -> None:
    if city.merged_into_id:
        words = gettext("%(gone)s was merged into %(city)s: match the application to that one.")
        raise MoveRefused(words % {"gone": city, "city": city.standing})
