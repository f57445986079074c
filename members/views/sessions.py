"""`/account/sessions/`: where one is signed in, and signing out there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from members import devices
from members.models import Session
from members.sessions import EVERY
from strongcities.access import signed_in


@signed_in
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """The reader's sessions: device in words, since when, last used."""
    here, lately = request.session.session_key, timezone.now() - EVERY * 2
    rows = [
        {"session": row, "device": devices.words(row.device), "here": row.session_key == here, "now": row.seen and row.seen > lately}
        for row in Session.objects.of(request.user)
    ]
    return render(request, "members/sessions.html", {"rows": rows, "others": sum(not row["here"] for row in rows)})


@signed_in
@require_POST
def session_end(request: HttpRequest, handle: str) -> HttpResponse:
    """Sign out one of them. One that is gone already, or somebody else's, is no error: it is as the reader wants it."""
    for row in Session.objects.of(request.user):
        if row.handle == handle and row.session_key != request.session.session_key:
            row.delete()
            messages.success(request, gettext("It is signed out."))
    return redirect("members:sessions")


@signed_in
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    ended = Session.objects.end_all(request.user, but=request.session.session_key)
    words = ngettext("You are signed out on %(count)d other device.", "You are signed out on %(count)d other devices.", ended)
    messages.success(request, words % {"count": ended})
    return redirect("members:sessions")
