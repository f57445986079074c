"""The public site, the desk, and the styleguide."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.models import Event
from events.month import Week, weeks
from events.waiting import waiting_for as waiting_at_events
from hub.models import Practice
from hub.models.theme_order import priorities
from hub.saved_searches import with_news
from members.first_steps import first_steps
from members.models import City
from members.regions import Population, Region
from members.waiting import standing_of, waiting_for
from pages.forms import SpecimenForm, SpecimenHoursForm
from strongcities.access import public, signed_in
from strongcities.caching import visitors_may_cache
from strongcities.themes import Theme

SKYLINE = 25  # members on the front page; the rest are behind its link
COMING = 3  # events there
PALETTE = ("paper", "paper-2", "ink", "ink-2", "rule", "edge", "river", "river-soft", "sun", "sun-soft", "brick", "brick-soft")
WHEN = tuple(
    datetime.fromisoformat(f"2015-{when}Z") for when in ("09-30T12:00", "09-30T14:00", "09-30T22:00", "09-30T21:30", "10-02T15:00")
)
MONTH = date(2015, 11, 1)
THEMES = (Theme.YOUTH, Theme.NETWORKS, Theme.POLARISATION, Theme.CRISIS)


@public
@require_safe
@visitors_may_cache
def home(request: HttpRequest) -> HttpResponse:
    members = City.objects.visible_to(request.user).members()
    practices = Practice.objects.listed().visible_to(request.user)
    skyline = list(members.annotate(since=Max("memberships__joined")).order_by("is_sample", "-since", "pk")[:SKYLINE])
    lit = dict(practices.filter(city__in=skyline).values_list("city").annotate(Count("pk")).order_by())
    for city in skyline:
        city.lit = lit.get(city.pk, 0)
    context = {
        "skyline": skyline,
        "newest": practices.select_related("city").order_by("is_sample", "-published_at", "-pk")[:4],
        "coming": Event.objects.visible_to(request.user).coming().filter(state=Event.State.ANNOUNCED).for_rows(request.user)[:COMING],
        "cities": members.aggregate(
            all=Count("pk"), countries=Count("country", distinct=True), samples=Count("pk", filter=Q(is_sample=True))
        ),
        "practices": practices.aggregate(
            all=Count("pk"), languages=Count("language", distinct=True), samples=Count("pk", filter=Q(is_sample=True))
        ),
        "themes": [Theme(slug) for slug in dict.fromkeys([*priorities(), *THEMES])][: len(THEMES)],
    }
    return render(request, "pages/home.html", context)


@public
@require_safe
@visitors_may_cache
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html")


@public
@require_safe
@visitors_may_cache
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/contact.html")


@public
@require_safe
@visitors_may_cache
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@public
@require_safe
@visitors_may_cache
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


@signed_in
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the person: gathered from all the other apps, each section a template of its own."""
    user: Any = request.user  # an account, for the view is for the signed in
    context = {
        "posts": user.posts_today.select_related("city"),
        "led": set(City.objects.led_by(user).values_list("pk", flat=True)),
        "standing": standing_of(user),
        "waiting": sorted([*waiting_for(user), *waiting_at_events(user)], key=lambda item: item.since),
        "first": first_steps(user),
        "news": with_news(user),
    }
    return render(request, "pages/desk.html", context)


@public
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states, light and dark, left to right and right to left. pages/urls.py shows it while
    developing and in the demo only."""
    context = {
        "specimens": _specimens(),
        "palette": PALETTE,
        "form": SpecimenForm(auto_id="a_%s"),
        "wrong": SpecimenForm({"mail": "nobody"}, auto_id="b_%s"),
        "hours": SpecimenHoursForm(initial={"time_zone": "Africa/Nairobi", "starts": WHEN[0], "ends": WHEN[1]}, auto_id="c_%s"),
        "wrong_hours": SpecimenHoursForm(
            {"time_zone": "Europe/Paris", "starts": "2026-10-25 02:30", "ends": "2027-03-28 02:30"}, auto_id="d_%s"
        ),
        "when": WHEN,
        "first": MONTH,
        "weeks": _specimen_month(),
    }
    return render(request, "styleguide/index.html", context)


def _specimen_month() -> list[Week]:
    """Events that are nowhere kept: on a day, over several, called off, put off."""
    told = [
        ("City workshop on youth work", 4, 1, Event.State.ANNOUNCED),
        ("Specimen summit", 11, 3, Event.State.ANNOUNCED),
        ("Webinar", 12, 1, Event.State.CANCELLED),
        ("Exchange visit", 24, 2, Event.State.POSTPONED),
    ]
    begins = datetime(MONTH.year, MONTH.month, 1, 9, tzinfo=UTC)
    events = [
        Event(title=title, slug="specimen", state=state, zone="Africa/Nairobi", language="en",
              starts=begins + timedelta(days=day - 1), ends=begins + timedelta(days=day + days - 2, hours=6))
        for title, day, days, state in told
    ]  # fmt: skip
    return weeks(MONTH, events, MONTH.replace(day=4))


def _specimens() -> list[Any]:
    """Cities that aren't there: one of each region, through all population bands."""
    bands = Population.values
    return [
        SimpleNamespace(name=f"Specimen {region.label}", population_band=bands[i % len(bands)], region=region.value, lit=i)
        for i, region in enumerate(Region)
    ]
