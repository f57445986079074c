"""Groups of expressions that mean the same, as the staff keep them for the search."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hub", "0009_bits"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Expression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("ar", "العربية"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("fr", "Français"),
                            ("ru", "Русский"),
                            ("zh", "中文"),
                        ],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "text",
                    models.CharField(help_text="One to eight words, as people write them.", max_length=120, verbose_name="expression"),
                ),
                (
                    "only_found",
                    models.BooleanField(
                        default=False,
                        help_text="Asking for the others finds it; asking for it finds nothing but itself.",
                        verbose_name="only found",
                    ),
                ),
                (
                    "folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Trim(models.Func(models.F("text"), function="hub_words")),
                        output_field=models.TextField(),
                        verbose_name="as compared",
                    ),
                ),
            ],
            options={
                "verbose_name": "expression",
                "verbose_name_plural": "expressions",
                "ordering": ["language", "only_found", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SynonymGroupHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(help_text="For the staff alone: what the group is about.", max_length=120, verbose_name="name")),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        help_text="Practices with any of these are found as well.",
                        verbose_name="also leads to",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Where the terms come from, or why they belong together.",
                        max_length=1000,
                        verbose_name="note",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SynonymGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="For the staff alone: what the group is about.", max_length=120, unique=True, verbose_name="name"
                    ),
                ),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        help_text="Practices with any of these are found as well.",
                        verbose_name="also leads to",
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Where the terms come from, or why they belong together.",
                        max_length=1000,
                        verbose_name="note",
                    ),
                ),
            ],
            options={
                "verbose_name": "group of synonyms",
                "verbose_name_plural": "synonyms",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="synonyms_have_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "codes__contained_by",
                                [
                                    "level:primary",
                                    "level:secondary",
                                    "level:tertiary",
                                    "level:response",
                                    "level:system-wide",
                                    "theme:local-strategy-and-action-planning",
                                    "theme:local-prevention-networks",
                                    "theme:local-risk-and-needs-assessment",
                                    "theme:community-engagement-and-social-cohesion",
                                    "theme:youth-engagement",
                                    "theme:education-and-critical-thinking",
                                    "theme:counter-narratives-and-communications",
                                    "theme:polarisation-and-hate",
                                    "theme:online-harms-and-disinformation",
                                    "theme:refugees-and-displacement",
                                    "theme:public-private-partnerships",
                                    "theme:gender-equality",
                                    "theme:family-and-psychosocial-support",
                                    "theme:disengagement-and-reintegration",
                                    "theme:crisis-response-and-victims",
                                    "type:strategy-or-action-plan",
                                    "type:coordination-body",
                                    "type:programme",
                                    "type:case-based-support-service",
                                    "type:training",
                                    "type:campaign",
                                    "type:tool-or-guidance",
                                    "type:policy-or-regulation",
                                    "type:funding-scheme",
                                    "type:assessment-or-research",
                                    "people:general-public",
                                    "people:children-and-young-people",
                                    "people:parents-and-families",
                                    "people:teachers",
                                    "people:front-line-staff",
                                    "people:elected-leaders-and-senior-officials",
                                    "people:community-and-faith-leaders",
                                    "people:womens-organisations",
                                    "people:refugees-and-displaced-people",
                                    "people:people-in-custody-or-on-release",
                                    "people:victims-and-survivors",
                                    "sector:mayors-or-governors-office",
                                    "sector:community-safety",
                                    "sector:social-and-youth-services",
                                    "sector:education",
                                    "sector:police",
                                    "sector:prison-and-probation",
                                    "sector:health",
                                    "sector:civil-society",
                                    "sector:faith-and-community-bodies",
                                    "sector:business-and-technology",
                                    "sector:national-government",
                                    "setting:whole-authority-area",
                                    "setting:neighbourhood",
                                    "setting:school-or-university",
                                    "setting:youth-or-sports-venue",
                                    "setting:home",
                                    "setting:community-or-faith-venue",
                                    "setting:prison-or-probation",
                                    "setting:health-or-social-service",
                                    "setting:online",
                                    "setting:public-space",
                                    "form:all-forms",
                                    "form:racial",
                                    "form:ideological",
                                    "form:political",
                                    "form:religious",
                                    "form:hate-and-polarisation-short-of-violence",
                                ],
                            )
                        ),
                        name="synonyms_lead_to_what_is_known",
                        violation_error_message="A group leads to values of filters alone.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpressionHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("ar", "العربية"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("fr", "Français"),
                            ("ru", "Русский"),
                            ("zh", "中文"),
                        ],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                (
                    "text",
                    models.CharField(help_text="One to eight words, as people write them.", max_length=120, verbose_name="expression"),
                ),
                (
                    "only_found",
                    models.BooleanField(
                        default=False,
                        help_text="Asking for the others finds it; asking for it finds nothing but itself.",
                        verbose_name="only found",
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
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.expression"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="hub.synonymgroup",
                        verbose_name="group",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="expression",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="expressions", to="hub.synonymgroup", verbose_name="group"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="synonymgroup",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "hub_synonymgrouphistory" ("codes", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."codes", OLD."id", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                    hash="8b40b686e13553df5910d11e254a5eb0bd9b8d3f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_de23f",
                    table="hub_synonymgroup",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="synonymgroup",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "hub_synonymgrouphistory" ("codes", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."codes", OLD."id", OLD."name", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="c7e953c4d7c7b79305c8dfebad50c839db42927f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9c087",
                    table="hub_synonymgroup",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="synonymgrouphistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="synonymgrouphistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.synonymgroup"
            ),
        ),
        migrations.AddConstraint(
            model_name="expression",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ["ar", "en", "es", "fr", "ru", "zh"])), name="expression_language_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="expression",
            constraint=models.CheckConstraint(
                condition=models.Q(("folded__regex", "^[^ ]+( [^ ]+){0,7}$")),
                name="expression_has_one_to_eight_words",
                violation_error_message="An expression has one to eight words.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expression",
            constraint=models.UniqueConstraint(
                fields=("group", "folded"),
                name="expression_once_in_a_group",
                violation_error_message="The group has this expression already: to the search, capitals, accents and hyphens make no difference.",
            ),
        ),
        migrations.AddConstraint(
            model_name="expression",
            constraint=models.UniqueConstraint(
                condition=models.Q(("only_found", False)),
                fields=("folded",),
                name="expression_asks_for_one_group",
                violation_error_message="Another group has this expression already. Put the two together, or let it be only found here.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expression",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."only_found" IS DISTINCT FROM (NEW."only_found") OR OLD."text" IS DISTINCT FROM (NEW."text"))',
                    func='INSERT INTO "hub_expressionhistory" ("group_id", "id", "language", "only_found", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (OLD."group_id", OLD."id", OLD."language", OLD."only_found", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."text"); RETURN NULL;',
                    hash="1e3322db7a8523fdfe7823e2842dff96caadfbf4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_28f59",
                    table="hub_expression",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expression",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "hub_expressionhistory" ("group_id", "id", "language", "only_found", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text") VALUES (OLD."group_id", OLD."id", OLD."language", OLD."only_found", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."text"); RETURN NULL;',
                    hash="168ba55ea853e9cc6c5dc648a2ca51dc41d61620",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0a9f0",
                    table="hub_expression",
                    when="AFTER",
                ),
            ),
        ),
    ]
