"""`/events/<slug>/registration/follow-up/`: what is asked of whoever has a seat, and what they ask for. An address for each press."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from events import following
from events.forms.answers import AnswersForm
from events.forms.follow_up import InterpretationForm, LetterForm, TravelForm
from events.models import Question, Registration, TravelRequest, VisaLetter
from events.views.loading import done, own
from members import countries
from strongcities.access import signed_in
from strongcities.workflow import MoveRefused

HERE = "events:follow_up"


@signed_in
@never_cache
@require_safe
def follow_up(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, own(request, slug))


def _page(request: HttpRequest, registration: Registration, **bound: forms.Form) -> HttpResponse:
    """`bound`: a form with errors in it, in place of the one that would be there."""
    travel, letter = registration.travelrequests.last(), registration.visaletters.last()
    for asked in (travel, letter):
        if asked is not None:
            asked.registration = registration
    context = {
        "registration": registration,
        "event": registration.event,
        "obstacle": following.obstacle(registration),
        "travel": travel,
        "letter": letter,
        "travel_form": bound.get("travel") or _travel_form(travel),
        "letter_form": bound.get("letter") or _letter_form(registration, letter),
        "answers_form": bound.get("answers") or _answers_form(registration),
        "interpretation_form": bound.get("interpretation") or InterpretationForm(registration=registration, prefix="interpretation"),
    }
    return render(request, "events/follow_up.html", context)


def _travel_form(travel: TravelRequest | None) -> TravelForm:
    return TravelForm(prefix="travel", initial=travel.told if travel else None)


def _answers_form(registration: Registration, typed: Any = None) -> AnswersForm:
    given = dict(registration.answers.filter(question__stage=Question.Stage.FOLLOW_UP).values_list("question", "value"))
    return AnswersForm(typed, event=registration.event, stage=Question.Stage.FOLLOW_UP, given=given)


def _letter_form(registration: Registration, letter: VisaLetter | None) -> LetterForm:
    """Filled with what was told before; else with what the house knows."""
    told: dict[str, Any] = letter.told if letter else {}
    if not told:
        post = registration.user.posts_today.filter(city=registration.city).first() if registration.city else None
        told = {"full_name": registration.user.name, "post": post.title if post else ""}
        if registration.city:
            told["city"] = f"{registration.city.name}, {countries.name(registration.city.country)}"
    language = {"language": letter.language} if letter else {}
    return LetterForm(prefix="letter", event=registration.event, initial={**told, **language})


@signed_in
@never_cache
@require_POST
def travel_ask(request: HttpRequest, slug: str) -> HttpResponse:
    registration = own(request, slug)
    form = TravelForm(request.POST, prefix="travel")
    if not form.is_valid():
        return _page(request, registration, travel=form)
    said = gettext("Saved. The Secretariat decides, and you hear by mail.")
    return done(request, lambda: following.ask_for_travel(registration, by=request.user, told=form.cleaned_data), said, HERE, slug)


@signed_in
@never_cache
@require_POST
def travel_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    registration = own(request, slug)
    travel = registration.travelrequests.live().last()
    if travel is None:
        raise Http404
    said = gettext("Your request for travel support is withdrawn.")
    return done(request, lambda: travel.withdraw(by=request.user), said, HERE, slug)


@signed_in
@never_cache
@sensitive_post_parameters()
@require_POST
def letter_ask(request: HttpRequest, slug: str) -> HttpResponse:
    registration = own(request, slug)
    form = LetterForm(request.POST, prefix="letter", event=registration.event)
    if not form.is_valid():
        return _page(request, registration, letter=form)
    told, language = form.told, form.cleaned_data["language"]
    said = gettext("Saved. The Secretariat reads it and signs the letter; you hear by mail.")
    return done(request, lambda: following.ask_for_letter(registration, by=request.user, told=told, language=language), said, HERE, slug)


@signed_in
@never_cache
@require_POST
def letter_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    registration = own(request, slug)
    letter = registration.visaletters.live().last()
    if letter is None:
        raise Http404
    said = gettext("The letter is withdrawn. Nobody may use it any more.") if letter.issued else gettext("Your request is withdrawn.")
    return done(request, lambda: letter.withdraw(by=request.user), said, HERE, slug)


@signed_in
@never_cache
@require_POST
def interpretation_choose(request: HttpRequest, slug: str) -> HttpResponse:
    registration = own(request, slug)
    form = InterpretationForm(request.POST, registration=registration, prefix="interpretation")
    if not form.is_valid():
        return _page(request, registration, interpretation=form)
    language, said = form.cleaned_data["language"], gettext("Saved.")
    return done(request, lambda: following.choose_interpretation(registration, by=request.user, language=language), said, HERE, slug)


@signed_in
@never_cache
@require_POST
def follow_up_answer(request: HttpRequest, slug: str) -> HttpResponse:
    """To the questions that the staff ask of those who have a seat."""
    registration = own(request, slug)
    form = _answers_form(registration, request.POST)
    if not form.is_valid():
        return _page(request, registration, answers=form)
    said = gettext("Your answers are saved.")
    return done(request, lambda: following.answer(registration, by=request.user, answers=form.answers()), said, HERE, slug)


@signed_in
@never_cache
@require_safe
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """The letter itself, made anew each time."""
    found = own(request, slug).visaletters.filter(state=VisaLetter.State.ISSUED).last()
    if found is None or not found.can_open(request.user):
        raise Http404
    return as_download(found)


def as_download(letter: VisaLetter) -> HttpResponse:
    """For its person and the staff, kept by no browser and nothing in between. Its name says no more than its reference."""
    try:
        response = HttpResponse(letter.pdf(), content_type="application/pdf")
    except MoveRefused as error:
        raise Http404 from error
    response["Content-Disposition"] = f'attachment; filename="{letter.reference}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
