import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from strongcities import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    health._seen.clear()
    yield
    health._seen.clear()


def test_healthz_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Cache-Control"].split(",")[0]) == (200, b"ok\n", "max-age=0")


def test_ready(client):
    assert client.get("/readyz").content == b"ok\n"


def test_ready_is_cheap_the_second_time(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        assert client.get("/readyz").status_code == 200


def test_not_ready_while_a_migration_waits(client):
    MigrationRecorder(connection).record_unapplied("strongcities", "0004_fuzzystrmatch")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content.endswith(b"migrations not applied\n")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_fails_is_one_line(client, monkeypatch, error):
    assert client.get("/readyz").status_code == 200

    def cursor():
        raise error("the connection is closed")

    monkeypatch.setattr(connection, "cursor", cursor)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database not reachable\n")


def test_only_reading(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
    assert client.head("/healthz").status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_by_the_machines_own_address(client, settings, address, caplog):
    settings.ALLOWED_HOSTS = ["strongcities.example"]
    settings.SECURE_SSL_REDIRECT = True
    caplog.set_level("INFO")
    assert client.get("/account/login/", headers={"host": "10.1.2.3"}).status_code == 400
    caplog.clear()
    assert client.get(address, headers={"host": "10.1.2.3"}).status_code == 200
    assert caplog.records == []
