"""The history of records keeps out of the way of the rooms: the network's events are not the library's."""

from django.apps import apps

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
