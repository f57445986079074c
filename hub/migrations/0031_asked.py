"""What is asked of the search, in numbers."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hub", "0030_promoted_secretariat"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("mark", models.CharField(max_length=32)),
                ("once", models.CharField(max_length=32)),
                ("is_click", models.BooleanField(default=False)),
                ("key", models.CharField(blank=True, max_length=32)),
                ("language", models.CharField(max_length=10)),
                ("found", models.SmallIntegerField(choices=[(0, "none"), (1, "1 to 9"), (2, "10 and more")], default=0)),
                ("facets", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list)),
                ("offered", models.CharField(blank=True, max_length=32)),
            ],
            options={
                "verbose_name": "asking",
                "verbose_name_plural": "askings",
            },
        ),
        migrations.CreateModel(
            name="FacetDay",
            fields=[
                ("pk", models.CompositePrimaryKey("day", "facet", blank=True, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("facet", models.CharField(max_length=20)),
                ("searches", models.IntegerField()),
            ],
            options={
                "verbose_name": "filters of a day",
                "verbose_name_plural": "filters of days",
            },
        ),
        migrations.CreateModel(
            name="Salt",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("salt", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "salt",
                "verbose_name_plural": "salts",
            },
        ),
        migrations.CreateModel(
            name="SearchDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey("day", "language", "found", blank=True, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField()),
                ("language", models.CharField(max_length=10)),
                ("found", models.SmallIntegerField(choices=[(0, "none"), (1, "1 to 9"), (2, "10 and more")])),
                ("searches", models.IntegerField()),
                ("clicked", models.IntegerField()),
                ("offered", models.IntegerField()),
                ("taken", models.IntegerField()),
            ],
            options={
                "verbose_name": "searches of a day",
                "verbose_name_plural": "searches of days",
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("words", models.CharField(blank=True, max_length=80, verbose_name="words")),
                ("days", models.IntegerField(verbose_name="days")),
                ("readers", models.IntegerField()),
                ("together", models.IntegerField()),
                ("last", models.DateField(verbose_name="last asked")),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "what is asked",
                "ordering": ["-last", "words"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("words", ""), models.Q(("days__gte", 3), ("readers__gte", 5), ("together__gte", 2)), _connector="OR"
                        ),
                        name="question_is_many_peoples",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words__regex", "@|[0-9]{5}"), _negated=True), name="question_holds_no_address"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionDay",
            fields=[
                ("pk", models.CompositePrimaryKey("question", "day", blank=True, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("searches", models.IntegerField()),
                ("nothing", models.IntegerField()),
                ("clicked", models.IntegerField()),
                ("question", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="by_day", to="hub.question")),
            ],
            options={
                "verbose_name": "question of a day",
                "verbose_name_plural": "questions of days",
                "indexes": [models.Index(fields=["day"], name="question_day")],
            },
        ),
    ]
