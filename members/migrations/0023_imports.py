"""Spreadsheets that staff bring in, and who took out which."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0022_merged_is_no_member"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("cities", "Cities"), ("officials", "Officials")], max_length=20, verbose_name="what is in it"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="taken out")),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("chosen_by", models.CharField(blank=True, max_length=1000, verbose_name="chosen by")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken out by",
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "ordering": ["-at", "-pk"],
                "permissions": [("take_out_export", "Can take out cities and officials as a file")],
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("cities", "Cities"), ("officials", "Officials")], max_length=20, verbose_name="what is in it"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "to be looked at"),
                            ("half", "waits for a second person"),
                            ("written", "written"),
                            ("discarded", "discarded"),
                        ],
                        default="ready",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.CharField(editable=False, max_length=200, verbose_name="file")),
                ("columns", models.JSONField(editable=False, verbose_name="columns")),
                ("rows", models.JSONField(default=list, editable=False, verbose_name="rows")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="brought")),
                ("needs_two", models.BooleanField(default=False, editable=False, verbose_name="needs two of the staff")),
                ("first_mark", models.CharField(blank=True, editable=False, max_length=64)),
                ("made", models.PositiveIntegerField(default=0, editable=False, verbose_name="new")),
                ("changed", models.PositiveIntegerField(default=0, editable=False, verbose_name="changed")),
                ("left_out", models.PositiveIntegerField(default=0, editable=False, verbose_name="left out")),
                (
                    "by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="brought by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "first_approver",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="first of two",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of a spreadsheet",
                "verbose_name_plural": "imports of spreadsheets",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportTransition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=40, verbose_name="what was done")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="from")),
                ("to_state", models.CharField(max_length=20, verbose_name="to")),
                ("why", models.TextField(blank=True, verbose_name="why")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="transitions", to="members.import", verbose_name="import"
                    ),
                ),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["at", "pk"],
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "written"), _negated=True),
                    models.Q(("decided_by__isnull", False), ("needs_two", False)),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("first_approver__isnull", False),
                        models.Q(("first_approver", models.F("decided_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="import_of_new_members_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("ready", "half")), ("rows", []), _connector="OR"), name="import_keeps_no_rows"
            ),
        ),
    ]
