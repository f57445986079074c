"""A place has both its latitude and its longitude, or neither."""

from django.db import migrations, models
from django.db.models import Q

NAME = "city_place_is_on_earth"
PLACE = models.CheckConstraint(
    condition=Q(latitude=None, longitude=None)
    | Q(latitude__isnull=False, longitude__isnull=False) & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
    name=NAME,
    violation_error_message="Latitude and longitude go together, from −90 to 90 and from −180 to 180 degrees.",
)


class Migration(migrations.Migration):
    dependencies = [("members", "0030_lone_halves")]
    operations = [migrations.RemoveConstraint("city", NAME), migrations.AddConstraint("city", PLACE)]
