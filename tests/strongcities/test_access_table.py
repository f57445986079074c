"""docs/access.md says what every kind of person gets at every address; this walks them all and compares, and looks whether
anybody reads a word on any of the pages that isn't theirs to read.

To bring the table up to date after a change that is meant: `ACCESS_TABLE=write` in the environment writes what is found, to be
read line by line before it is committed.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import get_resolver, reverse

from events import following, inviting, registering, visa
from events.models import CalendarAddress, Paper, Question as EventQuestion, Series, Speaker
from hub import saved_searches
from hub.models import Promotion, Question, ThemeOrder
from hub.models.practice import State
from hub.search import Query
from members import editing
from members.models import (
    AddressChange,
    City,
    CityDomain,
    Contact,
    Export,
    Import,
    Invitation,
    Merge,
    Official,
    Report,
    SignOn,
    User,
    Vouch,
)
from members.querysets import today
from strongcities import uploads
from tests import cast
from tests.events import cast as events
from tests.hub.cast import first_synonyms, make_practice
from tests.outbox import outbox
from tests.pictures import HARBOUR, upload
from tests.strongcities.test_views import ACT, VIEWS, names

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
WHO = ("visitor", "account", "official", "lead", "other city", "staff", "Secretariat")
# A word in each private record that is nowhere else, and who may read it. The table's own head says who is who.
SECRETARIAT = {"Secretariat"}
MARKS = {
    "zyxdraft": {"official", "lead", "staff", *SECRETARIAT},  # a practice that isn't published
    "zyxmembers": {"official", "lead", "other city", "staff", *SECRETARIAT},  # one for member cities
    "zyxapply": {"lead", *SECRETARIAT},  # what an applicant wrote to those who decide
    "zyxnote": SECRETARIAT,  # what staff noted of it
    "zyxvouch": {"lead", *SECRETARIAT},  # what a colleague said of them
    "zyxinvite": {"lead", *SECRETARIAT},  # to whom an invitation was mailed
    "zyxcontact": {"official", "lead"},  # what two people wrote to each other
    "zyxsearch": {"official"},  # a search that somebody keeps
    "zyxreport": SECRETARIAT,  # what somebody reported
    "zyxevent": {"official", "lead", "other city", "staff", *SECRETARIAT},  # an event for member cities
    "zyxguest": SECRETARIAT,  # who was invited to it
    "zyxhidden": {"staff", *SECRETARIAT},  # a city that is only proposed
    "zyxseat": SECRETARIAT,  # an organisation whose seat lies ahead
    "zyximport": SECRETARIAT,  # a row of a spreadsheet
    "zyxaddress": {"official", *SECRETARIAT},  # an address that somebody is about to have
    "zyxjourney": {"official", *SECRETARIAT},  # from where somebody travels to an event
    "zyxpassport": {"official", *SECRETARIAT},  # the name in somebody's passport
    "lene@aarhus.dk": {"lead", *SECRETARIAT},  # the address of somebody whose page everyone may see
}
# Beside each stands another word, to search by: what was searched for comes back on the page, for whoever asked.
# The demo's outbox of every mail, and what lies behind a mailed link, or a calendar's own address, for whoever has it.
EVERYBODY_S = {
    "demo:outbox", "demo:mail", "members:invitation", "events:invitation", "events:invitation_accept", "events:own_calendar",
}  # fmt: skip


def said(mark: str) -> str:
    return f"Qvx{mark} Zyx{mark}"


@pytest.fixture
def people(db) -> dict[str, User | None]:
    """One of each kind: a stranger; an account without a post; Ove and Lene of Aarhus; Leila, who leads Mombasa; two of ISD."""
    found = {
        "visitor": None, "account": cast.make_person("nadia"), "official": cast.make_person("ove"), "lead": cast.make_person("lene"),
        "other city": cast.make_person("leila"), "staff": cast.make_staff("events", vets=False), "Secretariat": cast.make_staff("sam"),
    }  # fmt: skip
    shown = Official.objects.filter(user__in=[found["official"], found["lead"], found["other city"]])
    shown.update(shown_to="members", open_to_peers=True)
    Official.objects.filter(user=found["lead"]).update(shown_to="everyone")
    return {who: user and User.objects.get(pk=user.pk) for who, user in found.items()}


@pytest.fixture
def rows(people, settings, tmp_path) -> dict[str, tuple[str, str]]:
    """By what stands in the table's first column: the method and the address. Whatever is private is Aarhus' or its people's, and
    there is a record of everything that the admin shows."""
    aarhus, lene, ove, nadia, sam = (
        City.objects.get(name="Aarhus"),
        *(people[who] for who in ("lead", "official", "account", "Secretariat")),
    )
    application = cast.make_application(nadia, aarhus, message=said("apply"))
    application.note(by=sam, text=said("note"))
    invitation = Invitation.invite(aarhus, "qvxinvite.zyxinvite@aarhus.dk", by=lene, language="en")
    Vouch.ask(application, ove.email, by=nadia, colleague=ove)
    vouch = Vouch.objects.get()
    vouch.vouch(by=ove, words=said("vouch"))
    sissel = cast.make_user("sissel@aarhus.dk", "Sissel")
    posts = {"leave": ove.official.posts.get(), "hand_over": lene.official.posts.get(), "end": cast.make_post(sissel, aarhus)}
    contact = Contact.write(by=lene, to=Official.objects.get(user=ove), text=said("contact"))
    hidden = cast.make_city("Qvxhidden Zyxhidden", slug="only-proposed", is_public=False)
    practice = make_practice(aarhus, said("draft"), state=State.DRAFT, published_at=None)
    members_only = make_practice(aarhus, said("members"), audience="members")
    made: dict[str, Any] = {
        "application": application.pk, "invitation": invitation, "vouch": vouch.pk, "contact": contact.key, "person": ove.official.key,
        "domain": CityDomain.confirm(aarhus, "aarhus.dk", by=lene).pk, "posts": posts,
        "saved": saved_searches.save(Query(said("search")), by=ove, name=said("search"), pace="daily").pk,
    }  # fmt: skip
    made |= _make_event(people, aarhus)
    first_synonyms()
    _fill_the_admin(people, aarhus)
    _what_follows(ove)
    found = {name: _row(name, made) for name in sorted(set(names(get_resolver())))}
    found["hub:practice, draft of Aarhus"] = ("GET", reverse("hub:practice", args=[practice.slug]))
    in_review = make_practice(aarhus, state=State.IN_REVIEW, published_at=None)
    found["hub:practice, in_review of Aarhus"] = ("GET", reverse("hub:practice", args=[in_review.slug]))
    found["hub:practice, for member cities"] = ("GET", reverse("hub:practice", args=[members_only.slug]))
    found["members:body, with a seat that lies ahead"] = ("GET", reverse("members:body", args=["advisory-board"]))
    found["members:city, only proposed"] = ("GET", reverse("members:city", args=[hidden.slug]))
    settings.MEDIA_ROOT = tmp_path
    found |= {f"picture, {which}": ("GET", uploads.Picture(name).src) for which, name in _pictures(hidden).items()}
    found["members:person, of another city"] = ("GET", reverse("members:person", args=[people["other city"].official.key]))
    return found


def _pictures(hidden: City) -> dict[str, str]:
    """The names of pictures: of a city that everyone sees, of a hidden one, of one that has another by now, and of none."""
    shown, replaced, of_hidden, of_none = (uploads.draw(upload()).keep() for _which in range(4))
    ghent = cast.make_city("Ghent", picture=replaced, **HARBOUR)
    for city, name in ((ghent, shown), (hidden, of_hidden)):
        City.objects.filter(pk=city.pk).update(picture=name, **HARBOUR)
    return {"of a city": shown, "of a city that is only proposed": of_hidden, "replaced": replaced, "of no record": of_none}


def _fill_the_admin(people: dict[str, Any], aarhus: City) -> None:
    """A record of each kind, where the rows above have made none."""
    lene, ove, sam, leila = (people[who] for who in ("lead", "official", "Secretariat", "other city"))
    Report.file(by=leila, city=aarhus, kind="abuse", why=said("report"))
    AddressChange.ask(account=ove, new="qvxaddress.zyxaddress@aarhus.dk", by=ove)
    Import.bring(kind="cities", name="cities.csv", file=b"name,country\nQvximport Zyximport,DE\n", by=sam)
    cast.make_seat(said("seat"), since=today() + timedelta(days=40))
    Export.objects.create(kind="cities", by=sam, rows=1)
    SignOn.objects.create(city=aarhus, slug="aarhus", issuer="https://login.example", client_id="house", entered_by=sam)
    double = cast.make_city("Twice", country="NO")
    Merge.merge(
        kept=cast.make_city("Once", country="NO"), dropped=double, by=sam, seen=Merge.preview(City.objects.get(name="Once"), double).mark
    )
    editing.edit(aarhus, by=lene, seen=editing.version(aarhus), values={**editing.values_of(aarhus), "profile": "Our words."})
    Authenticator.objects.create(user=cast.make_user("factor@aarhus.dk"), type=Authenticator.Type.RECOVERY_CODES, data={})
    SocialAccount.objects.create(user=ove, provider="aarhus", uid="1")
    Promotion.objects.create(name="Joining", ends=today())
    ThemeOrder.objects.create(ends=today(), themes=["youth-engagement"], why="Decided.")
    Question.objects.create(key="0", words="hate speech", days=3, readers=10, together=4, last=today())


def _what_follows(ove: Any) -> None:
    """Ove has a seat at an event, asks for support with the journey, and for a letter for the visa."""
    event = events.make_event(slug="follows", offers_travel=True, offers_letters=True)
    seat = events.register(event, ove, listed_to="nobody")
    told = {"from_where": said("journey"), "how": "train", "cost": 80, "currency": "EUR", "own_share": "", "note": ""}
    following.ask_for_travel(seat, by=ove, told=told)
    passport = dict.fromkeys(visa.ASKED, "x") | {"full_name": said("passport"), "born": "1984-05-17"}
    following.ask_for_letter(seat, by=ove, told=passport, language="en")
    Paper.objects.create(event=event, title="Agenda", link="https://example.org")


def _row(name: str, made: dict[str, Any]) -> tuple[str, str]:
    """The method and address of a view, with the fixture's own records in it."""
    method = "POST" if VIEWS.get(name, ("", "GET"))[1] == ACT else "GET"
    if name.startswith("admin:"):
        return method, reverse(name, kwargs=_of_the_admin(name.removeprefix("admin:")))
    return method, reverse(name, args=_arguments(made).get(name.removeprefix("members:"), _OF_LIBRARIES.get(name, [])))


def _of_the_admin(name: str) -> dict[str, Any]:
    """What an address of the admin is about: the first record of its kind."""
    asked = set(get_resolver().namespace_dict["admin"][1].reverse_dict.getlist(name)[0][0][0][1])
    known: dict[str, Any] = {"app_label": "members", "kind": "cities", "suffix": "csv", "pk": 1, "object_id": "1", "part": "weeks"}
    for model in admin.site._registry:
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            record = model._base_manager.order_by("pk").first()
            assert record is not None or name.endswith(("_add", "_changelist", "_delete", "_history", "_change")), f"make one for {name}"
            known |= {"pk": getattr(record, "pk", 1), "object_id": str(getattr(record, "pk", 1))}
    if "content_type_id" in asked:
        known |= {
            "content_type_id": ContentType.objects.get_for_model(City).pk,
            "object_id": str(City.objects.get(name="Qvxhidden Zyxhidden").pk),
        }
    return {key: known[key] for key in asked}


_OF_LIBRARIES: dict[str, list[Any]] = {
    "account_confirm_email": ["nothing"], "account_reset_password_from_key": ["1", "nothing"],
    "picture": ["0" * 32 + "-480x320", 480], "document": ["0" * 32 + "-pdf-1", "nothing.pdf"], "hub:practice": ["nothing"],
    "mfa_edit_webauthn": [1], "mfa_remove_webauthn": [1],
}  # fmt: skip
VIEWS_OF_CONTACT = ("contact", "contact_answer", "contact_reply", "contact_ignore", "contact_close", "contact_report")
VIEWS_OF_FOLLOW_UP = (
    "follow_up", "follow_up_answer", "interpretation_choose", "letter", "letter_ask", "letter_withdraw", "travel_ask", "travel_withdraw",
)  # fmt: skip
VIEWS_OF_CITY = (
    "city", "city_edit", "city_preview", "city_report", "colleagues", "city_invite", "domain_confirm", "city_leave", "city_leave_confirm",
)  # fmt: skip


def _arguments(made: dict[str, Any]) -> dict[str, list[Any]]:
    invitation, posts = made["invitation"], made["posts"]
    return {
        "invitation": [invitation.token],
        "invitation_renew": [invitation.pk],
        "invitation_withdraw": [invitation.pk],
        "domain_end": [made["domain"]],
        "body": ["steering-committee"],
        "session_end": ["nothing"],
        "sign_on_callback": ["nothing"],
        **{each: [made["application"]] for each in ("join_answer", "join_withdraw", "join_vouch")},
        **{each: [made["application"]] for each in ("application", "application_approve", "application_ask", "application_decline")},
        **{each: [made["vouch"]] for each in ("vouch", "vouch_give", "vouch_decline")},
        **{f"post_{verb}": [posts.get(verb, posts["end"]).pk] for verb in ("leave", "hand_over", "end", "appoint", "revet")},
        **{each: [made["person"]] for each in ("person", "person_write", "person_report")},
        **{each: ["nothing"] for each in ("join_confirm", "join_again", "address_confirm", "address_stop")},
        **{each: ["person"] for each in ("join_page", "join_save")},
        "join_change": ["nothing", "person"],
        **{each: [made["contact"]] for each in VIEWS_OF_CONTACT},
        **{each: ["aarhus-dk"] for each in VIEWS_OF_CITY},
        "demo:mail": [outbox()[0].pk],
        **{f"hub:saved_{verb}": [made["saved"]] for verb in ("change", "stop", "mend", "delete")},
        "hub:alert_stop": ["nothing"],
        **{f"events:{each}": ["follows"] for each in VIEWS_OF_FOLLOW_UP},
        **_of_events(made),
    }


VIEWS_OF_EVENT = (
    "event", "ics", "participants", "register", "ask", "register_group", "registration", "change", "withdraw", "accept", "decline", "apart",
    "speaker_choose",
)  # fmt: skip


def _of_events(made: dict[str, Any]) -> dict[str, list[Any]]:
    event, session, place = made["event"], made["session"], made["place"]
    return {
        "events:series": [made["series"]],
        "events:month": ["2026-11"],
        "events:own_calendar": [made["calendar"]],
        "events:session": [event.slug, session.pk],
        **{f"events:{name}": [event.slug] for name in VIEWS_OF_EVENT},
        **{f"events:session_{verb}": [event.slug, session.pk] for verb in ("book", "accept", "decline", "give_back")},
        **{f"events:group_{verb}": [event.slug, place.pk] for verb in ("accept", "decline")},
        **{name: [made["asked"].token] for name in ("events:invitation", "events:invitation_accept", "events:invitation_decline")},
    }


def _make_event(people: dict[str, Any], aarhus: City) -> dict[str, Any]:
    """One for officials of member cities: a group of Aarhus, made by its lead, has the seats; somebody with no account is invited."""
    event = events.make_event(
        "Qvxevent Zyxevent", slug="for-members", audience="members", capacity=2, series=Series.objects.create(title="Talks", slug="talks")
    )
    lead, official = people["lead"], people["official"]
    places = registering.register_group(event, by=lead, city=aarhus, people=[lead, official])
    session = events.make_session(event)
    Speaker.objects.create(session=session, official=official.official)
    EventQuestion.objects.create(event=event, words="What do you bring?")
    inviting.invite(event, [inviting.Address("qvxguest.zyxguest@aarhus.dk")], by=people["Secretariat"])
    calendar = CalendarAddress.renew(official).token
    return {
        "event": event, "session": session, "place": places[1], "asked": event.invitations.get(), "series": "talks", "calendar": calendar,
    }  # fmt: skip


def searches() -> list[str]:
    """Every page that finds by words, asked for each of the marks."""
    pages = (
        "/cities/",
        "/people/",
        "/hub/",
        "/hub/practices.json",
        "/hub/feed/",
        "/hub/export.csv",
        "/admin/members/city/",
        "/admin/hub/practice/",
    )
    return [f"{page}?q={mark.partition('@')[0].replace('zyx', 'qvx')}" for mark in MARKS for page in pages]


@pytest.fixture
def walked(client, people, rows) -> tuple[dict[str, list[str]], dict[str, dict[str, set[str]]]]:
    """What each kind of person gets at each address, every request taken back before the next; and of each mark, who read it where."""
    statuses: dict[str, list[str]] = {name: [] for name in rows}
    read: dict[str, dict[str, set[str]]] = {mark: defaultdict(set) for mark in MARKS}
    asked = {**rows, **{address: ("GET", address) for address in searches()}}
    for who in WHO:
        client.logout()
        if people[who]:
            client.force_login(User.objects.get(pk=people[who].pk))
        signed_in = {name: cookie.value for name, cookie in client.cookies.items()}
        for name, (method, address) in asked.items():
            client.cookies = SimpleCookie(signed_in)  # none of an answer before
            with transaction.atomic():
                answer = client.generic(method, address)
                if name in rows:
                    statuses[name].append(_words(answer))
                if name not in EVERYBODY_S:
                    _note(read, who, name, answer)
                transaction.set_rollback(True)
    return statuses, read


def _note(read: dict[str, dict[str, set[str]]], who: str, name: str, answer: Any) -> None:
    body = answer.getvalue().decode(errors="replace").lower()
    for mark in MARKS:
        if mark in body:
            read[mark][who].add(name)


def _words(answer) -> str:
    if answer.status_code == 302 and "/login/" in answer.headers["Location"]:
        return "sign in"
    return str(answer.status_code)


def test_everybody_gets_what_the_table_says_and_reads_what_is_theirs(walked, rows):
    found, read = walked
    lines = [f"| {name} | {rows[name][0]} | {' | '.join(answers)} |" for name, answers in sorted(found.items())]
    text = TABLE.read_text()
    if os.environ.get("ACCESS_TABLE") == "write":
        head = text[: text.index("| address |")]
        columns = ["address", "method", *WHO]
        TABLE.write_text(head + "\n".join([f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *lines]) + "\n")
        text = TABLE.read_text()
    assert re.findall(r"^\| (?!address |-).*$", text, re.MULTILINE) == lines
    told = {mark: {who: sorted(places)[:5] for who, places in by.items() if who not in MARKS[mark]} for mark, by in read.items()}
    assert {mark: by for mark, by in told.items() if by} == {}, "somebody reads what isn't theirs"
    unread = {mark: MARKS[mark] - set(by) for mark, by in read.items()}
    assert {mark: who for mark, who in unread.items() if who} == {}, "whoever may read it finds it nowhere: the mark proves nothing"
