"""What the log tells, and what it must not."""

import base64
import json
import logging
import random
import secrets
import sys
import time
import uuid

import pytest
from django.core import signing
from django.db import IntegrityError, transaction

from members.models import User
from strongcities.logs import JSONFormatter, request_id, without_people, without_tokens


def line(record_of, level=logging.ERROR):
    """The JSON line that a call logs."""
    record = logging.LogRecord("x", level, __file__, 1, record_of, (), sys.exc_info() if sys.exc_info()[0] else None)
    text = JSONFormatter().format(record)
    assert "\n" not in text
    return json.loads(text), text


def test_one_line_of_json():
    token = request_id.set("abc")
    try:
        found, _ = line("first\nsecond “x”")
    finally:
        request_id.reset(token)
    assert (found["says"], found["level"], found["log"], found["request"]) == ("first\nsecond “x”", "error", "x", "abc")
    assert found["at"].endswith("+00:00")


@pytest.mark.parametrize("mail", ["a@b.example", "jo.o'brien+x@city.gov.example", "a%40b.example", "name@xn--rhus-qoa.example"])
def test_mail_addresses_are_blotted(mail):
    assert without_people(f"sent to {mail}, twice") == "sent to [mail], twice"


@pytest.mark.parametrize("text", ["/" + "a" * 40_000, "a@" * 20_000, "/a@" + "b" * 40_000, "a@b" + ".c" * 20_000 + "!"])
def test_a_long_address_costs_no_time(text):
    """A stranger chooses how long the path is. Red, the first one takes half a minute; one of 100,000 letters, minutes."""
    before = time.process_time()
    without_people(text)
    assert time.process_time() - before < 2


def tokens():
    same_each_time = random.Random(1)
    yield from (base64.urlsafe_b64encode(same_each_time.randbytes(24)).decode() for _ in range(300))
    yield from (signing.dumps({"draft": number}, salt="join") for number in range(20))
    yield signing.TimestampSigner().sign("7")
    yield "1-cqx2k1-5c8b7f0a9d3e4c2b1a0f5c8b7f0a9d3e"  # what resets a password
    yield uuid.uuid4().hex
    yield str(uuid.uuid4())


def test_tokens_in_paths_are_blotted():
    kept = [token for token in tokens() if token in without_tokens(f"/join/confirm/{token}/")]
    assert kept == []


@pytest.mark.parametrize(
    "path",
    [
        "/hub/practices/community-guardians-in-the-neighbourhood-of-gellerup-2015/",
        "/cities/saint-denis-sur-seine-93200/",
        "/account/password/change/",
        "/hub/practices/gewaltpraeventionsnetzwerk-der-stadt/",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "ContentSecurityPolicyMiddleware",
    ],
)
def test_words_stay(path):
    assert without_tokens(path) == path


def test_mail_address_in_an_exception():
    mail = "mayor@aarhus.example"
    try:
        raise ValueError(f"no such person: {mail}")
    except ValueError:
        found, text = line("failed")
    assert "ValueError: no such person: [mail]" in found["trace"]
    assert "mayor" not in text


def test_the_trace_tells_of_causes():
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error
    except ValueError:
        found, _ = line("failed")
    assert found["trace"].index("first") < found["trace"].index("which led to") < found["trace"].index("second")
    assert "test_logs.py" in found["trace"]


@pytest.mark.django_db
def test_rows_that_a_database_error_quotes():
    mail = "mayor@aarhus.example"
    User.objects.create_user(mail)
    try:
        with transaction.atomic():
            User.objects.create_user(mail)
    except IntegrityError as error:
        assert mail in str(error), "the database does quote it"
        found, text = line("failed")
    assert "IntegrityError: SQLSTATE 23505 members_user_email" in found["trace"]
    assert "mayor" not in text
    assert "DETAIL" not in text


@pytest.mark.django_db
def test_rows_that_a_check_quotes():
    user = User.objects.create_user("a@b.example", name="Ada Lovelace")
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email="A@B.example")
    except IntegrityError as error:
        assert "Ada Lovelace" in str(error), "the database does quote the row"
        found, text = line("failed")
    assert "user_mail_is_lower_case" in found["trace"]
    assert "Ada" not in text


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO, "strongcities.request")
    return caplog


def test_a_request_is_one_line_without_its_query(client, log):
    answer = client.get("/desk/?mail=a@b.example", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer["X-Request-ID"] == "from-the-proxy-1"
    (record,) = [record for record in log.records if record.name == "strongcities.request"]
    assert set(record.data) == {"method", "path", "view", "status", "ms"}
    assert (record.data["path"], record.data["view"], record.data["status"]) == ("/desk/", "pages:desk", 302)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "line\nbreak-in-it", "words and spaces"])
def test_a_request_id_that_is_not_well_formed_is_replaced(client, given):
    assert client.get("/desk/", headers={"X-Request-ID": given} if given else {})["X-Request-ID"] != given


def test_the_path_of_a_request_tells_no_token(client, log):
    token = secrets.token_urlsafe(32)
    client.get(f"/account/confirm-email/{token}/")
    (record,) = [record for record in log.records if record.name == "strongcities.request"]
    assert record.data["path"] == "/account/confirm-email/[token]/"


def test_what_a_route_calls_a_secret_is_blotted_however_it_looks(client, log):
    client.get("/account/confirm-email/plain-words/")
    (record,) = [record for record in log.records if record.name == "strongcities.request"]
    assert record.data["path"] == "/account/confirm-email/[token]/"
