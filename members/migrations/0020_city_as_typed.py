"""Each applicant keeps the name of the city as they wrote it, beside the row that they may share with others."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0019_sign_on_by_two"),
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
        migrations.AddField(
            model_name="application",
            name="city_typed",
            field=models.CharField(
                blank=True, db_default="", editable=False, max_length=120, verbose_name="city as the applicant wrote it"
            ),
        ),
        migrations.AddField(
            model_name="applicationevent",
            name="city_typed",
            field=models.CharField(
                blank=True, db_default="", editable=False, max_length=120, verbose_name="city as the applicant wrote it"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "by_domain_id", "city_id", "city_typed", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."by_domain_id", NEW."city_id", NEW."city_typed", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="34474e49a11974277645a9137678f122ee32cafe",
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
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "by_domain_id", "city_id", "city_typed", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."by_domain_id", NEW."city_id", NEW."city_typed", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="fd85f8a2d29d0842ba4b12c7d29549770a5f053e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da26f",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
    ]
