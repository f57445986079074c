"""Cities and practices for the tests of pages."""

from datetime import date

from django.utils import timezone

from hub.models import Practice
from members.models import City, Membership


def make_city(name="Aarhus", *, member=True, **fields):
    defaults = {"slug": name.lower(), "country": "DK", "region": "europe", "is_public": True}
    city = City.objects.create(name=name, **{**defaults, **fields})
    if member:
        Membership.objects.create(city=city, joined=date(2015, 9, 29))
    return city


def make_practice(city, title="Parent networks", **fields):
    defaults = {
        "slug": title.lower().replace(" ", "-"),
        "summary": "In one sentence.",
        "state": "published",
        "published_at": timezone.now(),
    }
    return Practice.objects.create(city=city, title=title, **{**defaults, **fields})
