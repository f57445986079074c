"""Answers that staff put first for a question, and the order in which themes stand, each for a time."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import members.querysets


class Migration(migrations.Migration):
    dependencies = [
        ("hub", "0028_synonyms_version"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Phrasing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    models.CharField(
                        help_text="Whoever asks with all of these words, in any order.", max_length=120, verbose_name="question"
                    ),
                ),
                (
                    "words",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.text.Trim(models.Func(models.F("text"), function="hub_words")),
                            models.Value(" "),
                            function="string_to_array",
                        ),
                        output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField()),
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PromotionHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(help_text="For the staff alone: what it is about.", max_length=120, verbose_name="name")),
                ("begins", models.DateField(default=members.querysets.today, verbose_name="from")),
                ("ends", models.DateField(help_text="The last day on which it is shown.", verbose_name="until")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ThemeOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateField(default=members.querysets.today, verbose_name="from")),
                ("ends", models.DateField(help_text="The last day; from the next one on the usual order is back.", verbose_name="until")),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("local-strategy-and-action-planning", "Local strategy and action planning"),
                                ("local-prevention-networks", "Local prevention networks"),
                                ("local-risk-and-needs-assessment", "Local risk and needs assessment"),
                                ("community-engagement-and-social-cohesion", "Community engagement and social cohesion"),
                                ("youth-engagement", "Youth engagement"),
                                ("education-and-critical-thinking", "Education and critical thinking"),
                                ("counter-narratives-and-communications", "Counter-narratives and communications"),
                                ("polarisation-and-hate", "Polarisation and hate"),
                                ("online-harms-and-disinformation", "Online harms and disinformation"),
                                ("refugees-and-displacement", "Refugees and displacement"),
                                ("public-private-partnerships", "Public-private partnerships"),
                                ("gender-equality", "Gender equality"),
                                ("family-and-psychosocial-support", "Family and psychosocial support"),
                                ("disengagement-and-reintegration", "Disengagement and reintegration"),
                                ("crisis-response-and-victims", "Crisis response and victims"),
                            ],
                            max_length=60,
                        ),
                        verbose_name="themes",
                    ),
                ),
                (
                    "why",
                    models.CharField(help_text="The decision that it follows, for whoever asks later.", max_length=300, verbose_name="why"),
                ),
            ],
            options={
                "verbose_name": "order of themes",
                "verbose_name_plural": "orders of themes",
                "ordering": ["-begins"],
            },
        ),
        migrations.CreateModel(
            name="ThemeOrderHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("begins", models.DateField(default=members.querysets.today, verbose_name="from")),
                ("ends", models.DateField(help_text="The last day; from the next one on the usual order is back.", verbose_name="until")),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("local-strategy-and-action-planning", "Local strategy and action planning"),
                                ("local-prevention-networks", "Local prevention networks"),
                                ("local-risk-and-needs-assessment", "Local risk and needs assessment"),
                                ("community-engagement-and-social-cohesion", "Community engagement and social cohesion"),
                                ("youth-engagement", "Youth engagement"),
                                ("education-and-critical-thinking", "Education and critical thinking"),
                                ("counter-narratives-and-communications", "Counter-narratives and communications"),
                                ("polarisation-and-hate", "Polarisation and hate"),
                                ("online-harms-and-disinformation", "Online harms and disinformation"),
                                ("refugees-and-displacement", "Refugees and displacement"),
                                ("public-private-partnerships", "Public-private partnerships"),
                                ("gender-equality", "Gender equality"),
                                ("family-and-psychosocial-support", "Family and psychosocial support"),
                                ("disengagement-and-reintegration", "Disengagement and reintegration"),
                                ("crisis-response-and-victims", "Crisis response and victims"),
                            ],
                            max_length=60,
                        ),
                        verbose_name="themes",
                    ),
                ),
                (
                    "why",
                    models.CharField(help_text="The decision that it follows, for whoever asks later.", max_length=300, verbose_name="why"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Pick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                (
                    "page",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pages:about", "About the network"),
                            ("members:join", "Become a Strong City"),
                            ("members:cities", "Member cities"),
                            ("members:people", "People in member cities"),
                            ("members:governance", "How the network is governed"),
                            ("pages:contact", "Contact"),
                            ("pages:privacy", "Privacy"),
                            ("pages:accessibility", "Accessibility"),
                        ],
                        max_length=40,
                        verbose_name="page",
                    ),
                ),
                ("why", models.JSONField(default=dict, verbose_name="why")),
                (
                    "practice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hub.practice",
                        verbose_name="practice",
                    ),
                ),
            ],
            options={
                "verbose_name": "pick",
                "verbose_name_plural": "picks",
                "ordering": ["place"],
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="For the staff alone: what it is about.", max_length=120, unique=True, verbose_name="name"),
                ),
                ("begins", models.DateField(default=members.querysets.today, verbose_name="from")),
                ("ends", models.DateField(help_text="The last day on which it is shown.", verbose_name="until")),
            ],
            options={
                "verbose_name": "promoted answer",
                "verbose_name_plural": "promoted answers",
                "ordering": ["-begins", "name"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="promotion_has_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("begins"))),
                        name="promotion_ends_after_it_begins",
                        violation_error_message="It can’t end before it begins.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PickHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                (
                    "page",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pages:about", "About the network"),
                            ("members:join", "Become a Strong City"),
                            ("members:cities", "Member cities"),
                            ("members:people", "People in member cities"),
                            ("members:governance", "How the network is governed"),
                            ("pages:contact", "Contact"),
                            ("pages:privacy", "Privacy"),
                            ("pages:accessibility", "Accessibility"),
                        ],
                        max_length=40,
                        verbose_name="page",
                    ),
                ),
                ("why", models.JSONField(default=dict, verbose_name="why")),
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
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.pick"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="hub.practice",
                        verbose_name="practice",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="hub.promotion",
                        verbose_name="promoted answer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="pick",
            name="promotion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="picks", to="hub.promotion", verbose_name="promoted answer"
            ),
        ),
        migrations.CreateModel(
            name="PhrasingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "text",
                    models.CharField(
                        help_text="Whoever asks with all of these words, in any order.", max_length=120, verbose_name="question"
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
                        db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.phrasing"
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="hub.promotion",
                        verbose_name="promoted answer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="phrasing",
            name="promotion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="phrasings", to="hub.promotion", verbose_name="promoted answer"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "hub_promotionhistory" ("begins", "ends", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."begins", OLD."ends", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                    hash="545b383e6fd4247d0ab213bf65c47df7c99e3e20",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a4a57",
                    table="hub_promotion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="promotion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "hub_promotionhistory" ("begins", "ends", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."begins", OLD."ends", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="d29b76e15b18884fa2aa813a46bfc2de7ac940c2",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_95f17",
                    table="hub_promotion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="promotionhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="promotionhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.promotion"
            ),
        ),
        migrations.AddConstraint(
            model_name="themeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gte", models.F("begins"))),
                name="theme_order_ends_after_it_begins",
                violation_error_message="It can’t end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="themeorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "themes__contained_by",
                        [
                            "local-strategy-and-action-planning",
                            "local-prevention-networks",
                            "local-risk-and-needs-assessment",
                            "community-engagement-and-social-cohesion",
                            "youth-engagement",
                            "education-and-critical-thinking",
                            "counter-narratives-and-communications",
                            "polarisation-and-hate",
                            "online-harms-and-disinformation",
                            "refugees-and-displacement",
                            "public-private-partnerships",
                            "gender-equality",
                            "family-and-psychosocial-support",
                            "disengagement-and-reintegration",
                            "crisis-response-and-victims",
                        ],
                    ),
                    ("themes__len__gt", 0),
                ),
                name="theme_order_is_of_known_themes",
            ),
        ),
        migrations.AddConstraint(
            model_name="themeorder",
            constraint=models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="theme_order_says_why"),
        ),
        migrations.AddConstraint(
            model_name="themeorder",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[(models.Func(models.F("begins"), models.F("ends"), models.Value("[]"), function="daterange"), "&&")],
                name="theme_order_one_at_a_time",
                violation_error_message="Another order of themes holds for some of these days.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="themeorder",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "hub_themeorderhistory" ("begins", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "themes", "why") VALUES (OLD."begins", OLD."ends", OLD."id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."themes", OLD."why"); RETURN NULL;',
                    hash="1ca9121207d97053c42b0a1723bd06daf05a5738",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ed042",
                    table="hub_themeorder",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="themeorder",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "hub_themeorderhistory" ("begins", "ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "themes", "why") VALUES (OLD."begins", OLD."ends", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."themes", OLD."why"); RETURN NULL;',
                    hash="01561c0d105aca5b7d23aedcf5847277b65c6d81",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0fd64",
                    table="hub_themeorder",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="themeorderhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context"
            ),
        ),
        migrations.AddField(
            model_name="themeorderhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="hub.themeorder"
            ),
        ),
        migrations.AddConstraint(
            model_name="pick",
            constraint=models.UniqueConstraint(fields=("promotion", "place"), name="pick_one_in_a_place"),
        ),
        migrations.AddConstraint(
            model_name="pick",
            constraint=models.CheckConstraint(condition=models.Q(("place__range", (1, 3))), name="pick_place_is_one_to_three"),
        ),
        migrations.AddConstraint(
            model_name="pick",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("page", ""), ("practice__isnull", False)),
                    models.Q(
                        (
                            "page__in",
                            [
                                "pages:about",
                                "members:join",
                                "members:cities",
                                "members:people",
                                "members:governance",
                                "pages:contact",
                                "pages:privacy",
                                "pages:accessibility",
                            ],
                        ),
                        ("practice", None),
                    ),
                    _connector="OR",
                ),
                name="pick_is_a_practice_or_a_page",
                violation_error_message="Choose a practice or a page, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pick",
            constraint=models.CheckConstraint(condition=models.Q(("why__has_key", "en")), name="pick_says_why_in_english"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pick",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "hub_pickhistory" ("id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "practice_id", "promotion_id", "why") VALUES (OLD."id", OLD."page", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."place", OLD."practice_id", OLD."promotion_id", OLD."why"); RETURN NULL;',
                    hash="ad0fec9129eb6a84334fe71c3f2bcfcb81cced15",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_51c2d",
                    table="hub_pick",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pick",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "hub_pickhistory" ("id", "page", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "practice_id", "promotion_id", "why") VALUES (OLD."id", OLD."page", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."practice_id", OLD."promotion_id", OLD."why"); RETURN NULL;',
                    hash="caba204f0defd3c64e3a32571dca4d1db89b203a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a2c05",
                    table="hub_pick",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="phrasing",
            constraint=models.CheckConstraint(
                condition=models.Q(("words__len__gt", 0)),
                name="phrasing_has_words",
                violation_error_message="A question has at least one word.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phrasing",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."promotion_id" IS DISTINCT FROM (NEW."promotion_id") OR OLD."text" IS DISTINCT FROM (NEW."text"))',
                    func='INSERT INTO "hub_phrasinghistory" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "text") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."promotion_id", OLD."text"); RETURN NULL;',
                    hash="ae4f3af55815195264dfdbf52aa4762c35a6209a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a68e9",
                    table="hub_phrasing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phrasing",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "hub_phrasinghistory" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "promotion_id", "text") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."promotion_id", OLD."text"); RETURN NULL;',
                    hash="535a88ad42a9a5c7d85063f7788b9706e22ba70d",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a2cc0",
                    table="hub_phrasing",
                    when="AFTER",
                ),
            ),
        ),
    ]
