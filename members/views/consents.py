"""`/members/consents/`: what an official agreed to, to be changed as easily as it was given."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from members.forms.join import ConsentsForm
from members.models import Official
from members.views.join import require_form
from strongcities.access import signed_in


@signed_in
@never_cache
@require_form
def consents(request: HttpRequest) -> HttpResponse:
    official = get_object_or_404(Official, user=request.user.pk)
    if request.method != "POST":
        now = {name: getattr(official, name) for name in ConsentsForm.base_fields}
        return render(request, "members/consents.html", {"form": ConsentsForm(initial=now)})
    form = ConsentsForm(request.POST)
    if not form.is_valid():  # a level that isn't offered
        return render(request, "members/consents.html", {"form": form})
    official.consent(**form.cleaned_data)
    messages.success(request, gettext("Your choices are saved. They hold from now on."))
    return redirect("members:consents")
