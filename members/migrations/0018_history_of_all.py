"""The triggers of histories, once all rooms have their fields."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0017_reasons"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="application",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="application",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="city",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="city",
            name="update_update",
        ),
        migrations.AlterField(
            model_name="city",
            name="themes",
            field=django.contrib.postgres.fields.ArrayField(
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
                blank=True,
                db_default=models.Value("{}"),
                default=list,
                help_text="What the city works on, at most five.",
                verbose_name="themes",
            ),
        ),
        migrations.AlterField(
            model_name="citydomainevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.citydomain"
            ),
        ),
        migrations.AlterField(
            model_name="cityevent",
            name="themes",
            field=django.contrib.postgres.fields.ArrayField(
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
                blank=True,
                db_default=models.Value("{}"),
                default=list,
                help_text="What the city works on, at most five.",
                verbose_name="themes",
            ),
        ),
        migrations.AlterField(
            model_name="invitationevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.invitation"
            ),
        ),
        migrations.AlterField(
            model_name="reasonevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.reason"
            ),
        ),
        migrations.AlterField(
            model_name="signondomainevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.signondomain"
            ),
        ),
        migrations.AlterField(
            model_name="signonevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="history", to="members.signon"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "by_domain_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."by_domain_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="d29feaf5db2df42be8226c35ef568243e5bb160b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1f4b2",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "by_domain_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."by_domain_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="a55aa6c839a2dec69e23565fb7617d72b09a6c33",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da26f",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="city",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_cityevent" ("country", "id", "is_public", "is_sample", "kind", "latitude", "longitude", "name", "official_name", "other_names", "own_language", "own_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picture", "picture_alt", "picture_credit", "picture_licence", "population", "population_band", "profile", "profile_language", "region", "slug", "themes", "time_zone", "website", "within_id") VALUES (NEW."country", NEW."id", NEW."is_public", NEW."is_sample", NEW."kind", NEW."latitude", NEW."longitude", NEW."name", NEW."official_name", NEW."other_names", NEW."own_language", NEW."own_name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."picture", NEW."picture_alt", NEW."picture_credit", NEW."picture_licence", NEW."population", NEW."population_band", NEW."profile", NEW."profile_language", NEW."region", NEW."slug", NEW."themes", NEW."time_zone", NEW."website", NEW."within_id"); RETURN NULL;',
                    hash="b323feac5c43df32bdaa57b618d8038da78f0730",
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
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_public" IS DISTINCT FROM (NEW."is_public") OR OLD."is_sample" IS DISTINCT FROM (NEW."is_sample") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."official_name" IS DISTINCT FROM (NEW."official_name") OR OLD."other_names" IS DISTINCT FROM (NEW."other_names") OR OLD."own_language" IS DISTINCT FROM (NEW."own_language") OR OLD."own_name" IS DISTINCT FROM (NEW."own_name") OR OLD."picture" IS DISTINCT FROM (NEW."picture") OR OLD."picture_alt" IS DISTINCT FROM (NEW."picture_alt") OR OLD."picture_credit" IS DISTINCT FROM (NEW."picture_credit") OR OLD."picture_licence" IS DISTINCT FROM (NEW."picture_licence") OR OLD."population" IS DISTINCT FROM (NEW."population") OR OLD."population_band" IS DISTINCT FROM (NEW."population_band") OR OLD."profile" IS DISTINCT FROM (NEW."profile") OR OLD."profile_language" IS DISTINCT FROM (NEW."profile_language") OR OLD."region" IS DISTINCT FROM (NEW."region") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."themes" IS DISTINCT FROM (NEW."themes") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."website" IS DISTINCT FROM (NEW."website") OR OLD."within_id" IS DISTINCT FROM (NEW."within_id"))',
                    func='INSERT INTO "members_cityevent" ("country", "id", "is_public", "is_sample", "kind", "latitude", "longitude", "name", "official_name", "other_names", "own_language", "own_name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "picture", "picture_alt", "picture_credit", "picture_licence", "population", "population_band", "profile", "profile_language", "region", "slug", "themes", "time_zone", "website", "within_id") VALUES (NEW."country", NEW."id", NEW."is_public", NEW."is_sample", NEW."kind", NEW."latitude", NEW."longitude", NEW."name", NEW."official_name", NEW."other_names", NEW."own_language", NEW."own_name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."picture", NEW."picture_alt", NEW."picture_credit", NEW."picture_licence", NEW."population", NEW."population_band", NEW."profile", NEW."profile_language", NEW."region", NEW."slug", NEW."themes", NEW."time_zone", NEW."website", NEW."within_id"); RETURN NULL;',
                    hash="fd16a4568271cc1b941c2d2f86697e6862c2744e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b2c2d",
                    table="members_city",
                    when="AFTER",
                ),
            ),
        ),
    ]
