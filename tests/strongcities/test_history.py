"""The history of records keeps out of the way of the rooms: the network's events are not the library's."""

from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from members.models import City


def histories():
    """Each model that is tracked, with the field by which its history points at it."""
    return {
        model.pgh_tracked_model: model._meta.get_field("pgh_obj")
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model") and not model._meta.proxy
    }


def test_what_a_record_was_is_its_history():
    found = histories()
    assert City in found
    assert {model._meta.label: field.remote_field.related_name for model, field in found.items()} == dict.fromkeys(
        (model._meta.label for model in found), "history"
    )


@isolate_apps("members")
def test_a_room_of_events_can_call_a_city_s_events_by_their_name():
    class Event(models.Model):
        city = models.ForeignKey(City, models.PROTECT, related_name="events")

        class Meta:
            app_label = "events"

        def __str__(self):
            return f"event in {self.city}"

    found = {fault.id for fault in Event.city.field.check()}
    assert found == {"fields.E300"}  # the city is not in this test's registry; no name clashes
