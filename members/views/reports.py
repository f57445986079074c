"""Telling the staff of what should not be: words that were written to the reader, a person's page, a city's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from members.forms.relay import ReportForm
from members.limits import TooOften, knock, too_often
from members.models import City, Contact, Official, Report
from members.views.join import require_form
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused


def _report(request: HttpRequest, back: str, **about: Any) -> HttpResponse:
    """Ask what is wrong, then tell the staff; `about` is one of the three, `back` the page that it is about."""
    ((what, thing),) = about.items()
    if not thing.can_report(request.user):
        raise PermissionDenied
    form = ReportForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "members/report.html", {"form": form, "what": what, "thing": thing, "back": back})
    try:
        knock(request, "report", key=str(request.user.pk))
        Report.file(by=request.user, **about, **form.cleaned_data)
    except TooOften as error:
        return too_often(request, error)
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Thank you. Our staff look into it, and you will hear from us by mail. Nobody else is told."))
    return redirect(back)


@signed_in
@never_cache
@require_form
def contact(request: HttpRequest, key: str) -> HttpResponse:
    loaded = get_object_or_404(Contact.objects.visible_to(request.user).with_people(), key=key)
    return _report(request, loaded.get_absolute_url(), contact=loaded)


@signed_in
@never_cache
@require_form
def person(request: HttpRequest, key: str) -> HttpResponse:
    loaded = get_object_or_404(Official.objects.visible_to(request.user).select_related("user"), key=key)
    return _report(request, loaded.get_absolute_url(), person=loaded)


@signed_in
@never_cache
@require_form
def city(request: HttpRequest, slug: str) -> HttpResponse:
    loaded = get_object_or_404(City.objects.visible_to(request.user), slug=slug)
    return _report(request, loaded.get_absolute_url(), city=loaded)
