"""From a draft to an application: which pages there are, when each is done, the mailed link, and the button behind it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.forms.join import CityChoiceForm, CityNameForm, MandateForm, NewCityForm, PersonForm, PrinciplesForm
from members.models import AddressChange, Application, City, Draft, Post, User
from members.models.city import CityGone
from strongcities import mail

LINK_LIFE = timedelta(days=3)
RESEND_AFTER = timedelta(minutes=1)
_TRIES = 3  # of the button, where the city's record goes under its hand
_SALT = "members.joining.confirm"


class Refused(Exception):
    """Why there is no application (yet): one of those below."""


class Incomplete(Refused):
    """Not every question has an answer that will do."""


class LinkBad(Refused):
    """No link of ours, or its draft is gone."""


class LinkOld(Refused):
    """A link of ours that no longer holds: its time is over, or answers were changed after it was sent."""

    def __init__(self, draft: Draft, *, changed: bool) -> None:
        super().__init__()
        self.draft, self.changed = draft, changed


class SignInFirst(Refused):
    """There is an account with this mail address (`email`), and it isn't the one signed in."""

    def __init__(self, email: str) -> None:
        super().__init__()
        self.email = email


class AppliedAlready(Refused):
    """The person has an open application for the city that they call `city`, or stands for it."""

    def __init__(self, city: str, *, stands: bool) -> None:
        super().__init__()
        self.city, self.stands = city, stands


@dataclass(frozen=True)
class Page:
    """A page of questions: its address `/join/<path>/`, the step of the draft that keeps its answers, its form."""

    path: str
    step: str
    form: type[forms.Form]
    title: str | Promise
    next: str

    def typed(self, data: Any) -> dict[str, Any]:
        """What was typed on this page, as text: {field: text or list of texts}. Takes no field that isn't asked for."""
        return {
            name: data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else data.get(name, "")
            for name, field in self.form.base_fields.items()
        }


PAGES = {
    page.path: page
    for page in (
        Page("city", "city", CityNameForm, _("Your city"), "city/choose"),
        Page("city/choose", "city", CityChoiceForm, _("Is it one of these?"), "person"),
        Page("city/new", "city", NewCityForm, _("Add your city"), "person"),
        Page("person", "person", PersonForm, _("You"), "mandate"),
        Page("mandate", "mandate", MandateForm, _("Mandate"), "principles"),
        Page("principles", "principles", PrinciplesForm, _("Principles and consents"), "check"),
    )
}


@dataclass(frozen=True)
class Answers:
    """A draft whose every answer will do."""

    city: City | None  # None: the one in `new_city`
    new_city: dict[str, str]
    person: dict[str, Any]
    mandate: dict[str, Any]
    principles: dict[str, Any]

    @property
    def email(self) -> str:
        return str(self.person["email"])

    def application(self) -> dict[str, Any]:
        """Those that an application keeps, by its fields."""
        person = ("title", "department", "kind", "languages", "message")
        consents = ("shown_to", "wants_newsletter", "open_to_peers")
        told = {name: self.person[name] for name in person} | {name: self.principles[name] for name in consents} | self.mandate
        return told | {"city_typed": self.new_city.get("name", "")}


def chosen_city(draft: Draft) -> City | None:
    """The city of the network that was chosen, while it is still shown; where it was merged since, what it is part of now."""
    choice = str(draft.city.get("choice", ""))
    is_key = choice.isascii() and choice.isdecimal() and len(choice) < 19  # what a key can be; Python reads no endless number
    chosen = City.objects.select_related("merged_into").filter(pk=int(choice)).first() if is_key else None
    city = chosen.standing if chosen else None
    return city if city and city.is_public else None


def _city(draft: Draft) -> tuple[City | None, dict[str, str]] | None:
    """The city that the draft is for: one that is here, or what is known of a new one. None while that isn't settled."""
    if city := chosen_city(draft):
        return city, {}
    form = NewCityForm(draft.answers("city"))
    return (None, form.cleaned_data) if draft.city.get("choice") == "new" and form.is_valid() else None


def keep(draft: Draft, page: Page, data: Any) -> bool:
    """Keep what was typed on `page`, right or wrong; see `Draft.keep` for what is answered."""
    typed = page.typed(data)
    if page.path == "city" and any(typed[name] != draft.city.get(name, "") for name in typed):
        typed["choice"] = ""  # another name: what was chosen for the last one no longer holds
    if page.path == "city/new":
        typed["choice"] = "new"
    clock = data.get("typed_at", "")
    typed_at = int(clock) if clock.isascii() and clock.isdecimal() and len(clock) < 16 else None
    return draft.keep(page.step, typed, typed_at=typed_at)


def done(draft: Draft | None) -> set[str]:
    """The steps whose answers will do."""
    if draft is None:
        return set()
    steps = {step for step in ("person", "mandate", "principles") if PAGES[step].form(draft.answers(step)).is_valid()}
    return steps | ({"city"} if _city(draft) else set())


def answers(draft: Draft) -> Answers:
    """The draft's answers, cleaned. Raises Incomplete."""
    city = _city(draft)
    cleaned = {}
    for step in ("person", "mandate", "principles"):
        form = PAGES[step].form(draft.answers(step))
        if not form.is_valid():
            raise Incomplete
        cleaned[step] = form.cleaned_data
    if city is None:
        raise Incomplete
    return Answers(city=city[0], new_city=city[1], **cleaned)


# --- The mailed link -------------------------------------------------------------------------------------------------


def token_for(draft: Draft) -> str:
    """What the mailed link carries: which draft, and what its answers were when the mail was sent."""
    return signing.dumps([draft.link, draft.fingerprint()], salt=_SALT)


def send_link(draft: Draft) -> None:
    """Mail the link to the address in the draft. Raises Incomplete.

    Nothing is looked up about the address, and the mail holds nothing that was typed, so neither the page, nor its
    time, nor the mail tells whether there is an account, and nobody can have words of theirs mailed to others.
    """
    with transaction.atomic():
        to = answers(draft).email
        Draft.objects.filter(pk=draft.pk).update(sent=timezone.now())
        mail.send("members/confirm", to=to, context={"token": token_for(draft), "days": LINK_LIFE.days}, language=draft.language)


def draft_of(token: str) -> Draft:
    """The draft that a link is for. Raises LinkBad, or LinkOld with the draft, to which a new link can be sent."""
    try:
        link, fingerprint = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise LinkBad from error
    draft = Draft.objects.select_related("application").filter(link=link).first()
    if draft is None:
        raise LinkBad
    if hasattr(draft, "application"):
        return draft
    try:
        signing.loads(token, salt=_SALT, max_age=LINK_LIFE)
    except signing.SignatureExpired as error:
        raise LinkOld(draft, changed=False) from error
    if fingerprint != draft.fingerprint():
        raise LinkOld(draft, changed=True)
    return draft


def account_of(email: str) -> User | None:
    """The account that signs in with `email`, as its first address or another confirmed one, or is about to."""
    also = Q(emailaddress__email__iexact=email, emailaddress__verified=True)
    soon = Q(address_changes__in=AddressChange.objects.keeping(email))
    return User.objects.filter(Q(email=email) | also | soon).distinct().first()


def make_account(email: str, *, name: str, password: str, language: str) -> User:
    """An account whose owner has just shown that `email` is theirs. Raises SignInFirst where one was made this very moment."""
    try:
        with transaction.atomic():
            account = User.objects.create_user(email, password, name=name, language=language)
            EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    except IntegrityError as error:  # by another draft or invitation with the same mail address
        raise SignInFirst(email) from error
    return account


# --- The button behind it --------------------------------------------------------------------------------------------


def confirm(token: str, *, user: Any, password: str = "") -> tuple[Application, bool]:
    """Turn the draft behind `token` into an application, once. Answers (application, whether it was made just now).

    `user` is whoever is signed in, or an anonymous one; a person without an account gets one, with `password`. Raises
    LinkBad, LinkOld, Incomplete, SignInFirst, AppliedAlready. The draft is locked, so that of two clicks the second
    finds the first one's application; where the lock fails, a unique constraint refuses the second row.
    """
    for _again in range(_TRIES):
        with suppress(CityGone):  # merged or dropped this very moment; the draft leads to what the city is now
            return _confirm(token, user, password)
    raise Incomplete  # which city it is can't be said


def _confirm(token: str, user: Any, password: str) -> tuple[Application, bool]:
    """Raises CityGone too, and then nothing is written."""
    pk = draft_of(token).pk
    with transaction.atomic():
        Draft.objects.select_for_update(of=("self",)).get(pk=pk)
        draft = draft_of(token)  # once more, now that nobody can change it
        if hasattr(draft, "application"):
            return draft.application, False
        given = answers(draft)
        # The city before the account: a list that brings officials in holds the city and then makes accounts too (members/imports).
        city = City.held((given.city or City.propose(**given.new_city)).pk)
        account = _account(given, user, password, draft.language)
        called = city.name if city.is_public else given.new_city.get("name", city.name)
        if Post.objects.filter(official__user=account, city=city, until=None).exists():
            raise AppliedAlready(called, stands=True)
        if Application.objects.open().filter(applicant=account, city=city).exists():
            raise AppliedAlready(called, stands=False)
        try:
            with transaction.atomic():
                return Application.submit(draft=draft, applicant=account, city=city, mail_at=given.email, **given.application()), True
        except IntegrityError as error:  # another draft of theirs for this city was confirmed this very moment
            raise AppliedAlready(called, stands=False) from error


def _account(given: Answers, user: Any, password: str, language: str) -> User:
    account = account_of(given.email)
    if account is None:
        return make_account(given.email, name=given.person["name"], password=password, language=language)
    if account.pk != user.pk:
        raise SignInFirst(given.email)
    return account
