"""docs/access.md says what every kind of person gets at every address; this walks them all and compares.

To bring the table up to date after a change that is meant: `ACCESS_TABLE=write` in the environment writes what is found, to be
read line by line before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from hub.models.practice import State
from members.models import (
    City,
    CityDomain,
    Contact,
    Invitation,
    Official,
    User,
    Vouch,
)  # fmt: skip
from tests import cast
from tests.hub.cast import make_practice
from tests.strongcities.test_views import ACT, VIEWS

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
WHO = ("visitor", "account", "official", "lead", "other city", "staff", "Secretariat")


@pytest.fixture
def people(db) -> dict[str, User | None]:
    """One of each kind: a stranger; an account without a post; Ove and Lene of Aarhus; Leila, who leads Mombasa; two of ISD."""
    found = {
        "visitor": None, "account": cast.make_person("nadia"), "official": cast.make_person("ove"), "lead": cast.make_person("lene"),
        "other city": cast.make_person("leila"), "staff": cast.make_staff("events", vets=False), "Secretariat": cast.make_staff("sam"),
    }  # fmt: skip
    Official.objects.filter(user__in=[found["official"], found["lead"], found["other city"]]).update(shown_to="members", open_to_peers=True)
    return {who: user and User.objects.get(pk=user.pk) for who, user in found.items()}


@pytest.fixture
def rows(people) -> dict[str, tuple[str, str]]:
    """By what stands in the table's first column: the method and the address. Whatever is private is Aarhus' or its people's."""
    aarhus, lene, ove, nadia = City.objects.get(name="Aarhus"), people["lead"], people["official"], people["account"]
    assert lene is not None
    assert ove is not None
    assert nadia is not None
    application = cast.make_application(nadia, aarhus)
    invitation = Invitation.invite(aarhus, "new@aarhus.dk", by=lene, language="en")
    Vouch.ask(application, ove.email, by=nadia, colleague=ove)
    sissel = cast.make_user("sissel@aarhus.dk", "Sissel")
    posts = {
        "post_leave": ove.official.posts.get(), "post_hand_over": lene.official.posts.get(),
        "post_end": cast.make_post(sissel, aarhus), "post_appoint": None, "post_revet": None,
    }  # fmt: skip
    contact = Contact.write(by=lene, to=Official.objects.get(user=ove), text="How do you do it?")
    made: dict[str, Any] = {
        "slug": aarhus.slug,
        "path": "person",
        "application": application.pk,
        "invitation": invitation,
        "vouch": Vouch.objects.get().pk,
        "domain": CityDomain.confirm(aarhus, "aarhus.dk", by=lene).pk,
        "contact": contact.key,
        "person": ove.official.key,
        **{name: (post or posts["post_end"]).pk for name, post in posts.items()},
    }
    found = {}
    for name, (_access, methods) in VIEWS.items():
        if not name.startswith(("admin:", "demo:")) and name != "hub:practice":  # a practice's rows are below
            found[name] = _row(name, methods, made)
    for state in (State.DRAFT, State.IN_REVIEW):
        slug = make_practice(aarhus, state=state, published_at=None).slug
        found[f"hub:practice, {state.value} of Aarhus"] = ("GET", reverse("hub:practice", args=[slug]))
    members = make_practice(aarhus, audience="members").slug
    found["hub:practice, for member cities"] = ("GET", reverse("hub:practice", args=[members]))
    hidden = cast.make_city("Lund")
    found["members:city, only proposed"] = ("GET", reverse("members:city", args=[hidden.slug]))
    everyone = cast.make_person("leila").official
    found["members:person, of another city"] = ("GET", reverse("members:person", args=[everyone.key]))
    for model in (
        "application",
        "city",
        "citychange",
        "official",
        "user",
        "merge",
        "report",
        "vacancy",
        "invitation",
        "addresschange",
        "signon",
        "import",
        "export",
    ):
        found[f"admin:members_{model}_changelist"] = ("GET", reverse(f"admin:members_{model}_changelist"))
    found["admin:members_application_change"] = ("GET", reverse("admin:members_application_change", args=[application.pk]))
    found["admin:index"] = ("GET", reverse("admin:index"))
    found["admin:jobs"] = ("GET", reverse("admin:jobs"))
    return found


def _row(name: str, methods: str, made: dict[str, Any]) -> tuple[str, str]:
    """The method and address of a view, with the fixture's own records in it."""
    short = name.partition(":")[2]
    method = "POST" if methods == ACT else "GET"
    invitation = made["invitation"]
    arguments: dict[str, list[Any]] = {
        "invitation": [invitation.token],
        "invitation_renew": [invitation.pk],
        "invitation_withdraw": [invitation.pk],
        "domain_end": [made["domain"]],
        "session_end": ["nothing"],
        "sign_on_callback": ["nothing"],
        **{each: [made["application"]] for each in ("join_answer", "join_withdraw", "join_vouch")},
        **{each: [made["application"]] for each in ("application", "application_approve", "application_ask", "application_decline")},
        **{each: [made["vouch"]] for each in ("vouch", "vouch_give", "vouch_decline")},
        **{each: [made[each]] for each in ("post_leave", "post_hand_over", "post_end", "post_appoint", "post_revet")},
        **{each: [made["person"]] for each in ("person", "person_write", "person_report")},
        **{each: ["nothing"] for each in ("join_confirm", "join_again", "address_confirm", "address_stop")},
        **{each: [made["path"]] for each in ("join_page", "join_save")},
        **{each: [made["contact"]] for each in VIEWS_OF_CONTACT},
        **{each: [made["slug"]] for each in VIEWS_OF_CITY},
    }
    return method, reverse(name, args=arguments.get(short, []) if name.startswith("members:") else [])


VIEWS_OF_CONTACT = ("contact", "contact_answer", "contact_reply", "contact_ignore", "contact_close", "contact_report")
VIEWS_OF_CITY = (
    "city", "city_edit", "city_preview", "city_report", "colleagues", "city_invite", "domain_confirm", "city_leave", "city_leave_confirm",
)  # fmt: skip


def walk(client, people, rows) -> dict[str, list[str]]:
    """What each kind of person gets at each address, every request taken back before the next."""
    found: dict[str, list[str]] = {name: [] for name in rows}
    for who in WHO:
        for name, (method, address) in rows.items():
            with transaction.atomic():
                if people[who]:
                    client.force_login(User.objects.get(pk=people[who].pk))
                else:
                    client.logout()
                answer = client.generic(method, address)
                found[name].append(_words(answer))
                transaction.set_rollback(True)
    return found


def _words(answer) -> str:
    if answer.status_code == 302 and "/login/" in answer.headers["Location"]:
        return "sign in"
    return str(answer.status_code)


def test_everybody_gets_what_the_table_says(client, people, rows):
    found = walk(client, people, rows)
    lines = [f"| {name} | {rows[name][0]} | {' | '.join(answers)} |" for name, answers in sorted(found.items())]
    text = TABLE.read_text()
    if os.environ.get("ACCESS_TABLE") == "write":
        head = text[: text.index("| address |")]
        columns = ["address", "method", *WHO]
        TABLE.write_text(head + "\n".join([f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *lines]) + "\n")
        text = TABLE.read_text()
    assert re.findall(r"^\| (?:\w+:).*$", text, re.MULTILINE) == lines
