"""Fixtures that every room's tests share."""

import os

import psycopg
import pytest
from django.conf import settings
from django.utils import translation
from psycopg import sql

from strongcities import postgres
from strongcities.management.commands.compilemessages import compile_messages
from tests import settings as tests_settings
from tests.settings import BASE, TEST_CLUSTER


def pytest_configure():
    compile_messages()


def pytest_make_parametrize_id(config, val, argname):
    """A long text, such as a signed link, is no name: with the second in it, two processes would know one test by two names,
    and a run that they share would not begin."""
    return f"{argname} of {len(val)}" if isinstance(val, str) and len(val) > 60 else None


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The server to test on, and on it nothing that killed runs left: their databases are named by a run that has no
    connection any more. Where a run is shared by several processes, each adds to the name (_gw0, _gw1)."""
    if TEST_CLUSTER:
        postgres.ensure_running(BASE, postgres.TEST)
    name = os.environ["TEST_DATABASE"]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, application_name=name) as here:
        left = here.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_strongcities_[0-9]+(_gw[0-9]+)?$'"
            " AND substring(datname FROM '^test_strongcities_[0-9]+') <> ALL (SELECT application_name FROM pg_stat_activity)"
        ).fetchall()
        for (database,) in left:
            here.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        yield  # the connection stays open for as long as the run lives


@pytest.fixture(scope="session", autouse=True)
def house_mail(django_test_environment):
    """Mail goes the house's way in tests as well: a row of the outbox each, not Django's list in memory."""
    settings.MAILERS = tests_settings.MAILERS


@pytest.fixture(autouse=True)
def english():
    """A page in Arabic leaves its language with the thread; the next test begins in English."""
    with translation.override("en"):
        yield
