"""`/join/status/`: where the reader's applications stand, and what they can do about them."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.forms.decisions import AnswerForm
from members.forms.officials import ColleagueForm
from members.models import Application
from members.models.vouch import MOST
from members.views.join import require_form
from strongcities.access import public, signed_in
from strongcities.workflow import MoveRefused


@public  # strangers get a page that says why they must sign in, not a bare form
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Every application of the reader, the newest first, each with its way so far."""
    if not request.user.is_authenticated:
        return render(request, "members/join_status_sign_in.html")
    return show_status(request)


def show_status(
    request: HttpRequest, *, form: Form | None = None, asked: int = 0, colleague: Form | None = None, naming: int = 0
) -> HttpResponse:
    """The page, with what was typed wrong: an answer (for the application `asked`), or a colleague named (for `naming`)."""
    own = Application.objects.of(request.user).select_related("city")
    applications = own.prefetch_related("transitions", "vouches").order_by("-submitted_at")
    for application in applications:
        fresh = ColleagueForm(prefix="colleague", auto_id=f"id_%s_{application.pk}")
        vars(application)["colleague"] = colleague if colleague and naming == application.pk else fresh
    context = {"applications": applications, "form": form or AnswerForm(), "asked": asked, "naming": naming, "most": MOST}
    return render(request, "members/join_status.html", context)


def own_application(request: HttpRequest, pk: int) -> Application:
    application: Application = get_object_or_404(Application.objects.of(request.user).select_related("city"), pk=pk)
    return application


@signed_in
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    application = own_application(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show_status(request, form=form, asked=pk)
    try:
        application.answer(by=request.user, why=form.cleaned_data["why"])
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Your answer is sent."))
    return redirect("members:join_status")


@signed_in
@never_cache
@require_form
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then takes the application back."""
    application = own_application(request, pk)
    if request.method != "POST":
        return render(request, "members/join_withdraw.html", {"application": application})
    try:
        application.withdraw(by=request.user)
    except MoveRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("Your application is withdrawn."))
    return redirect("members:join_status")
