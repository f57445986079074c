"""For load balancers and people on call: does the process answer, is the house ready."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from strongcities.access import public


@public
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200: the process answers. Asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """200: the database is reachable and every migration is applied. 503 otherwise, with the reason in one line."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("database not reachable\n", status=503, content_type="text/plain")
    if waiting:
        return HttpResponse(f"{len(waiting)} migrations not applied\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
