"""The demo's events: every state is there, once, each sample says that it is one, and none is made outside the demo."""

from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured

from events.demo import make_events
from events.models import Change, Event, Registration
from members.demo import make_people
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    for name, country in (("Aarhus", "DK"), ("Mombasa", "KE"), ("New York", "US"), ("Paris", "FR"), ("Antalya", "TR")):
        cast.make_city(name, country=country, joined=date(2015, 9, 29))
    for number in range(8):
        cast.make_city(f"Sample {number}", country="BE", is_sample=True)
    make_people()
    make_events()


def test_it_is_made_once(demo):
    def there():
        return Event.objects.count(), Registration.objects.count(), Change.objects.count()

    before = there()
    make_events()
    assert there() == before


def test_the_first_ones_are_real_and_all_others_samples(demo):
    real = Event.objects.filter(is_sample=False).values_list("slug", flat=True)
    assert set(real) == {"global-launch", "first-steering-committee-meeting", "first-annual-summit"}
    assert {event.title.startswith("Sample: ") for event in Event.objects.filter(is_sample=True)} == {True}


def test_the_summit_of_paris_became_that_of_antalya(demo):
    summit = Event.objects.get(slug="first-annual-summit")
    assert str(summit.host) == "Antalya"
    assert [(change.what, change.before, change.after) for change in summit.changes.all()] == [
        ("host", {"host": "Paris"}, {"host": "Antalya"})
    ]  # fmt: skip


def test_every_state_can_be_seen(demo):
    assert set(Event.objects.values_list("state", flat=True)) == {"announced", "postponed", "cancelled"}
    states = set(Registration.objects.values_list("state", flat=True))
    assert states == {"confirmed", "waiting", "requested", "attended"}
    assert Event.objects.past().filter(chatham_house=True).exclude(outcomes="").exists()


def test_outside_the_demo_none_is_made(settings):
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured):
        make_events()
