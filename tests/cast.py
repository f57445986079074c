"""The cast of every room's tests: a few named cities and people, and small helpers that make them.

Cities: Aarhus (member since 2015), Mombasa (a county, member since 2016), Oslo (a member until 2020), Ghent (shown, never a
member), Lund (only proposed, hidden). People: Lene leads Aarhus, Ove is an official there, Leila leads Mombasa; Sam and Toni
are of the Secretariat; Nadia has an account and nothing else.
"""

from __future__ import annotations

import importlib
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import transaction

from members import countries
from members.models import Application, Body, City, Draft, Membership, Merge, Official, Post, Seat, User
from members.regions import population_band

PASSWORD = "a long enough password"

CITIES: dict[str, dict[str, Any]] = {
    "Aarhus": {"country": "DK", "population": 285_273, "website": "https://www.aarhus.dk/", "joined": date(2015, 9, 29)},
    "Mombasa": {"country": "KE", "kind": "county", "population": 1_208_333, "joined": date(2016, 3, 1)},
    "Oslo": {"country": "NO", "population": 1_082_575, "joined": date(2015, 9, 29), "left": date(2020, 1, 1)},
    "Ghent": {"country": "BE", "other_names": ["Gent", "Gand"]},
    "Lund": {"country": "SE", "is_public": False},
}
PEOPLE: dict[str, dict[str, Any]] = {
    "lene": {"email": "lene@aarhus.dk", "name": "Lene Lund", "city": "Aarhus", "is_lead": True, "has_mandate": True},
    "ove": {"email": "ove@aarhus.dk", "name": "Ove Olsen", "city": "Aarhus"},
    "leila": {"email": "leila@mombasa.go.ke", "name": "Leila Ali", "city": "Mombasa", "is_lead": True},
    "nadia": {"email": "nadia@gent.be", "name": "Nadia Nys"},
}
STAFF = {"sam": "Sam Staff", "toni": "Toni Staff"}


def make_city(name: str = "Aarhus", **fields: Any) -> City:
    """The city of the cast by that name, or a public one with `fields`; `joined` and `left` give it a membership."""
    known = {"country": "DK", "is_public": True, **CITIES.get(name, {}), **fields}
    joined, left = known.pop("joined", None), known.pop("left", None)
    country = known["country"]
    city = City.objects.named(name).filter(country=country, kind=known.get("kind", "city")).first()
    if city is None:
        known.setdefault("region", countries.region_of(country))
        if known.get("population"):
            known.setdefault("population_band", population_band(known["population"]))
        city = City.objects.create(name=name, **{"slug": f"{name.lower().replace(' ', '-')}-{country.lower()}", **known})
        if joined:
            Membership.objects.create(city=city, joined=joined, left=left, is_founding=joined == date(2015, 9, 29))
    return city


def make_merge(kept: City, dropped: City) -> Merge:
    """`dropped` is now part of `kept`; both are read anew."""
    keeper = make_staff("kai", is_superuser=True)
    for city in (kept, dropped):
        city.refresh_from_db()
    merge = Merge.merge(kept=kept, dropped=dropped, by=keeper, seen=Merge.preview(kept, dropped).mark)
    for city in (kept, dropped):
        city.refresh_from_db()
    return merge


def make_body(kind: str = "steering-committee") -> Body:
    """The body that a migration makes; made anew where a test with real transactions emptied the tables."""
    most = 25 if kind == Body.Kind.STEERING_COMMITTEE else None
    return Body.objects.get_or_create(kind=kind, defaults={"most_cities": most})[0]


def make_seat(who: City | str, **fields: Any) -> Seat:
    """A seat since 2020: a city's on the committee, that of an association of this name on the board."""
    body = make_body("steering-committee" if isinstance(who, City) else "advisory-board")
    whose = {"city": who} if isinstance(who, City) else {"organisation": who, "sort": Seat.Sort.ASSOCIATION}
    return Seat.objects.create(**{"body": body, **whose, "since": date(2020, 1, 1), **fields})


def make_user(email: str = "nadia@gent.be", name: str = "", **fields: Any) -> User:
    """An account with a confirmed address and the cast's password."""
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_person(who: str) -> User:
    """Somebody of the cast; with their post, where they have one."""
    known = dict(PEOPLE[who])
    city = known.pop("city", None)
    post = {name: known.pop(name) for name in ("is_lead", "has_mandate") if name in known}
    user = User.objects.filter(email=known["email"]).first()
    if user is None:
        user = make_user(**known)
        if city:
            make_post(user, make_city(city), **post)
    return user


def make_post(user: User, city: City, **fields: Any) -> Post:
    """A post of `user` at `city` since 2020."""
    official, _made = Official.objects.get_or_create(user=user)
    return Post.objects.create(
        official=official, city=city, **{"title": "Prevention officer", "kind": Post.Kind.POLICY, "since": date(2020, 1, 1), **fields}
    )


def make_staff(who: str = "sam", *, vets: bool = True, **fields: Any) -> User:
    """Somebody of ISD, in the Secretariat unless `vets` is off."""
    email = f"{who}@isd.example"
    user = User.objects.filter(email=email).first() or make_user(email, STAFF.get(who, who.title()), is_staff=True, **fields)
    if vets:
        user.groups.add(secretariat())
    return user


def secretariat() -> Group:
    """The group that a migration makes; made anew where a test with real transactions emptied the tables."""
    group = Group.objects.filter(name="Secretariat").first()
    if group is None:
        importlib.import_module("members.migrations.0002_secretariat").make_group(apps, None)
        for later in ("0015_reports_secretariat", "0022_merged_is_no_member", "0024_imports_secretariat", "0051_bodies"):
            importlib.import_module(f"members.migrations.{later}").allow(apps, None)
        for later in ("0003_secretariat", "0027_synonyms_secretariat", "0030_promoted_secretariat", "0033_asked_secretariat"):
            for operation in importlib.import_module(f"hub.migrations.{later}").Migration.operations:
                operation.code(apps, None)
        for later in ("0003_secretariat", "0052_follow_up_secretariat"):
            importlib.import_module(f"events.migrations.{later}").allow(apps, None)
        group = Group.objects.get(name="Secretariat")
    return group


def make_application(applicant: User | None = None, city: City | None = None, **fields: Any) -> Application:
    """A submitted application: of Nadia for Ghent, unless told otherwise."""
    told = {"title": "Prevention officer", "kind": Post.Kind.POLICY, "head_knows": True, "languages": ["en"]}
    applicant, city = applicant or make_person("nadia"), city or make_city("Ghent")
    with transaction.atomic():
        return Application.submit(draft=Draft.objects.create(), applicant=applicant, city=city, **{**told, **fields})


ANSWERS: dict[str, dict[str, Any]] = {
    "city": {"name": "Leuven", "country": "BE", "choice": "new", "kind": "city", "website": "https://leuven.be", "population_band": ""},
    "person": {
        "name": "Petra Peeters", "email": "petra@leuven.be", "title": "Prevention officer", "department": "", "kind": "policy",
        "languages": ["nl", "en"], "message": "",
    },
    "mandate": {"head_knows": "yes", "signatory": "The mayor", "has_mandate": "on", "second_contact": "", "themes": ["youth-engagement"]},
    "principles": {
        "all_forms": "on", "no_group": "on", "with_communities": "on", "shown_to": "", "wants_newsletter": "", "open_to_peers": "",
    },
}  # fmt: skip


def make_draft(**changes: Any) -> Draft:
    """A draft whose every answer will do: Petra for Leuven, a new city. `changes` by field, into the step that has it."""
    answers = {step: {name: changes.pop(name, value) for name, value in fields.items()} for step, fields in ANSWERS.items()}
    assert not changes, changes
    return Draft.objects.create(**answers)
