"""Searches that people keep, and which practices each of them has told (hub/models/saved.py)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hub", "0033_asked_secretariat"),
        ("members", "0081_inhabitants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(editable=False, verbose_name="number")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("search", models.CharField(max_length=2000, verbose_name="search")),
                (
                    "pace",
                    models.CharField(
                        choices=[
                            ("never", "No mails"),
                            ("hourly", "As practices come, once an hour at most"),
                            ("daily", "Once a day, at 06:00 UTC"),
                            ("weekly", "Once a week, on Mondays at 06:00 UTC"),
                        ],
                        default="never",
                        max_length=10,
                        verbose_name="mails",
                    ),
                ),
                ("due", models.DateTimeField(editable=False, null=True, verbose_name="next look")),
                ("looked", models.DateTimeField(editable=False, verbose_name="last look")),
                ("told_last", models.DateTimeField(editable=False, null=True, verbose_name="last mail")),
                ("saw_members_only", models.BooleanField(default=False, editable=False)),
                ("known", models.BinaryField(default=bytes)),
                ("created", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saved")),
            ],
            options={
                "verbose_name": "saved search",
                "verbose_name_plural": "saved searches",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddIndex(
            model_name="practice",
            index=models.Index(fields=["updated"], name="practice_updated"),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="saved_searches",
                to=settings.AUTH_USER_MODEL,
                verbose_name="whose it is",
            ),
        ),
        migrations.AddField(
            model_name="told",
            name="practice",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="hub.practice"),
        ),
        migrations.AddField(
            model_name="told",
            name="saved",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="told", to="hub.savedsearch"),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=models.Index(condition=models.Q(("due__isnull", False)), fields=["due", "id"], name="saved_search_due"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(fields=("owner", "number"), name="saved_search_each_number_once"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(condition=models.Q(("number__range", (1, 50))), name="saved_search_fifty_a_person"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(fields=("owner", "search"), name="saved_search_each_search_once"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(("pace__in", ["never", "hourly", "daily", "weekly"])), name="saved_search_pace_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due", None), ("pace", "never")),
                    models.Q(("due__isnull", False), models.Q(("pace", "never"), _negated=True)),
                    _connector="OR",
                ),
                name="saved_search_due_by_its_pace",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("search__startswith", "?")),
                name="saved_search_has_name_and_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="told",
            constraint=models.UniqueConstraint(fields=("saved", "practice"), name="told_once_a_practice_and_search"),
        ),
    ]
