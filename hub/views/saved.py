"""`/hub/saved/`: the searches that a person keeps, theirs alone; and the page behind the link in their mails."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hub import panel, saved_searches
from hub.forms import SavedSearchForm, SearchForm
from hub.models import SavedSearch
from hub.models.saved import MOST, Pace
from hub.successors import leads_to_successors
from strongcities.access import public, signed_in
from strongcities.workflow import MoveRefused

require_form = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@never_cache
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """The reader's searches: what each asks for, its pace, when it told something last; those that can no longer be read as such."""
    rows = [_row(search) for search in SavedSearch.objects.of(request.user).defer("known")]
    return render(request, "hub/saved.html", {"rows": rows, "most": MOST, "may_save": SavedSearch.can_save(request.user)})


def _row(search: SavedSearch) -> dict[str, Any]:
    """What it asks for, unless its name says that; `form` has what is wrong with one that can't be read, `left` whether something would
    be left without that."""
    form = saved_searches.read(search.search)
    fits, left = form.is_valid(), saved_searches.left_of(search.search)
    asked = saved_searches.asked(left) if saved_searches.name_for(left) != search.name else []
    return {"search": search, "asked": asked, "form": None if fits else form, "left": fits or panel.address(left) != "?"}


@signed_in
@never_cache
@require_form
@leads_to_successors
def saved_new(request: HttpRequest) -> HttpResponse:
    """Keep the search that stands in the address."""
    user: Any = request.user  # an account, for the view is for the signed in
    if not SavedSearch.can_save(user):
        raise PermissionDenied
    asked = SearchForm(request.GET)
    if not asked.is_valid():
        return render(request, "hub/refused.html", {"form": asked, "rest": panel.address(asked.query)}, status=400)
    query, address = asked.query, panel.address(asked.query)
    if not saved_searches.fits(address):
        messages.error(request, saved_searches.TOO_LONG)
        return redirect("hub:search")
    form = SavedSearchForm(request.POST or None, initial={"name": saved_searches.name_for(query), "pace": Pace.WEEKLY})
    if request.method == "POST" and form.is_valid():
        try:
            saved_searches.save(query, by=user, **form.cleaned_data)
        except MoveRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("The search is saved."))
        return redirect("hub:saved")
    return render(request, "hub/saved_form.html", {"form": form, "asked": saved_searches.asked(query), "address": address})


def _own(request: HttpRequest, pk: int) -> SavedSearch:
    """A search of the reader's; 404 for everybody else's."""
    return get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)


@signed_in
@never_cache
@require_form
def saved_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, another pace."""
    search = _own(request, pk)
    form = SavedSearchForm(request.POST or None, initial={"name": search.name, "pace": search.pace})
    if request.method == "POST" and form.is_valid():
        try:
            saved_searches.change(search, **form.cleaned_data)
        except MoveRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("Saved."))
        return redirect("hub:saved")
    context = {
        "form": form,
        "search": search,
        "asked": saved_searches.asked(saved_searches.left_of(search.search)),
        "address": search.search,
    }
    return render(request, "hub/saved_form.html", context)


@signed_in
@never_cache
@require_POST
def saved_stop(request: HttpRequest, pk: int) -> HttpResponse:
    _own(request, pk).stop()
    messages.success(request, gettext("No more mails about this search. The search itself is still here."))
    return redirect("hub:saved")


@signed_in
@never_cache
@require_POST
def saved_mend(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave out what the hub no longer knows."""
    try:
        saved_searches.mend(_own(request, pk))
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("The search is kept without what the hub no longer knows."))
    return redirect("hub:saved")


@signed_in
@never_cache
@require_form
def saved_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then it is gone, with all that was noted of what it told."""
    search = _own(request, pk)
    if request.method != "POST":
        return render(request, "hub/saved_delete.html", {"search": search})
    search.delete()
    messages.success(request, gettext("The search is deleted."))
    return redirect("hub:saved")


@public
@never_cache
@csrf_exempt  # the token in the address is what allows it, and mail programs press the button by themselves (RFC 8058), without a cookie
@require_form
def alert_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in a mail: a button that stops these mails, without signing in. Opening the page changes nothing."""
    try:
        search = SavedSearch.of_token(token)
    except SavedSearch.DoesNotExist:
        raise Http404 from None
    if request.method == "POST" and search.sends:
        search.stop()
    return render(request, "hub/alert_stop.html", {"search": search})
