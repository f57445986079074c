"""`shown_to` stands in the place of `in_directory`."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0013_shown_to_members"),
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
            model_name="official",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="official",
            name="update_update",
        ),
        migrations.RemoveField(
            model_name="application",
            name="in_directory",
        ),
        migrations.RemoveField(
            model_name="applicationevent",
            name="in_directory",
        ),
        migrations.RemoveField(
            model_name="official",
            name="in_directory",
        ),
        migrations.RemoveField(
            model_name="officialevent",
            name="in_directory",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="31ed95d60e0e360da7c15d67c848e5b4acd63dbc",
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
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="de984a81567f2551e94e17257b8b2cd5caf9fda9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_da26f",
                    table="members_application",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="official",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_officialevent" ("barred_from_relay", "id", "languages", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shown_to", "themes", "user_id", "wants_newsletter") VALUES (NEW."barred_from_relay", NEW."id", NEW."languages", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."shown_to", NEW."themes", NEW."user_id", NEW."wants_newsletter"); RETURN NULL;',
                    hash="a7d2c8e831d8f2adc5c599f0d66f63d419763142",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_43e38",
                    table="members_official",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="official",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."barred_from_relay" IS DISTINCT FROM (NEW."barred_from_relay") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."languages" IS DISTINCT FROM (NEW."languages") OR OLD."open_to_peers" IS DISTINCT FROM (NEW."open_to_peers") OR OLD."shown_to" IS DISTINCT FROM (NEW."shown_to") OR OLD."themes" IS DISTINCT FROM (NEW."themes") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."wants_newsletter" IS DISTINCT FROM (NEW."wants_newsletter"))',
                    func='INSERT INTO "members_officialevent" ("barred_from_relay", "id", "languages", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shown_to", "themes", "user_id", "wants_newsletter") VALUES (NEW."barred_from_relay", NEW."id", NEW."languages", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."shown_to", NEW."themes", NEW."user_id", NEW."wants_newsletter"); RETURN NULL;',
                    hash="f0e9d0b95ae5c024f04932c26910648888fd41cd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e2d4",
                    table="members_official",
                    when="AFTER",
                ),
            ),
        ),
    ]
