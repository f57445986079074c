"""System checks: what a real house must be told, what a demo must not be, and that every view says who may open it.

`manage.py check` runs the first and the last, `check --deploy` what only production needs, `migrate` and
`check --database default` those that ask the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError, connections
from django.urls import URLPattern, URLResolver, get_resolver

from strongcities import environment, sealed
from strongcities.demo import DOMAIN

LOCAL = {"localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"}

# Views that aren't ours and can't say who may open them: the module they come from, and what holds there.
THIRD_PARTY = {
    "allauth.": "signing in is public, the rest is behind allauth's own login_required",
    "django.views.i18n.": "public: the choice of language",
    "django.views.static.": "public: files, in development",
}


def _missing(variable: str, words: str, number: int) -> Error:
    return Error(f"{variable}: {words}", id=f"strongcities.E{number:03}")


@register(Tags.security)
def check_environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What has no default outside the demo, and what the demo must not have."""
    found = list(_demo() if settings.DEMO else _production())
    if not settings.ENCRYPTION_KEYS or not all(sealed.is_key(key) for key in settings.ENCRYPTION_KEYS):
        words = "set 32 random bytes in base64 (python -c 'import secrets; print(secrets.token_urlsafe(32))'), the newest of several first."
        found.append(_missing("ENCRYPTION_KEYS", words, 14))
    if not str(settings.DATABASES["default"]["ENGINE"]).endswith(".postgresql"):
        found.append(_missing("DATABASE_URL", "names something else than a PostgreSQL (postgres://…).", 10))
    found += [_missing(name, f"set {words}, or nothing.", 11) for name, words in environment.unreadable.items()]
    return found


def _demo() -> Iterator[CheckMessage]:
    strangers = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL]
    if strangers:
        yield _missing(
            "DEMO", f"a demo has known passwords and may serve this machine only, but ALLOWED_HOSTS names {', '.join(strangers)}.", 1
        )

    host = str(settings.DATABASES["default"].get("HOST") or "")
    if host and not host.startswith("/") and host not in LOCAL | {"::1"}:
        yield _missing("DEMO", f"a demo makes accounts with known passwords, but DATABASE_URL names another machine, {host}.", 13)


def _production() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # empty
        key = ""
    if settings.EMBEDDED:
        yield _missing("DATABASE_URL", "set the address of a PostgreSQL; the embedded one is for demos.", 2)
    if len(key) < 50 or len(set(key)) < 5:
        yield _missing("SECRET_KEY", "set 50 or more random characters (python -c 'import secrets; print(secrets.token_urlsafe(50))').", 3)
    if any(len(old) < 50 for old in settings.SECRET_KEY_FALLBACKS):
        yield _missing("SECRET_KEY_FALLBACKS", "an old key is shorter than 50 characters. Remove it.", 4)
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield _missing("ALLOWED_HOSTS", "name the site's hosts, separated by commas; * is none.", 5)
    if site.scheme != "https" or not site.hostname or site.path:
        yield _missing("SITE_URL", "set the site's address, https://…, without a path: links in mails begin with it.", 6)
    elif settings.ALLOWED_HOSTS and not any(_serves(host, site.hostname) for host in settings.ALLOWED_HOSTS):
        yield _missing("ALLOWED_HOSTS", f"names no {site.hostname}, which SITE_URL leads to.", 7)
    delivery: dict[str, Any] = settings.MAILERS["delivery"]
    if not delivery.get("OPTIONS", {}).get("host"):
        yield _missing("MAIL_HOST", "set the mail server that delivers the outbox.", 8)
    if settings.DEBUG:
        yield _missing("DEBUG", "shows settings and code to everyone. Unset it.", 9)


def _serves(allowed: str, host: str) -> bool:
    return host == allowed or (allowed.startswith(".") and (host.endswith(allowed) or host == allowed[1:]))


@register(Tags.database)
def check_database(app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The server's version, no demo account outside the demo, and keys that open what is kept."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            with connection.cursor() as cursor:
                cursor.execute("SHOW server_version_num")
                version = int(cursor.fetchone()[0]) // 10_000
                if not 15 <= version <= 18:
                    found.append(_missing("DATABASE_URL", f"PostgreSQL {version}; the site is tested on 15 to 18.", 20))
                cursor.execute("SELECT to_regclass('members_user') IS NOT NULL")
                if not settings.DEMO and cursor.fetchone()[0]:
                    cursor.execute("SELECT count(*) FROM members_user WHERE email LIKE %s AND is_active", [f"%{DOMAIN}"])
                    if cursor.fetchone()[0]:
                        words = "has the demo's accounts, whose password everyone knows. Start from an empty database, or remove them."
                        found.append(_missing("DATABASE_URL", words, 21))
                found += _locked(cursor)
        except DatabaseError as error:
            found.append(_missing("DATABASE_URL", f"the database can't be asked ({type(error).__name__}).", 22))
    return found


# The newest of each kind; before the migration that seals them, nothing is.
SEALED = (
    "SELECT coalesce(data ->> 'secret', data ->> 'seed') FROM mfa_authenticator WHERE data ?| '{secret,seed}' ORDER BY id DESC LIMIT 1",
    "SELECT secret FROM members_signon WHERE secret <> '' ORDER BY id DESC LIMIT 1",
    "SELECT details FROM events_visaletter WHERE details <> '' ORDER BY id DESC LIMIT 1",
)
TABLES = ("mfa_authenticator", "members_signon", "events_visaletter")


def _locked(cursor: Any) -> Iterator[CheckMessage]:
    """What no key opens. People who have a second step couldn't sign in, nor those of a city with its own sign-in; letters for visas
    couldn't be opened."""
    cursor.execute("SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s::text[]) AS name", [list(TABLES)])
    if not cursor.fetchone()[0]:
        return
    for question in SEALED:
        cursor.execute(question)
        for (text,) in cursor.fetchall():
            if sealed.is_sealed(text) and not sealed.opens(text):
                yield _missing("ENCRYPTION_KEYS", "none of them opens what was sealed before. Name the one that did as well.", 23)


@register(Tags.urls)
def check_urls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every view says who may open it (strongcities/access.py)."""
    return [
        Error(
            f"/{route} says nothing about who may open it.",
            hint="Put @public, @signed_in or @staff_only above the view.",
            obj=f"{view.__module__}.{getattr(view, '__qualname__', view)}",
            id="strongcities.E030",
        )
        for route, view in views(get_resolver())
        if not states_access(view)
    ]


def views(resolver: URLResolver, route: str = "") -> Iterator[tuple[str, Any]]:
    """Route and view of everything that the URLconf leads to."""
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, here)
        elif isinstance(entry, URLPattern):
            yield here, entry.callback


def states_access(view: Any) -> bool:
    if hasattr(view, "access"):
        return True
    module = getattr(view, "view_class", view).__module__ + "."
    # What the stock admin wraps in admin_view carries the site, or the model's admin, that it was wrapped for.
    return module.startswith(tuple(THIRD_PARTY)) or hasattr(view, "admin_site") or hasattr(view, "model_admin")
