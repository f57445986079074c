"""Papers of events: who reads which, and how the staff keep them."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from events.models import Paper, Registration, Speaker
from strongcities import documents
from tests import cast as house, documents as files
from tests.events import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return cast.make_event(host=house.make_city("Aarhus"))


@pytest.fixture
def papers(event):
    return {
        readers: Paper.objects.create(event=event, title=f"For {readers}", audience=readers, link="https://example.org/x", author="Ada Ash")
        for readers in Paper.Readers.values
    }


def read_by(user):
    return set(Paper.objects.visible_to(user).values_list("audience", flat=True))


def test_who_reads_which(event, papers):
    taking, waits, gone, speaks = cast.make_people(4)
    cast.register(event, taking)
    for person, state in ((waits, "waiting"), (gone, "withdrawn")):
        Registration.objects.filter(pk=cast.register(event, person).pk).update(state=state)
    house.make_seat(house.make_city("Mombasa"))
    Speaker.objects.create(session=cast.make_session(event), official=house.make_post(speaks, house.make_city("Ghent")).official)
    assert read_by(AnonymousUser()) == {"everyone"}
    assert read_by(waits) == read_by(gone) == {"everyone"}
    assert read_by(taking) == read_by(speaks) == {"everyone", "taking"}
    assert read_by(house.make_person("ove")) == {"everyone", "members"}
    assert read_by(house.make_person("leila")) == {"everyone", "members", "committee"}
    assert read_by(house.make_staff("sam")) == set(Paper.Readers.values)


def test_a_paper_is_seen_by_who_sees_its_event_alone(event, papers):
    type(event).objects.update(audience="members")
    assert read_by(AnonymousUser()) == set()
    type(event).objects.update(state="draft")
    assert read_by(house.make_person("ove")) == set()


def test_the_file_is_served_by_the_same_question(client, event):
    kept = documents.read(SimpleUploadedFile("Agenda.pdf", files.pdf())).keep()
    paper = Paper.objects.create(event=event, title="Agenda", document=kept, audience="taking")
    taking, other = cast.make_people(2)
    cast.register(event, taking)
    client.force_login(other)
    assert client.get(paper.url).status_code == 404
    client.force_login(taking)
    answer = client.get(paper.url)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    answer.close()


def test_the_database_holds_the_rules(event):
    session = cast.make_session(cast.make_event("Other"))
    for rule, fields in (
        ("paper_is_a_document_or_a_link", {}),
        ("paper_session_is_of_its_event", {"link": "https://example.org", "session": session}),
        ("paper_audience_is_known", {"link": "https://example.org", "audience": "x"}),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Paper.objects.create(event=event, title="x", **fields)


def test_under_the_chatham_house_rule_nobody_reads_who_wrote_it(event, papers):
    shown = render_to_string("events/_papers.html", {"papers": event.papers.in_order()})
    assert shown.count("Ada Ash") == 4
    type(event).objects.update(chatham_house=True)
    again = render_to_string("events/_papers.html", {"papers": type(event).objects.get().papers.in_order()})
    assert again.count("For everyone") == 1
    assert "Ada Ash" not in again


# --- In the admin --------------------------------------------------------------------------------------------------------

ADD = "/admin/events/paper/add/"


def typed(event, **told):
    return {
        "event": event.pk, "session": "", "title": "Agenda", "author": "", "link": "", "language": "en", "audience": "taking",
        "position": 0,
        **told,
    }  # fmt: skip


def test_staff_keep_a_paper(client, event):
    client.force_login(house.make_staff("sam"))
    answer = client.post(ADD, typed(event, file=SimpleUploadedFile("Agenda.pdf", files.pdf())))
    assert answer.status_code == 302, re.findall(r"errorlist.*?</ul>", answer.content.decode())
    paper = Paper.objects.get()
    assert paper.file
    assert (paper.file.file_name, paper.file.is_there, paper.audience) == ("Agenda.pdf", True, "taking")
    address = f"/admin/events/paper/{paper.pk}/change/"
    assert "Agenda.pdf" in client.get(address).content.decode()
    client.post(address, typed(event, title="New agenda"))
    assert (Paper.objects.get().title, Paper.objects.get().document) == ("New agenda", paper.document)
    client.post(address, typed(event, link="https://example.org/agenda"))
    assert (Paper.objects.get().document, Paper.objects.get().link) == ("", "https://example.org/agenda")
    assert Paper.objects.get().url == "https://example.org/agenda"


def test_what_cannot_be_is_said(client, event):
    client.force_login(house.make_staff("sam"))
    both = typed(event, link="https://example.org", file=SimpleUploadedFile("Agenda.pdf", files.pdf()))
    other = typed(event, link="https://example.org", session=cast.make_session(cast.make_event("Other")).pk)
    for told, words in (
        (typed(event), "either a document or a link"),
        (both, "either a document or a link"),
        (typed(event, file=SimpleUploadedFile("Agenda.pdf", b"MZ\x90\x00")), "errornote"),
        (other, "of another event"),
    ):
        answer = client.post(ADD, told)
        assert answer.status_code == 200
        assert words in answer.content.decode()
    assert not Paper.objects.exists()


def test_others_keep_none(client, event):
    client.force_login(house.make_staff("toni", vets=False))
    assert client.get(ADD).status_code == 403
    client.force_login(house.make_person("lene"))
    assert client.get(ADD).status_code == 302
