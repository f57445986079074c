"""What may be kept, by whom: nothing that was answered to somebody signed in."""

import pytest

from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status"),
    [("/desk/", 200), ("/", 200), ("/hub/", 200), ("/nothing/", 404), ("/hub/?page=99", 404), ("/hub/?theme=x", 400), ("/admin/", 403),
     ("/account/email/", 200), ("/join/status/", 200), ("/members/consents/", 200), ("/account/login/", 302)],
)  # fmt: skip
def test_answers_to_somebody_signed_in_are_kept_by_nobody(client, address, status):
    client.force_login(cast.make_person("lene"))
    answer = client.get(address, follow=address == "/admin/")
    assert answer.status_code == status
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert "ETag" not in answer


def test_a_visitor_s_page_may_be_kept(client):
    assert client.get("/about/")["Cache-Control"] == "public, max-age=60"
