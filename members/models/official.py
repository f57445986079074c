"""An official, and the dated posts in which they stand for cities.

A post isn't a state but two dates; what happens to it:

| verb      | to a post of today                               | who                                                         |
|-----------|--------------------------------------------------|-------------------------------------------------------------|
| end       | ends today: access is gone with the next request | the official (leaves); a lead official, of one who is none; staff |
| appoint   | lead official, beside the others                 | a lead official of the member city; staff                   |
| hand_over | of a lead: the role goes to one or more others   | the lead official themselves; staff                         |
| revet     | vetted today                                     | a lead official of the member city, staff; never one's own  |
| bring_in  | (nothing before)                                 | staff who vet, from a list (members/imports)                |
| correct   | other words or days, may sign or not             | staff who vet, from a list; never one's own                 |

Each is refused with words where the post is over, also one that ended while somebody looked at the page: the city's row is
locked, then the post is read again. A lead official can't end another one's post: that is between them and the staff. The
last lead official may leave: the city stays, and the staff know (models/vacancy.py). What was done, by whom, when and why is a
`PostTransition`; the dates themselves are in the history too, whoever changed them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from members.models.city import City
from members.models.said import CONSENTS, Said, ShownTo
from members.querysets import sees_members_only, today
from strongcities import mail
from strongcities.workflow import MoveRefused, Transition


class OfficialQuerySet(models.QuerySet["Official"]):
    def holding(self, posts: PostQuerySet) -> OfficialQuerySet:
        """Who holds one of `posts`."""
        return self.filter(Exists(posts.filter(official=OuterRef("pk"))))

    def visible_to(self, user: Any) -> OfficialQuerySet:
        """Who has a post that `user` may see."""
        return self.holding(Post.objects.visible_to(user))

    def named(self, words: str) -> OfficialQuerySet:
        """In whose name each of `words` occurs, whatever case and accents."""
        found = self.annotate(folded_name=_folded(F("user__name")))
        for word in words.split():
            found = found.filter(folded_name__contains=_folded(Value(word)))
        return found

    def by_name(self) -> OfficialQuerySet:
        return self.order_by(_folded(F("user__name")), "pk")


def _folded(words: Any) -> Func:
    return Func(words, function="fold", output_field=TextField())


@pghistory.track(exclude=["key"])
class Official(Said):
    key = models.UUIDField(_("address"), db_default=RandomUUID(), unique=True, editable=False)  # of their page; tells nothing of them
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="official", verbose_name=_("account"))
    barred_from_relay = models.BooleanField(_("may no longer write to others here"), default=False, editable=False)

    objects = OfficialQuerySet.as_manager()

    class Meta(Said.Meta):
        verbose_name = _("official")
        verbose_name_plural = _("officials")

    def __str__(self) -> str:
        return str(self.user)

    def take_consents_back(self) -> None:
        """Who stands for no city any more is shown, written to and mailed by nobody: the consents were given as a member."""
        self.choose(**{name: self._meta.get_field(name).get_default() for name in CONSENTS})  # type: ignore[union-attr]

    def choose(self, **chosen: Any) -> None:
        """Write what somebody said of themselves: languages, themes, consents."""
        for name, value in chosen.items():
            setattr(self, name, value)
        self.save(update_fields=list(chosen))

    def get_absolute_url(self) -> str:
        return reverse("members:person", args=[self.key])

    def consent(self, *, shown_to: str, wants_newsletter: bool, open_to_peers: bool) -> None:
        """Give or take back the three consents; the history keeps when."""
        self.choose(shown_to=shown_to, wants_newsletter=wants_newsletter, open_to_peers=open_to_peers)

    @property
    def standing(self) -> str:
        """Post and city, of each that they hold today in a member city: what a person whom they write to is told."""
        posts = self.posts.today().filter(city__in=City.objects.members()).select_related("city").order_by("-is_lead", "pk")
        return gettext("; ").join(gettext("%(post)s, %(city)s") % {"post": post.title, "city": post.city} for post in posts)

    @property
    def is_reachable(self) -> bool:
        """Whether words reach them through the house: an open account that stands for a member city today."""
        return bool(self.user.is_active and self.user.is_member)

    def can_write(self, user: Any) -> bool:
        """Whether `user`, whose own record this is, may send words to others here. The name is what others know them by:
        without one there would be nothing to show but the address."""
        return bool(user.pk == self.user_id and user.name and self.is_reachable and not self.barred_from_relay)

    def can_be_written_to(self, user: Any) -> bool:
        """Whether `user` may begin to write to this person: both stand for member cities, and this one agreed to it. That
        `user` sees this person's page at all is for `visible_to` to say."""
        own = Official.objects.filter(user=user.pk).first()
        return bool(own and own.pk != self.pk and self.open_to_peers and self.is_reachable and own.can_write(user))

    def can_report(self, user: Any) -> bool:
        """Whether `user` may tell the staff of this page: people of member cities. Visitors write a mail."""
        return bool(user.is_authenticated and user.pk != self.user_id and user.is_member)


class PostQuerySet(models.QuerySet["Post"]):
    def today(self) -> PostQuerySet:
        return self.filter(Q(since__lte=today()), Q(until=None) | Q(until__gt=today()))

    def of(self, user: Any) -> PostQuerySet:
        """Held by `user`, today or ever."""
        return self.filter(official__user=user.pk)

    def taken_away(self) -> PostQuerySet:
        """Ended by somebody else than who held it, and not since their whole city left."""
        ends = PostTransition.objects.filter(subject=OuterRef("pk"), verb="end").exclude(by=OuterRef("official__user"))
        return self.filter(Exists(ends))

    def to_vet_again(self) -> PostQuerySet:
        """Of today, at a city that is a member today, and last vetted longer ago than `settings.REVET_AFTER` days."""
        long_ago = today() - timedelta(days=settings.REVET_AFTER)
        return self.today().filter(vetted__lte=long_ago, city__in=City.objects.members(), official__user__is_active=True)

    def visible_to(self, user: Any) -> PostQuerySet:
        """Posts held today in cities that are members today, of people whose account is open and who agreed to be shown to
        `user`: people of member cities and staff see both who is shown to them and who is shown to everyone."""
        levels = [ShownTo.EVERYONE, ShownTo.MEMBERS] if sees_members_only(user) else [ShownTo.EVERYONE]
        shown = Q(official__shown_to__in=levels, official__user__is_active=True, city__is_public=True, city__in=City.objects.members())
        return self.today().filter(shown).exclude(official__user__name="")  # nothing to show them by but the address


@pghistory.track()
class Post(models.Model):
    """What an official is at a city, from `since` up to, not including, `until`."""

    class Kind(models.TextChoices):
        ELECTED = "elected", _("Elected")
        POLICY = "policy", _("Policy")
        PRACTITIONER = "practitioner", _("Practitioner")

    official = models.ForeignKey(Official, models.PROTECT, related_name="posts", verbose_name=_("official"))
    city = models.ForeignKey(City, models.PROTECT, related_name="posts", verbose_name=_("city"))
    title = models.CharField(_("post"), max_length=120)
    department = models.CharField(_("department"), max_length=120, blank=True)
    kind = models.CharField(_("kind of work"), max_length=20, choices=Kind)
    is_lead = models.BooleanField(_("lead official"), default=False)
    has_mandate = models.BooleanField(_("may sign for the city"), default=False)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    vetted = models.DateField(_("vetted"), default=today)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="post_ends_after_it_began"),
            models.UniqueConstraint(fields=["official", "city"], condition=Q(until=None), name="post_one_open_per_person_and_city"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.city}"

    @property
    def is_today(self) -> bool:
        return self.since <= today() and (self.until is None or self.until > today())

    @property
    def standing(self) -> str:
        """What the post is today, for its transitions."""
        return "ended" if not self.is_today else "lead" if self.is_lead else "official"

    # --- Who may -----------------------------------------------------------------------------------------------------

    def is_of(self, user: Any) -> bool:
        return bool(user.is_authenticated and self.official.user_id == user.pk)

    def can_end(self, user: Any) -> bool:
        if self.is_of(user):
            return True
        return self.city.can_manage_people(user) and (not self.is_lead or user.vets)

    def can_appoint(self, user: Any) -> bool:
        return self.city.can_manage_people(user)

    def can_hand_over(self, user: Any) -> bool:
        return self.is_lead and self.city.can_manage_people(user) and (self.is_of(user) or user.vets)

    def can_revet(self, user: Any) -> bool:
        return not self.is_of(user) and self.city.can_manage_people(user)

    def can_correct(self, user: Any) -> bool:
        return bool(user.vets and not self.is_of(user))

    def can_give_mandate(self, user: Any) -> bool:
        """Who may sign for the city may say that a successor may too; so may the staff."""
        return bool(user.vets or user.posts_today.filter(city=self.city, has_mandate=True).exists())

    # --- Verbs -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _held(self, verb: str, by: Any) -> Iterator[Post]:
        """The post as it is now, its city locked, for `by` to do `verb`. Raises PermissionDenied, MoveRefused."""
        with transaction.atomic():
            City.objects.select_for_update(no_key=True).get(pk=self.city_id)
            post = Post.objects.select_for_update(of=("self",), no_key=True).select_related("city", "official__user").get(pk=self.pk)
            if not getattr(post, f"can_{verb}")(by):
                raise PermissionDenied
            post.refuse_if_over()
            yield post
        self.refresh_from_db()

    def refuse_if_over(self) -> None:
        if not self.is_today or not self.official.user.is_active:
            words = {"person": self.official, "city": self.city}
            raise MoveRefused(gettext("%(person)s no longer represents %(city)s.") % words)

    @classmethod
    def bring_in(cls, *, official: Official, city: City, by: Any, **fields: Any) -> Post:
        """A new post that staff know of themselves, from a list (members/imports). Who stands for the city by it from now on is
        told by mail. Raises PermissionDenied; IntegrityError where they stand for the city already."""
        if not by.vets:
            raise PermissionDenied
        post = cls.objects.create(official=official, city=city, **fields)
        post._note("bring_in", "", by=by)
        if post.is_today:
            user = official.user
            mail.send("members/brought_in", to=user.email, context={"city": city, "post": post.title}, language=user.language)
        return post

    def correct(self, *, by: Any, **fields: Any) -> None:
        """Write what the staff know better: title, department, kind, since, has_mandate. Raises PermissionDenied, MoveRefused."""
        with self._held("correct", by) as post:
            for name, value in fields.items():
                setattr(post, name, value)
            post.save(update_fields=list(fields))
            post._note("correct", post.standing, by=by)

    def end(self, *, by: Any, why: str = "", on: date | None = None) -> None:
        """The post ends today, or ended `on` a day before. Whoever didn't end it themselves is mailed `why`; the lead officials
        who stay hear of it."""
        with self._held("end", by) as post:
            post.close(by=by, why=why, on=on)
            context = {"city": post.city, "person": post.official, "why": why}
            if not post.is_of(by):
                mail.send("members/post_ended", to=post.official.user.email, context=context, language=post.official.user.language)
            for lead in post.city.leads_today():
                if lead.pk != by.pk:
                    mail.send("members/colleague_left", to=lead.email, context=context, language=lead.language)

    def close(self, *, by: Any, why: str = "", verb: str = "end", on: date | None = None) -> None:
        """Write the end, of a post whose city the caller holds; mails are the caller's."""
        before = self.standing
        self.until = max(on or today(), self.since)
        self.save(update_fields=["until"])
        self._note(verb, before, by=by, why=why)
        if not self.official.posts.filter(Q(until=None) | Q(until__gt=today())).exists():
            self.official.take_consents_back()

    def appoint(self, *, by: Any, mandate: bool = False) -> None:
        """Lead official from now on, beside those who are. Raises MoveRefused where they are already."""
        with self._held("appoint", by) as post:
            post.raise_to_lead(by=by, mandate=mandate)

    def raise_to_lead(self, *, by: Any, mandate: bool, verb: str = "appoint") -> None:
        """Write it, and mail the new lead official; the city is held by the caller."""
        self.refuse_if_over()
        if self.is_lead:
            raise MoveRefused(gettext("%(person)s is lead official already.") % {"person": self.official})
        if mandate and not self.can_give_mandate(by):
            raise PermissionDenied
        before = self.standing
        self.is_lead, self.has_mandate = True, self.has_mandate or mandate
        self.save(update_fields=["is_lead", "has_mandate"])
        self._note(verb, before, by=by)
        user = self.official.user
        context = {"city": self.city, "person": by, "mandate": self.has_mandate}
        mail.send("members/appointed", to=user.email, context=context, language=user.language)

    def hand_over(self, to: Iterable[Post], *, by: Any, mandate: bool = False) -> None:
        """`to`, posts of the same city, lead it from now on; this one leads no more and stays an official of the city.

        Raises MoveRefused where nobody is named, or one of them has left meanwhile or leads already; PermissionDenied where
        one is of another city or is this very post.
        """
        with self._held("hand_over", by) as post:
            keys = [successor.pk for successor in to]
            if not keys:
                raise MoveRefused(gettext("Name at least one successor."))
            locked = Post.objects.select_for_update(of=("self",), no_key=True).select_related("city", "official__user")
            successors = list(locked.filter(pk__in=keys, city=post.city_id).exclude(official=post.official_id).order_by("pk"))
            if len(successors) != len(set(keys)):
                raise PermissionDenied
            for successor in successors:
                successor.raise_to_lead(by=by, mandate=mandate, verb="take_over")
            before, post.is_lead = post.standing, False
            post.save(update_fields=["is_lead"])
            names = gettext(", ").join(str(successor.official) for successor in successors)
            post._note("hand_over", before, by=by, why=names)
            context = {"city": post.city, "person": names}
            mail.send("members/handed_over", to=post.official.user.email, context=context, language=post.official.user.language)

    def revet(self, *, by: Any) -> None:
        """They still stand for the city, says `by`."""
        with self._held("revet", by) as post:
            post.vetted = today()
            post.save(update_fields=["vetted"])
            post._note("revet", post.standing, by=by)

    def _note(self, verb: str, before: str, *, by: Any, why: str = "") -> None:
        self.transitions.create(verb=verb, from_state=before, to_state=self.standing, by=by, why=why)


class PostTransition(Transition):
    """What was done to a post: `from_state` and `to_state` are "official", "lead" and "ended"."""

    subject = models.ForeignKey(Post, models.CASCADE, related_name="transitions", verbose_name=_("post"))

    class Meta(Transition.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    @property
    def words(self) -> str:
        return {
            "bring_in": gettext("Brought in from a list"),
            "correct": gettext("Corrected from a list"),
            "end": gettext("Post ended"),
            "leave_city": gettext("The city left the network"),
            "leave_network": gettext("Left the network"),
            "appoint": gettext("Made lead official"),
            "take_over": gettext("Took over as lead official"),
            "hand_over": gettext("Handed the lead over"),
            "revet": gettext("Confirmed: still represents the city"),
        }[self.verb]
