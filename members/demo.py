"""People for the demo: those whom architecture.md names, and a queue with something in it, each marked as a sample. Refused outside
the demo."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from members.models import Application, City, Contact, Draft, Official, Post, Report, ShownTo, User
from strongcities.demo import PASSWORD
from strongcities.themes import Theme

_STAFF = (("staff@example.org", "Sam Secretariat"), ("staff2@example.org", "Toni Secretariat"))
_OFFICIALS = (
    # mail, name, city and country, post, lead, shown to
    ("lead@example.org", "Lene Lead", ("Aarhus", "DK"), "Head of prevention", True, ShownTo.EVERYONE),
    ("official@example.org", "Ove Official", ("Aarhus", "DK"), "Youth worker", False, ShownTo.MEMBERS),
    ("lead2@example.org", "Leila Lead", ("Mombasa", "KE"), "County adviser on prevention", True, ShownTo.MEMBERS),
)
_CONSENTS: dict[str, Any] = {"open_to_peers": True, "languages": ["en"], "themes": [Theme.YOUTH]}
_WAITING: tuple[dict[str, Any], ...] = (
    {
        "email": "ada@example.org", "name": "Ada Applicant", "days": 9, "title": "Deputy mayor", "kind": Post.Kind.ELECTED,
        "city": {"name": "Sampleton", "country": "GB", "kind": City.Kind.CITY, "website": "https://www.example.org"},
        "head_knows": True, "second_contact": "The town clerk, clerk@example.org", "signatory": "The mayor", "has_mandate": True,
    },
    {
        "email": "ben@example.org", "name": "Ben Applicant", "days": 3, "title": "Prevention officer", "kind": Post.Kind.POLICY,
        "city": {"name": "Aarhuus", "country": "DK", "kind": City.Kind.MUNICIPALITY, "website": ""},
        "head_knows": False, "second_contact": "", "signatory": "", "has_mandate": False,
    },
    {
        "email": "cleo@example.org", "name": "Cleo Applicant", "days": 1, "title": "Social worker", "kind": Post.Kind.PRACTITIONER,
        "city": {"name": "Aarhus", "country": "DK", "kind": City.Kind.CITY, "website": ""},
        "head_knows": True, "second_contact": "", "signatory": "The mayor", "has_mandate": False,
    },
)  # fmt: skip
_REPORTS = (
    # who tells, about whose page, what is wrong, since how many days, what was put right
    (
        "official@example.org", "lead2@example.org", Report.Kind.WRONG, 2,
        "Sample: the page calls her the county’s mediator. She told us herself that she isn’t any more.", "",
    ),
    (
        "lead2@example.org", "official@example.org", Report.Kind.OTHER, 12,
        "Sample: his page names a theme that his team gave up.", "Sample: he took the theme off his page.",
    ),
)  # fmt: skip


@transaction.atomic
def make_people() -> None:
    """Make the demo's accounts, three waiting applications, and two reports; what is there stays as it is.

    Raises ImproperlyConfigured outside the demo, City.DoesNotExist before the founding cities are imported.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo accounts are for the demo alone: their password is known to everyone.")
    for email, name in _STAFF:
        staff, _made = _account(email, name, is_staff=True)
        staff.groups.add(Group.objects.get(name="Secretariat"))
    for email, name, (city, country), title, lead, shown_to in _OFFICIALS:
        user, _made = _account(email, name)
        official, _made = Official.objects.get_or_create(user=user, defaults={"shown_to": shown_to, **_CONSENTS})
        Post.objects.get_or_create(
            official=official,
            city=City.objects.named(city).get(country=country),
            until=None,
            defaults={
                "title": title, "kind": Post.Kind.POLICY, "since": date(2024, 1, 1), "is_lead": lead, "has_mandate": lead
            },
        )  # fmt: skip
    for waiting in _WAITING:
        user, made = _account(waiting["email"], waiting["name"])
        if made:
            _apply(user, waiting)
    _write("lead2@example.org", "lead@example.org", "Sample: we are about to begin a youth council. Who could tell us how yours works?")
    for by, about, kind, days, why, put_right in _REPORTS:
        _report(User.objects.get(email=by), Official.objects.get(user__email=about), kind, days, why, put_right)


def _account(email: str, name: str, **fields: Any) -> tuple[User, bool]:
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user, False
    user = User.objects.create_user(email, PASSWORD, name=f"{name} (sample)", **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user, True


def _write(sender: str, receiver: str, text: str) -> None:
    by, to = User.objects.get(email=sender), Official.objects.get(user__email=receiver)
    if not Contact.objects.between(by.official, to).exists() and to.can_be_written_to(by):
        Contact.write(by=by, to=to, text=text)


def _report(by: User, person: Official, kind: str, days: int, why: str, put_right: str) -> None:  # noqa: PLR0917  a row of the table
    if Report.objects.filter(by=by, person=person).exists():
        return
    report = Report.file(by=by, kind=kind, why=why, person=person)
    told = timezone.now() - timedelta(days=days)
    Report.objects.filter(pk=report.pk).update(at=told)
    report.transitions.update(at=told)
    if put_right:
        report.settle(by=User.objects.get(email=_STAFF[0][0]), why=put_right)


def _apply(user: User, waiting: dict[str, Any]) -> None:
    told = ("title", "kind", "head_knows", "second_contact", "signatory", "has_mandate")
    application = Application.submit(
        draft=Draft.objects.create(),
        applicant=user,
        city=City.propose(**waiting["city"]),
        themes=[Theme.YOUTH, Theme.NETWORKS],
        languages=["en"],
        **{name: waiting[name] for name in told},
    )
    sent = timezone.now() - timedelta(days=waiting["days"])
    Application.objects.filter(pk=application.pk).update(submitted_at=sent)
    application.transitions.update(at=sent)
