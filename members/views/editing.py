"""`/cities/<slug>/edit/`: a lead official edits the city's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import editing, history
from members.forms.city import CityForm, clash_words
from members.limits import TooOften, knock, too_often
from members.locator import Locator
from members.models import City
from members.views.join import require_form
from strongcities.access import signed_in
from strongcities.text import markdown
from strongcities.workflow import MoveRefused


def _load(request: HttpRequest, slug: str) -> City:
    city: City = get_object_or_404(City.objects.visible_to(request.user), slug=slug)
    if not city.can_edit(request.user) or city.merged_into_id:  # what was merged is kept as it was, for the way back
        raise PermissionDenied
    return city


def _bound(request: HttpRequest, city: City) -> CityForm:
    """The form as it came, its picture kept. Raises TooOften."""
    if request.FILES:
        knock(request, "upload", key=f"account {request.user.pk}")
    form = CityForm(request.POST, request.FILES, city=city)
    form.is_valid()
    form.keep()
    return form


@signed_in
@never_cache
@require_form
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The page's form. What two people changed at once is shown to the second one, and nothing is lost."""
    city = _load(request, slug)
    if request.method != "POST":
        return _page(request, city, CityForm.filled(city))
    try:
        form = _bound(request, city)
    except TooOften as error:
        return too_often(request, error)
    if form.errors:
        return _page(request, city, form)
    seen, values = form.cleaned_data["seen"], form.values()
    try:
        change = editing.edit(city, by=request.user, seen=seen, values=values)
    except editing.Overtaken as error:
        return _both(request, error, seen, values)
    except MoveRefused as error:
        form.add_error(None, str(error))
        return _page(request, city, form)
    if change is None:
        messages.info(request, gettext("Nothing was changed."))
    else:
        messages.success(request, gettext("The page of %(city)s is saved. The Secretariat sees what you changed.") % {"city": city.called})
        if change.doubt:
            messages.warning(
                request, change.doubt + " " + gettext("If that is a slip, edit the page once more. The Secretariat sees it too.")
            )
    return redirect(city)


@signed_in
@never_cache
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The form again as it came, with the profile above it as it would look. Nothing is changed."""
    city = _load(request, slug)
    try:
        form = _bound(request, city)
    except TooOften as error:
        return too_often(request, error)
    profile = form.cleaned_data.get("profile", "")
    return _page(request, city, form, preview=markdown(profile) if profile else SafeString(""), previewed=True)


def _both(request: HttpRequest, error: editing.Overtaken, seen: int, values: dict[str, Any]) -> HttpResponse:
    """The form over the newest version, with this person's own changes in it, and above it what others wrote instead."""
    now = error.city
    mine = editing.changed_parts(editing.values_of(editing.at_version(now, seen)), values)
    merged = {**editing.values_of(now), **{field: values[field] for part in mine for field in editing.PARTS[part]}}
    theirs = [_theirs(now, part) for part in error.parts]
    last = now.changes.select_related("by").first()
    return _page(request, now, CityForm.filled(now, merged), theirs=theirs, last=last)


def _theirs(now: City, part: str) -> dict[str, Any]:
    rows = [(history.label_of(field), history.shown(now, field)) for field in editing.PARTS[part] if field != "picture"]
    return {"label": clash_words(part), "rows": rows, "picture": now.picture if part == "picture" else ""}


def _page(request: HttpRequest, city: City, form: CityForm, **more: Any) -> HttpResponse:
    place = getattr(form, "cleaned_data", {}).get("place") or (city.latitude, city.longitude)
    return render(request, "members/city_edit.html", {"city": city, "form": form, "locator": Locator.of(city.country, *place), **more})
