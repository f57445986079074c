"""For load balancers and people on call: does the process answer, is the house ready."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strongcities.access import public
from strongcities.headers import with_headers

_seen: set[str] = set()  # databases whose migrations this process has seen applied; they don't go away again


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200: the process answers. Asks nothing of the database."""
    return _plain("ok")


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200: the database is reachable and every migration is applied. 503 otherwise, with the reason in one line."""
    database = str(connection.settings_dict["NAME"])
    try:
        if database not in _seen:
            executor = MigrationExecutor(connection)
            if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return _plain(f"{len(waiting)} migrations not applied", 503)
            _seen.add(database)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:  # InterfaceError as well, of a connection that broke, which is no DatabaseError
        return _plain("database not reachable", 503)
    return _plain("ok")


class HealthMiddleware:
    """Answers the two before anything else looks at the request: probes come over http and by the machine's own
    address, which ALLOWED_HOSTS refuses, and every few seconds, which nobody wants in the log. Whoever opens them in a
    browser gets the headers of every other page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.probes = {"/healthz": with_headers(healthz), "/readyz": with_headers(readyz)}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.probes.get(request.path_info, self.get_response)(request)


def _plain(line: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{line}\n", status=status, content_type="text/plain; charset=utf-8")
