"""The address of somebody's own calendar."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import events.models.calendar_address


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("events", "0003_secretariat")]
    operations = [
        migrations.CreateModel(
            name="CalendarAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(default=events.models.calendar_address.new_token, editable=False, max_length=64, unique=True)),
                ("made", models.DateTimeField(auto_now=True, verbose_name="made")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_address",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={"verbose_name": "address of a calendar", "verbose_name_plural": "addresses of calendars"},
        )
    ]
