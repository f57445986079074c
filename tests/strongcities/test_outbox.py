"""The demo's page of mails."""

import pytest
from post_office.models import STATUS, Email

pytestmark = pytest.mark.django_db


def make_mail(subject="Confirm your address", message="Press here: https://site.example/join/?a=1&b=2\n<b>not bold</b>"):
    return Email.objects.create(
        from_email="house@site.example", to=["ada@aarhus.example"], subject=subject, message=message, status=STATUS.sent
    )


def test_empty(client):
    answer = client.get("/demo/outbox/")
    assert answer.status_code == 200
    assert "No mail yet" in answer.text


def test_newest_first(client):
    make_mail("the first")
    make_mail("the second")
    text = client.get("/demo/outbox/").text
    assert text.index("the second") < text.index("the first")
    assert "ada@aarhus.example" in text
    assert "No mail leaves this demo" in text


@pytest.mark.parametrize("count", [1, 3])
def test_one_number_of_queries(client, django_assert_num_queries, count):
    for _ in range(count):
        make_mail()
    with django_assert_num_queries(2):
        client.get("/demo/outbox/")


@pytest.mark.parametrize("host", ["localhost:8104", "127.0.0.1:8104"])
def test_its_links_stay_at_the_address_that_its_reader_came_by(client, settings, host):
    """A browser keeps the cookies of localhost and 127.0.0.1 apart: a draft, or a sign-in, would be lost on the way."""
    settings.SITE_URL = "http://localhost:8104"
    mail = make_mail(message=f"Press here: {settings.SITE_URL}/join/confirm/x/ or https://aarhus.example/")
    text = client.get(f"/demo/outbox/{mail.pk}/", headers={"host": host}).text
    assert f'href="http://{host}/join/confirm/x/"' in text
    assert 'href="https://aarhus.example/"' in text


def test_pages(client):
    for number in range(51):
        make_mail(f"mail {number}")
    assert '<a href="?page=2" rel="next">' in client.get("/demo/outbox/").text
    assert "mail 0<" in client.get("/demo/outbox/?page=2").text
    assert client.get("/demo/outbox/?page=999").status_code == 200


def test_a_mail_with_links_to_follow_and_nothing_to_run(client):
    text = client.get(f"/demo/outbox/{make_mail().pk}/").text
    assert '<a href="https://site.example/join/?a=1&amp;b=2"' in text
    assert "&lt;b&gt;not bold&lt;/b&gt;" in text


def test_no_such_mail(client):
    assert client.get("/demo/outbox/999999/").status_code == 404


def test_not_outside_the_demo(client, settings):
    mail = make_mail()
    assert client.get(f"/demo/outbox/{mail.pk}/").status_code == 200
    settings.DEMO = False
    assert client.get("/demo/outbox/").status_code == 404
    assert client.get(f"/demo/outbox/{mail.pk}/").status_code == 404


def test_only_reading(client):
    assert client.post("/demo/outbox/").status_code == 405


def test_it_is_not_kept(client):
    assert "no-store" in client.get("/demo/outbox/")["Cache-Control"]
