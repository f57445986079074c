"""A draft's link is another secret than its browser's key, so that the key can be changed. Links that were mailed hold on."""

from django.db import migrations, models

import members.models.draft


class Migration(migrations.Migration):
    dependencies = [("members", "0078_former_mailboxes")]
    operations = [
        migrations.AddField("draft", "link", models.CharField(max_length=40, default="", editable=False), preserve_default=False),
        migrations.RunSQL("UPDATE members_draft SET link = key", migrations.RunSQL.noop),
        migrations.AlterField(
            "draft", "link", models.CharField(max_length=40, unique=True, default=members.models.draft.new_key, editable=False)
        ),
    ]
