"""To whom officials are shown; contacts through the house, and reports of abuse."""

import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0011_officials_data"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True, verbose_name="address"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "waits for an answer"),
                            ("answered", "answered"),
                            ("ignored", "ignored"),
                            ("closed", "ended"),
                            ("reported", "reported"),
                        ],
                        default="sent",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="began")),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="last word")),
                ("answered_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="first answer")),
                (
                    "addresses_shown",
                    models.BooleanField(default=False, editable=False, verbose_name="the two see each other’s mail address"),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "ordering": ["-last_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ContactTransition",
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
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_sender", models.BooleanField(verbose_name="from the one who wrote first")),
                ("text", models.CharField(max_length=3000, verbose_name="words")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("abuse", "Insults, threats or harassment"),
                            ("posing", "Not who they say they are"),
                            ("selling", "Advertising or selling"),
                            ("wrong", "Untrue, or of no place here"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                        verbose_name="what is wrong",
                    ),
                ),
                ("why", models.CharField(max_length=2000, verbose_name="in the words of who reported")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be decided"),
                            ("dismissed", "dismissed"),
                            ("settled", "put right"),
                            ("warned", "warned"),
                            ("barred", "barred from writing"),
                            ("lifted", "bar lifted"),
                        ],
                        default="open",
                        editable=False,
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="reported")),
                ("decided_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="decided")),
            ],
            options={
                "verbose_name": "report of abuse",
                "verbose_name_plural": "reports of abuse",
                "ordering": ["at", "pk"],
                "permissions": [("handle_report", "Can decide on reports of abuse")],
            },
        ),
        migrations.CreateModel(
            name="ReportTransition",
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
        migrations.AddField(
            model_name="application",
            name="shown_to",
            field=models.CharField(
                choices=[("nobody", "Nobody"), ("members", "People of member cities, signed in"), ("everyone", "Everyone")],
                default="nobody",
                max_length=10,
                verbose_name="shown to",
            ),
        ),
        migrations.AddField(
            model_name="applicationevent",
            name="shown_to",
            field=models.CharField(
                choices=[("nobody", "Nobody"), ("members", "People of member cities, signed in"), ("everyone", "Everyone")],
                default="nobody",
                max_length=10,
                verbose_name="shown to",
            ),
        ),
        migrations.AddField(
            model_name="official",
            name="barred_from_relay",
            field=models.BooleanField(default=False, editable=False, verbose_name="may no longer write to others here"),
        ),
        migrations.AddField(
            model_name="official",
            name="key",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True, verbose_name="address"
            ),
        ),
        migrations.AddField(
            model_name="official",
            name="shown_to",
            field=models.CharField(
                choices=[("nobody", "Nobody"), ("members", "People of member cities, signed in"), ("everyone", "Everyone")],
                default="nobody",
                max_length=10,
                verbose_name="shown to",
            ),
        ),
        migrations.AddField(
            model_name="officialevent",
            name="barred_from_relay",
            field=models.BooleanField(default=False, editable=False, verbose_name="may no longer write to others here"),
        ),
        migrations.AddField(
            model_name="officialevent",
            name="shown_to",
            field=models.CharField(
                choices=[("nobody", "Nobody"), ("members", "People of member cities, signed in"), ("everyone", "Everyone")],
                default="nobody",
                max_length=10,
                verbose_name="shown to",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.Func(models.F("name"), function="fold"), name="gin_trgm_ops"),
                name="user_name_trigrams",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="application",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "in_directory", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."in_directory", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="a80bd8473709dc7b6135a9bf6e4027ad84b0d915",
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
                    func='INSERT INTO "members_applicationevent" ("applicant_id", "city_id", "decided_at", "decided_by_id", "department", "draft_id", "first_approver_id", "has_mandate", "head_knows", "id", "in_directory", "kind", "language", "languages", "message", "needs_two", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "second_contact", "shown_to", "signatory", "state", "submitted_at", "themes", "title", "wants_newsletter") VALUES (NEW."applicant_id", NEW."city_id", NEW."decided_at", NEW."decided_by_id", NEW."department", NEW."draft_id", NEW."first_approver_id", NEW."has_mandate", NEW."head_knows", NEW."id", NEW."in_directory", NEW."kind", NEW."language", NEW."languages", NEW."message", NEW."needs_two", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."second_contact", NEW."shown_to", NEW."signatory", NEW."state", NEW."submitted_at", NEW."themes", NEW."title", NEW."wants_newsletter"); RETURN NULL;',
                    hash="0a67b990577eee31ecf69a4cc98dd71d4c18a65b",
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
                    func='INSERT INTO "members_officialevent" ("barred_from_relay", "id", "in_directory", "languages", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shown_to", "themes", "user_id", "wants_newsletter") VALUES (NEW."barred_from_relay", NEW."id", NEW."in_directory", NEW."languages", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."shown_to", NEW."themes", NEW."user_id", NEW."wants_newsletter"); RETURN NULL;',
                    hash="211da5b9bdc8e52bf11c0d692c5eb34f2f3a85d9",
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
                    condition='WHEN (OLD."barred_from_relay" IS DISTINCT FROM (NEW."barred_from_relay") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."in_directory" IS DISTINCT FROM (NEW."in_directory") OR OLD."languages" IS DISTINCT FROM (NEW."languages") OR OLD."open_to_peers" IS DISTINCT FROM (NEW."open_to_peers") OR OLD."shown_to" IS DISTINCT FROM (NEW."shown_to") OR OLD."themes" IS DISTINCT FROM (NEW."themes") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."wants_newsletter" IS DISTINCT FROM (NEW."wants_newsletter"))',
                    func='INSERT INTO "members_officialevent" ("barred_from_relay", "id", "in_directory", "languages", "open_to_peers", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shown_to", "themes", "user_id", "wants_newsletter") VALUES (NEW."barred_from_relay", NEW."id", NEW."in_directory", NEW."languages", NEW."open_to_peers", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."shown_to", NEW."themes", NEW."user_id", NEW."wants_newsletter"); RETURN NULL;',
                    hash="639400990f969dee7a2be282f4b8e6f4eb0d3bfd",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e2d4",
                    table="members_official",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="receiver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts_received",
                to="members.official",
                verbose_name="who was written to",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="sender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts_sent",
                to="members.official",
                verbose_name="who wrote first",
            ),
        ),
        migrations.AddField(
            model_name="contacttransition",
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
            model_name="contacttransition",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="transitions", to="members.contact", verbose_name="contact"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="members.contact", verbose_name="contact"
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who reported",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="city",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="members.city",
                verbose_name="about this city’s page",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reports",
                to="members.contact",
                verbose_name="about these words",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="members.official",
                verbose_name="about this person",
            ),
        ),
        migrations.AddField(
            model_name="reporttransition",
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
            model_name="reporttransition",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="transitions", to="members.report", verbose_name="report"
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["last_at"], name="contact_last_word"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender", models.F("receiver")), _negated=True), name="contact_not_with_oneself"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Least("sender", "receiver"),
                django.db.models.functions.comparison.Greatest("sender", "receiver"),
                condition=models.Q(("state", "closed"), _negated=True),
                name="contact_one_at_a_time_between_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", False), ("state__in", ["answered", "closed"])),
                    models.Q(("answered_at", None), ("state__in", ["sent", "ignored"])),
                    ("state", "reported"),
                    _connector="OR",
                ),
                name="contact_answered_has_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("addresses_shown", False), ("answered_at__isnull", False), _connector="OR"),
                name="contact_addresses_only_with_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="contacttransition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verb", "answer")), fields=("subject",), name="contact_one_first_answer"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="message_has_words"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(condition=models.Q(("state", "open")), fields=["at"], name="report_queue"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("city", None), ("person__isnull", False)),
                    models.Q(("city__isnull", False), ("contact", None), ("person", None)),
                    _connector="OR",
                ),
                name="report_about_a_person_or_a_city",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("by", "contact"), name="report_one_a_person_and_contact"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contact", None), ("state", "open")), fields=("by", "person"), name="report_one_open_a_person_and_page"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("by", "city"), name="report_one_open_a_person_and_city"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="report_decided_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False), models.Q(("state__in", ["warned", "barred", "lifted"]), _negated=True), _connector="OR"
                ),
                name="report_only_people_are_warned",
            ),
        ),
        migrations.AddConstraint(
            model_name="reporttransition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("to_state__in", ["dismissed", "settled", "warned", "barred"])),
                fields=("subject",),
                name="report_one_decision",
            ),
        ),
    ]
