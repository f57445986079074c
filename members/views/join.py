"""`/join/`: the questions, a page each, and the mail that confirms them. What happens with answers: members/joining.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import joining, matching
from members.joining import PAGES, Incomplete, Page
from members.limits import TooOften, knock, too_often
from members.models import City, Draft
from members.querysets import CityQuerySet
from strongcities.access import public
from strongcities.faults import for_a_program

require_form = require_http_methods(["GET", "HEAD", "POST"])


def current(request: HttpRequest) -> Draft | None:
    """The draft of this browser. Never makes a session."""
    key = request.session.get("draft")
    return Draft.objects.unfinished().filter(key=key).first() if key else None


def _begun(request: HttpRequest) -> Draft:
    """The draft of this browser, begun with its first answer. Raises TooOften."""
    draft = current(request)
    if draft is None:
        knock(request, "draft")
        draft = Draft.objects.create()
        request.session["draft"] = draft.key
    request.session.modified = True  # kept for as long again after each answer
    return draft


def _url(page: str) -> str:
    named = {"check": "members:join_check", "city/choose": "members:join_choose"}
    return reverse(named[page]) if page in named else reverse("members:join_page", args=[page])


def _next(page: Page, draft: Draft) -> str:
    """Where a page leads: on, or back to the check once every answer will do."""
    leads_on = page.next.startswith("city/") or joining.done(draft) != set(Draft.STEPS)
    return _url(page.next if leads_on else "check")


def steps(draft: Draft | None, now: str) -> list[dict[str, Any]]:
    """The list of steps beside each page: title, address, done, whether it is the one `now`, when it was typed."""
    done = joining.done(draft)
    rows: list[dict[str, Any]] = [
        {
            "step": step,
            "title": PAGES[step].title,
            "url": _url(step),
            "done": step in done,
            "now": step == now,
            "typed_at": draft.typed_at(step) if draft else 0,
        }
        for step in Draft.STEPS
    ]
    return [*rows, {"step": "check", "title": gettext("Check"), "url": _url("check"), "done": False, "now": now == "check", "typed_at": 0}]


def _page(request: HttpRequest, page: Page, draft: Draft | None, form: forms.Form, **more: Any) -> HttpResponse:
    template = f"members/join_{page.path.replace('city/', '')}.html"
    saved = draft.saved if draft and draft.answers(page.step) else None
    context = {"page": page, "form": form, "draft": draft, "steps": steps(draft, page.step), "saved": saved}
    return render(request, template, {**context, **more})


@public
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What joining is, what will be asked, and the way on: from the beginning, or where this browser left off."""
    draft = current(request)
    rows = steps(draft, "")
    first_open = next((row["url"] for row in rows if not row["done"]), _url("check"))
    return render(request, "members/join.html", {"draft": draft, "steps": rows, "first_open": first_open})


@public
@never_cache
@require_form
def page(request: HttpRequest, path: str) -> HttpResponse:
    """A page of questions. What is typed is kept, right or wrong; the way on opens when it will do."""
    asked = PAGES.get(path)
    if asked is None or path == "city/choose":
        raise Http404
    if request.method != "POST":
        draft = current(request)
        return _page(request, asked, draft, asked.form(initial=_initial(request, asked, draft)))
    try:
        draft = _begun(request)
    except TooOften as error:
        return too_often(request, error)
    joining.keep(draft, asked, request.POST)
    form = asked.form(request.POST)
    return redirect(_next(asked, draft)) if form.is_valid() else _page(request, asked, draft, form)


def _initial(request: HttpRequest, asked: Page, draft: Draft | None) -> dict[str, Any]:
    """What was typed before; before that, what a signed-in person's account knows."""
    kept = draft.answers(asked.step) if draft else {}
    if asked.path == "person" and request.user.is_authenticated and not kept:
        return {"name": request.user.name, "email": request.user.email}
    return kept


@public
@never_cache
@require_form
def choose(request: HttpRequest) -> HttpResponse:
    """The cities that the typed name may mean, and "None of these"."""
    draft, asked = current(request), PAGES["city/choose"]
    if draft is None or not PAGES["city"].form(draft.answers("city")).is_valid():
        return redirect(_url("city"))
    found = _matches(draft)
    if not found:
        return redirect(_url("city/new"))
    offered = [(str(match.city.pk), match.city.called) for match in found]
    form = asked.form(request.POST or None, offered=offered, initial=draft.answers("city"))  # type: ignore[call-arg]
    if request.method == "POST":
        joining.keep(draft, asked, request.POST)
        if form.is_valid():
            return redirect(_url("city/new") if form.cleaned_data["choice"] == "new" else _next(asked, draft))
    chosen = str(form["choice"].value() or (offered[0][0] if found[0].how < matching.How.LOOKS_LIKE else ""))
    return _page(request, asked, draft, form, matches=found, chosen=chosen)


def _matches(draft: Draft) -> list[matching.Match]:
    """Among the cities that everyone may see: one that is only proposed would tell that somebody applied."""
    named = PAGES["city"].form(draft.answers("city"))
    named.is_valid()
    cities: CityQuerySet = City.objects.public()
    return matching.find(named.cleaned_data["name"], country=named.cleaned_data["country"], cities=cities)


@public
@require_POST
def save(request: HttpRequest, path: str) -> HttpResponse:
    """Keep what is typed as it stands. Asked by the script while somebody types, and by "Save and go on later"."""
    asked = PAGES.get(path)
    if asked is None:
        raise Http404
    try:
        draft = _begun(request)
    except TooOften as error:
        return too_often(request, error)
    kept = joining.keep(draft, asked, request.POST)
    if for_a_program(request):
        saved = draft.saved if kept else None  # None: newer typing overtook it, nothing is lost
        return JsonResponse({"saved": saved, "draft": draft.mark})
    until = timezone.localtime() + timedelta(seconds=request.session.get_expiry_age())
    messages.success(
        request, gettext("Saved. Come back to this page in this browser until %(day)s.") % {"day": date_format(until, "j F Y")}
    )
    return redirect(_url(path))


@public
@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Every answer once more, with the way to change it."""
    draft = current(request)
    if draft is None:
        return redirect("members:join")
    try:
        answers = joining.answers(draft)
    except Incomplete:
        answers = None
    return render(request, "members/join_check.html", {"draft": draft, "answers": answers, "steps": steps(draft, "check")})


@public
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Mail the link behind which the application is confirmed; again, after a minute."""
    draft = current(request)
    if draft is None:
        return redirect("members:join")
    try:
        mail_link(request, draft)
    except Incomplete:
        return redirect(_url("check"))
    except TooOften as error:
        return too_often(request, error)
    return redirect("members:join_sent")


def mail_link(request: HttpRequest, draft: Draft) -> None:
    """Raises TooOften, Incomplete. One place for both doors that mail a link, so that they share their limits."""
    waited = timezone.now() - draft.sent if draft.sent else joining.RESEND_AFTER
    if waited < joining.RESEND_AFTER:
        raise TooOften(int((joining.RESEND_AFTER - waited).total_seconds()) + 1)
    email = joining.answers(draft).email
    knock(request, "send")
    knock(request, "send to", key=email)
    joining.send_link(draft)


@public
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Go and press the button in the mail."""
    draft = current(request)
    if draft is None or draft.sent is None:
        return redirect("members:join")
    return render(
        request, "members/join_sent.html", {"draft": draft, "email": draft.person.get("email", ""), "days": joining.LINK_LIFE.days}
    )


@public
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw away what was typed."""
    if draft := current(request):
        draft.delete()
    request.session.pop("draft", None)
    messages.success(request, gettext("What you typed is deleted."))
    return redirect("members:join")
