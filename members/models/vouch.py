"""A vouch: an applicant names a colleague, who says that they know them, or doesn't.

| verb    | from      | to       | who                                                                                       |
|---------|-----------|----------|-------------------------------------------------------------------------------------------|
| ask     | (nothing) | asked    | the applicant, of their own open application; three addresses at the most                 |
| vouch   | asked     | vouched  | the colleague: an official of a member city today, never the applicant, while it is open   |
| decline | asked     | declined | the colleague, while it is open                                                           |

Every address that is named becomes a row, whoever it belongs to; only an official of a member city is mailed. The applicant
reads back what they typed and nothing else (not who answered either), or naming addresses would tell who is in the network.

| who may see        | the colleague who is asked; as evidence (the words, from which post) those who decide on the application |
|--------------------|-----------------------------------------------------------------------------------------------------------|
| nobody sees        | the row of an address that belongs to no official, except the applicant who typed it                      |

Held by the database: at most three per application (`number` is 1, 2 or 3, each once), an address once, a colleague once,
a colleague is never the applicant (trigger in migration lead_watch), an answer has a post behind it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from members.models.application import Application
from members.models.application_state import OPEN
from members.models.city import City
from members.models.official import Post
from strongcities import mail
from strongcities.workflow import Move, MoveRefused, Transition, Workflow

MOST = 3


class State(models.TextChoices):
    ASKED = "asked", _("asked")
    VOUCHED = "vouched", _("vouched")
    DECLINED = "declined", _("declined")


class VouchQuerySet(models.QuerySet["Vouch"]):
    def visible_to(self, user: Any) -> VouchQuerySet:
        """The colleague sees what they are asked, as long as they stand for a member city."""
        if not user.is_authenticated or not user.is_member:
            return self.none()
        return self.filter(voucher=user)

    def waiting(self) -> VouchQuerySet:
        """Asked, and an answer still helps."""
        return self.filter(state=State.ASKED, application__state__in=OPEN)


class Vouch(Workflow):
    State = State
    MOVES: ClassVar[dict[str, Move]] = {
        "vouch": Move({State.ASKED}, State.VOUCHED),
        "decline": Move({State.ASKED}, State.DECLINED),
    }

    application = models.ForeignKey(Application, models.CASCADE, related_name="vouches", verbose_name=_("application"))
    number = models.PositiveSmallIntegerField(_("number"))
    email = models.EmailField(_("mail address, as the applicant named it"), max_length=254)
    voucher = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="vouches", verbose_name=_("colleague")
    )
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("speaks as"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED, editable=False)
    words = models.TextField(_("in the colleague's words"), blank=True, max_length=2000)
    asked = models.DateTimeField(_("asked"), default=timezone.now, editable=False)

    objects = VouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("vouch")
        verbose_name_plural = _("vouches")
        ordering = ["asked", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST), name="vouch_three_at_the_most"),
            models.UniqueConstraint(fields=["application", "number"], name="vouch_each_number_once"),
            models.UniqueConstraint(fields=["application", "email"], name="vouch_an_address_once"),
            models.UniqueConstraint(fields=["application", "voucher"], name="vouch_a_colleague_once"),
            models.CheckConstraint(
                condition=Q(state=State.ASKED) | Q(voucher__isnull=False, post__isnull=False), name="vouch_an_answer_has_a_post"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.application}"

    # --- Who may -----------------------------------------------------------------------------------------------------

    def can_vouch(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.pk == self.voucher_id != self.application.applicant_id and user.is_member)

    can_decline = can_vouch

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @classmethod
    def ask(cls, application: Application, email: str, *, by: Any, colleague: Any) -> None:
        """`by` names `email`; `colleague` is the account that it belongs to, or None. Answers nothing in either case.

        Raises PermissionDenied, and MoveRefused where the application is settled, three were named, or this one was.
        """
        if by.pk != application.applicant_id:
            raise PermissionDenied
        with transaction.atomic():
            locked = Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
            named = list(cls.objects.filter(application=locked))
            if not locked.is_open:
                raise MoveRefused(gettext("This application is settled: nobody needs to vouch for you any more."))
            if any(vouch.email == email for vouch in named):
                raise MoveRefused(gettext("You named this address already."))
            if len(named) >= MOST:
                raise MoveRefused(gettext("You named three colleagues: that is the most."))
            known = {vouch.voucher_id for vouch in named}
            speaks = (
                colleague if colleague and colleague.pk not in {by.pk, *known} and colleague.is_active and colleague.is_member else None
            )
            vouch = cls.objects.create(application=locked, email=email, number=len(named) + 1, voucher=speaks)
            vouch.begin("ask", by=by)
            if speaks:
                context = {"vouch": vouch, "city": locked.city_for_applicant, "person": locked.applicant}
                mail.send("members/vouch_asked", to=speaks.email, context=context, language=speaks.language)

    def vouch(self, *, by: Any, words: str) -> None:
        """They know the applicant; `words` go to those who decide."""
        with self.move("vouch", by=by) as step:
            step.record._answer(by, words)

    def decline(self, *, by: Any) -> None:
        """They can't say. Nobody reads anything into it: it is no evidence against."""
        with self.move("decline", by=by) as step:
            step.record._answer(by, "")

    def _answer(self, by: Any, words: str) -> None:
        if not self.application.is_open:
            raise MoveRefused(gettext("The application was settled meanwhile: no answer is needed any more."))
        posts = by.posts_today.filter(city__in=City.objects.members())
        # From the post that says the most about the applicant: at their city, then as a lead official.
        self.post = min(posts, key=lambda post: (post.city_id != self.application.city_id, not post.is_lead, post.pk))
        self.words = words


class VouchTransition(Transition):
    subject = models.ForeignKey(Vouch, models.CASCADE, related_name="transitions", verbose_name=_("vouch"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
