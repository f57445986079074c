"""The network's bodies and who sits there. What a form could only hope for is held here: a seat is of the kind that its body
is of, a city was a member on the day it began, and a body never has more cities at once than seats, judged with its row locked
(of two seats given at the same moment the second one is counted after the first).
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

HOLD = """
CREATE FUNCTION members_hold_seat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most smallint;
BEGIN
    SELECT most_cities INTO most FROM members_body WHERE id = NEW.body_id FOR NO KEY UPDATE;
    IF (NEW.city_id IS NULL) <> (most IS NULL) THEN
        RAISE check_violation USING CONSTRAINT = 'seat_on_a_body_of_its_kind', MESSAGE = 'seat_on_a_body_of_its_kind';
    END IF;
    IF NEW.city_id IS NULL THEN
        RETURN NEW;
    END IF;
    -- A merge moves seats to a city with memberships of its own, and ends or begins none: it isn't asked again.
    IF (TG_OP = 'INSERT' OR NEW.since <> OLD.since) AND NOT EXISTS (
        SELECT FROM members_membership JOIN members_city AS city ON city.id = city_id AND city.merged_into_id IS NULL
        WHERE city_id = NEW.city_id AND joined <= NEW.since AND ("left" IS NULL OR "left" > NEW.since)) THEN
        RAISE check_violation USING CONSTRAINT = 'seat_of_a_member_city', MESSAGE = 'seat_of_a_member_city';
    END IF;
    -- The most are there on a day on which somebody's seat begins.
    IF EXISTS (
        SELECT FROM members_seat AS other
        JOIN (SELECT NEW.since AS day UNION
              SELECT since FROM members_seat
              WHERE body_id = NEW.body_id AND id <> NEW.id AND since > NEW.since AND (NEW."until" IS NULL OR since < NEW."until")
             ) AS days ON daterange(other.since, other."until") @> days.day
        WHERE other.body_id = NEW.body_id AND other.id <> NEW.id
        GROUP BY days.day HAVING count(*) >= most) THEN
        RAISE check_violation USING CONSTRAINT = 'seat_within_the_number', MESSAGE = 'seat_within_the_number';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER hold_seat BEFORE INSERT OR UPDATE OF body_id, city_id, since, "until" ON members_seat
    FOR EACH ROW EXECUTE FUNCTION members_hold_seat();
"""
DROP = """
DROP TRIGGER hold_seat ON members_seat;
DROP FUNCTION members_hold_seat();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0045_namesakes"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Body",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("steering-committee", "International Steering Committee"),
                            ("advisory-board", "International Advisory Board"),
                        ],
                        editable=False,
                        max_length=30,
                        unique=True,
                        verbose_name="body",
                    ),
                ),
                (
                    "most_cities",
                    models.PositiveSmallIntegerField(
                        editable=False, help_text="How many cities at once; none where organisations sit.", null=True, verbose_name="seats"
                    ),
                ),
            ],
            options={
                "verbose_name": "body of the network",
                "verbose_name_plural": "bodies of the network",
                "ordering": ["-kind"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "steering-committee"), ("most_cities__isnull", False)),
                            models.Q(("kind", "advisory-board"), ("most_cities", None)),
                            _connector="OR",
                        ),
                        name="body_of_cities_has_seats",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation", models.CharField(blank=True, max_length=200, verbose_name="organisation")),
                (
                    "sort",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("association", "Association of cities or local authorities"),
                            ("non-governmental", "Non-governmental body"),
                        ],
                        max_length=20,
                        verbose_name="kind of organisation",
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("north-america", "North America"),
                            ("latin-america-caribbean", "Latin America & Caribbean"),
                            ("europe", "Europe"),
                            ("western-balkans", "Western Balkans"),
                            ("middle-east-north-africa", "Middle East & North Africa"),
                            ("west-central-africa", "West & Central Africa"),
                            ("east-southern-africa", "East & Southern Africa"),
                            ("south-asia", "South Asia"),
                            ("central-asia", "Central Asia"),
                            ("east-asia-pacific", "East Asia & Pacific"),
                        ],
                        help_text="Of an organisation; empty where it works in all of them.",
                        max_length=30,
                        verbose_name="network region",
                    ),
                ),
                ("website", models.URLField(blank=True, max_length=300, verbose_name="website")),
                ("is_co_chair", models.BooleanField(default=False, verbose_name="co-chair")),
                ("since", models.DateField(help_text="The first day.", verbose_name="since")),
                (
                    "until",
                    models.DateField(
                        blank=True, help_text="The day on which it is over; empty while it lasts.", null=True, verbose_name="until"
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="members.body", verbose_name="body"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="members.city",
                        verbose_name="city",
                    ),
                ),
            ],
            options={
                "verbose_name": "seat",
                "verbose_name_plural": "seats",
                "ordering": ["body", "since", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SeatEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("organisation", models.CharField(blank=True, max_length=200, verbose_name="organisation")),
                (
                    "sort",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("association", "Association of cities or local authorities"),
                            ("non-governmental", "Non-governmental body"),
                        ],
                        max_length=20,
                        verbose_name="kind of organisation",
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("north-america", "North America"),
                            ("latin-america-caribbean", "Latin America & Caribbean"),
                            ("europe", "Europe"),
                            ("western-balkans", "Western Balkans"),
                            ("middle-east-north-africa", "Middle East & North Africa"),
                            ("west-central-africa", "West & Central Africa"),
                            ("east-southern-africa", "East & Southern Africa"),
                            ("south-asia", "South Asia"),
                            ("central-asia", "Central Asia"),
                            ("east-asia-pacific", "East Asia & Pacific"),
                        ],
                        help_text="Of an organisation; empty where it works in all of them.",
                        max_length=30,
                        verbose_name="network region",
                    ),
                ),
                ("website", models.URLField(blank=True, max_length=300, verbose_name="website")),
                ("is_co_chair", models.BooleanField(default=False, verbose_name="co-chair")),
                ("since", models.DateField(help_text="The first day.", verbose_name="since")),
                (
                    "until",
                    models.DateField(
                        blank=True, help_text="The day on which it is over; empty while it lasts.", null=True, verbose_name="until"
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.body",
                        verbose_name="body",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.seat"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("city__isnull", False), ("organisation", ""), ("region", ""), ("sort", ""), ("website", "")),
                    models.Q(
                        ("city", None), ("sort__in", ["association", "non-governmental"]), models.Q(("organisation", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="seat_of_a_city_or_an_organisation",
                violation_error_message="A seat is a city’s, or an organisation’s with its kind.",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("region", ""),
                    (
                        "region__in",
                        [
                            "north-america",
                            "latin-america-caribbean",
                            "europe",
                            "western-balkans",
                            "middle-east-north-africa",
                            "west-central-africa",
                            "east-southern-africa",
                            "south-asia",
                            "central-asia",
                            "east-asia-pacific",
                        ],
                    ),
                    _connector="OR",
                ),
                name="seat_region_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gt", models.F("since")), _connector="OR"),
                name="seat_ends_after_it_began",
                violation_error_message="A seat ends after it began.",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("city__isnull", False)),
                expressions=[
                    ("body", "="),
                    ("city", "="),
                    (
                        models.Func(
                            "since",
                            "until",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="seat_one_at_a_time_of_a_city",
                violation_error_message="It has a seat on this body in this time already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("city", None)),
                expressions=[
                    ("body", "="),
                    (models.Func(models.F("organisation"), function="fold"), "="),
                    (
                        models.Func(
                            "since",
                            "until",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="seat_one_at_a_time_of_an_organisation",
                violation_error_message="It has a seat on this body in this time already.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seat",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_seatevent" ("body_id", "city_id", "id", "is_co_chair", "organisation", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region", "since", "sort", "until", "website") VALUES (NEW."body_id", NEW."city_id", NEW."id", NEW."is_co_chair", NEW."organisation", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."region", NEW."since", NEW."sort", NEW."until", NEW."website"); RETURN NULL;',
                    hash="79fa8a8ed29b3d5b367bdee4a9a30ed19371e521",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0a368",
                    table="members_seat",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="seat",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_seatevent" ("body_id", "city_id", "id", "is_co_chair", "organisation", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region", "since", "sort", "until", "website") VALUES (NEW."body_id", NEW."city_id", NEW."id", NEW."is_co_chair", NEW."organisation", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."region", NEW."since", NEW."sort", NEW."until", NEW."website"); RETURN NULL;',
                    hash="37f5decd93327e6afbe7a26ef1cc336caf104405",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b2aa2",
                    table="members_seat",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(HOLD, DROP),
    ]
