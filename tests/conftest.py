"""Fixtures that every room's tests share."""

import functools
import hashlib
import os

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from psycopg import sql

from strongcities import postgres
from strongcities.management.commands.compilemessages import compile_messages
from tests import settings as tests_settings
from tests.house import APPS
from tests.settings import BASE, TEST_CLUSTER

MIGRATED = "test_strongcities_migrated"  # and of what: a database to begin with, kept from run to run
_LOCK = 0x5C1_7E  # one process at a time makes its database, so that two don't both migrate


def pytest_configure():
    compile_messages()


def pytest_collection_modifyitems(items):
    """Whole sites are run first: what is left at the end is handed from one process to the other, and each would make a site anew."""
    items.sort(key=lambda item: item.path.name != "test_run_local.py")


def pytest_make_parametrize_id(config, val, argname):
    """A long text, such as a signed link, is no name: with the second in it, two processes would know one test by two names,
    and a run that they share would not begin."""
    return f"{argname} of {len(val)}" if isinstance(val, str) and len(val) > 60 else None


@pytest.fixture(scope="session")
def made_anew(django_db_keepdb, django_db_use_migrations):
    """Whether all migrations make this run's database, as they do unless pytest is told otherwise."""
    return django_db_use_migrations and not django_db_keepdb


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, made_anew):
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
        here.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if made_anew and here.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_migrated()]).fetchone():
            connection.settings_dict["TEST"]["TEMPLATE"] = _migrated()
        yield here  # the connection stays open for as long as the run lives


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_setup, made_anew):
    """All migrations take longer than most files of tests: they run once for each state of the code that they depend on, and
    their database is copied. Whoever starts on a new state makes it; a clean clone, as CI's, always does."""
    here = django_db_modify_db_settings
    if made_anew and "TEMPLATE" not in connection.settings_dict["TEST"]:
        connection.close()  # what is copied must be at rest
        for (old,) in here.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{MIGRATED}_%"]).fetchall():
            here.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
        names = map(sql.Identifier, (_migrated(), connection.settings_dict["NAME"]))
        here.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    here.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@functools.cache
def _migrated():
    """The name of the migrated database: it tells all that migrations, and what follows them, are made of."""
    told = hashlib.sha256()
    for path in (*(BASE / "tests" / name for name in ("settings.py", "conftest.py")), BASE / "requirements-dev.txt", *_sources()):
        told.update(str(path.relative_to(BASE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{MIGRATED}_{told.hexdigest()[:24]}"


def _sources():
    return sorted(path for app in APPS for path in (BASE / app).rglob("*") if path.is_file() and path.suffix != ".pyc")


@pytest.fixture(scope="session", autouse=True)
def emptied_quickly():
    """After a test with transactions of its own only what it filled is emptied: to truncate all of some 150 tables takes a third of a
    second. Where the role may not leave triggers and foreign keys out, it is truncated as Django does."""
    truncated = DatabaseOperations.sql_flush

    def flush(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser')")
            if reset_sequences or cursor.fetchone() != ("on",):
                return truncated(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
            names = {table: self.quote_name(table) for table in tables}
            each = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {name})" for table, name in names.items())  # noqa: S608  Django's names
            cursor.execute(" UNION ALL ".join(each))
            filled = [names[table] for (table,) in cursor]
        # The search's own tables follow its entries (hub/migrations/0009_bits.py).
        emptied = (f"DELETE FROM {name}" for name in filled)  # noqa: S608  as above
        return ["TRUNCATE hub_entry", "SET LOCAL session_replication_role = replica", *emptied]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseOperations, "sql_flush", flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def house_mail(django_test_environment):
    """Mail goes the house's way in tests as well: a row of the outbox each, not Django's list in memory."""
    settings.MAILERS = tests_settings.MAILERS


@pytest.fixture(autouse=True)
def english():
    """A page in Arabic leaves its language with the thread; the next test begins in English."""
    with translation.override("en"):
        yield
