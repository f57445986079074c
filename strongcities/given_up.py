"""Jobs that were given up: the first page of the admin tells the staff, and whoever runs the site tries them again or lets them go."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation

SHOWN = 100  # should ever so many fail, the oldest tell enough


def jobs() -> QuerySet[Any]:
    """Those that were given up, each with `at`, the oldest first."""
    failed = ProcrastinateJob.objects.filter(status="failed")
    last: QuerySet[Any] = failed.annotate(at=Max("procrastinateevent__at", filter=Q(procrastinateevent__type="failed")))
    return last.order_by("at", "pk")


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("jobs/", require_safe(site.admin_view(listed)), name="jobs"),
        path("jobs/<int:pk>/again/", require_POST(site.admin_view(again)), name="job_again"),
        path("jobs/<int:pk>/let-go/", require_POST(site.admin_view(let_go)), name="job_let_go"),
    ]


def may_settle(user: Any) -> bool:
    """Superusers: those who run the site can read the log, which says why."""
    return bool(user.is_active and user.is_superuser)


def listed(request: HttpRequest) -> HttpResponse:
    """Every one of the staff may read it: it names jobs, not people."""
    context = {"title": gettext("Jobs that were given up"), "jobs": jobs()[:SHOWN], "may_settle": may_settle(request.user)}
    return render(request, "admin/jobs.html", {**admin.site.each_context(request), **context})


def _load(request: HttpRequest, pk: int) -> Any:
    if not may_settle(request.user):
        raise PermissionDenied
    return get_object_or_404(jobs(), pk=pk)


def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it wait to be started once more."""
    job = _load(request, pk)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job.pk, retry_at=timezone.now())
    except UniqueViolation:  # of its queueing lock
        messages.error(request, gettext("Another job that does the same waits already."))
    else:
        messages.success(request, gettext("It is started again."))
    return redirect("admin:jobs")


def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget it. The library's models are for reading only, and it has no verb for this."""
    job = _load(request, pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", [job.pk])
    messages.success(request, gettext("It is let go."))
    return redirect("admin:jobs")
