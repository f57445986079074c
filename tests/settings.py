"""The house's settings under test: a demo, on the test cluster of the embedded PostgreSQL or on what DATABASE_URL names."""

import os
from pathlib import Path

from strongcities import postgres

BASE = Path(__file__).resolve().parent.parent
OURS = postgres.url(BASE, postgres.TEST)
# A process of a shared run finds our own address there, set by the one that began it.
TEST_CLUSTER = os.environ.get("DATABASE_URL", "").strip() in {"", OURS}
if TEST_CLUSTER:
    os.environ["DATABASE_URL"] = OURS  # programs that tests start use it as well
for name in ("SITE_URL", "ALLOWED_HOSTS", "SECRET_KEY", "ENCRYPTION_KEYS", "DEBUG", "LANGUAGES"):
    os.environ.pop(name, None)  # a developer's own must not decide whether a test passes
os.environ["DEMO"] = "1"
# Two runs at once have two databases (tests/conftest.py removes those that killed runs left).
os.environ.setdefault("TEST_DATABASE", f"test_strongcities_{os.getpid()}")

from strongcities.settings import *  # noqa: E402, F403  they read the environment

DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  a thread that ends leaves no connection open
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; no test is about the hash
MAILERS = {**MAILERS, "default": {"BACKEND": "tests.mailbox.WatchedOutbox"}}  # noqa: F405
STATIC_ROOT = None  # type: ignore[assignment]  # tests serve static files from where they are written
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
