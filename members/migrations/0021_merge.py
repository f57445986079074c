"""Two records of one city become one, and two again."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0020_city_as_typed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("merged", "merged"), ("undone", "undone")],
                        default="merged",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("moved", models.JSONField(default=dict, editable=False, verbose_name="what moved")),
                ("added_names", models.JSONField(default=list, editable=False, verbose_name="names added")),
                ("was_public", models.BooleanField(editable=False, verbose_name="was shown to everyone")),
                ("made_public", models.BooleanField(editable=False, verbose_name="made the other one shown to everyone")),
            ],
            options={
                "verbose_name": "merge of two cities",
                "verbose_name_plural": "merges of cities",
                "ordering": ["-at", "-pk"],
                "permissions": [("merge_city", "Can merge cities and undo it")],
            },
        ),
        migrations.CreateModel(
            name="MergeTransition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=40, verbose_name="what was done")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="from")),
                ("to_state", models.CharField(max_length=20, verbose_name="to")),
                ("why", models.TextField(blank=True, verbose_name="why")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["at", "pk"],
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="city",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="city",
            name="update_update",
        ),
        migrations.AddField(
            model_name="city",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.city",
                verbose_name="merged into",
            ),
        ),
        migrations.AddField(
            model_name="cityevent",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.city",
                verbose_name="merged into",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="city",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_cityevent" ("country", "id", "is_public", "is_sample", "kind", "latitude", "longitude", "merged_into_id", "name", "official_name", "other_names", "own_language", "own_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picture", "picture_alt", "picture_credit", "picture_licence", "population", "population_band", "profile", "profile_language", "region", "slug", "themes", "time_zone", "website", "within_id") VALUES (NEW."country", NEW."id", NEW."is_public", NEW."is_sample", NEW."kind", NEW."latitude", NEW."longitude", NEW."merged_into_id", NEW."name", NEW."official_name", NEW."other_names", NEW."own_language", NEW."own_name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."picture", NEW."picture_alt", NEW."picture_credit", NEW."picture_licence", NEW."population", NEW."population_band", NEW."profile", NEW."profile_language", NEW."region", NEW."slug", NEW."themes", NEW."time_zone", NEW."website", NEW."within_id"); RETURN NULL;',
                    hash="aab0ea8b86929e68c8f8262c1aec90c07b779b7a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6d9c2",
                    table="members_city",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="city",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_public" IS DISTINCT FROM (NEW."is_public") OR OLD."is_sample" IS DISTINCT FROM (NEW."is_sample") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."official_name" IS DISTINCT FROM (NEW."official_name") OR OLD."other_names" IS DISTINCT FROM (NEW."other_names") OR OLD."own_language" IS DISTINCT FROM (NEW."own_language") OR OLD."own_name" IS DISTINCT FROM (NEW."own_name") OR OLD."picture" IS DISTINCT FROM (NEW."picture") OR OLD."picture_alt" IS DISTINCT FROM (NEW."picture_alt") OR OLD."picture_credit" IS DISTINCT FROM (NEW."picture_credit") OR OLD."picture_licence" IS DISTINCT FROM (NEW."picture_licence") OR OLD."population" IS DISTINCT FROM (NEW."population") OR OLD."population_band" IS DISTINCT FROM (NEW."population_band") OR OLD."profile" IS DISTINCT FROM (NEW."profile") OR OLD."profile_language" IS DISTINCT FROM (NEW."profile_language") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."themes" IS DISTINCT FROM (NEW."themes") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."website" IS DISTINCT FROM (NEW."website") OR OLD."within_id" IS DISTINCT FROM (NEW."within_id"))',
                    func='INSERT INTO "members_cityevent" ("country", "id", "is_public", "is_sample", "kind", "latitude", "longitude", "merged_into_id", "name", "official_name", "other_names", "own_language", "own_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picture", "picture_alt", "picture_credit", "picture_licence", "population", "population_band", "profile", "profile_language", "region", "slug", "themes", "time_zone", "website", "within_id") VALUES (NEW."country", NEW."id", NEW."is_public", NEW."is_sample", NEW."kind", NEW."latitude", NEW."longitude", NEW."merged_into_id", NEW."name", NEW."official_name", NEW."other_names", NEW."own_language", NEW."own_name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."picture", NEW."picture_alt", NEW."picture_credit", NEW."picture_licence", NEW."population", NEW."population_band", NEW."profile", NEW."profile_language", NEW."region", NEW."slug", NEW."themes", NEW."time_zone", NEW."website", NEW."within_id"); RETURN NULL;',
                    hash="434a63d7ca61e09f5993f6c915c294cd881af1b5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b2c2d",
                    table="members_city",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="city",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), ("is_public", False), _connector="OR"), name="city_merged_is_hidden"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="by"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="dropped",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.city", verbose_name="the city that goes"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.city", verbose_name="the city that stays"
            ),
        ),
        migrations.AddField(
            model_name="mergetransition",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="mergetransition",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="transitions", to="members.merge", verbose_name="merge"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "merged")), fields=("dropped",), name="merge_one_at_a_time_of_a_city"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(condition=models.Q(("kept", models.F("dropped")), _negated=True), name="merge_of_two_cities"),
        ),
    ]
